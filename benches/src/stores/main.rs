//! One measurement of one event store, in a process of its own.
//!
//! ```text
//! rdddy-store-benches list
//! rdddy-store-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench stores` runs it, beside the peers of `benches/event-stores`. Files are written
//! below the system's folder for temporary files, or below `RDDDY_BENCH_DIR`; `RDDDY_BENCH_POSTGRES` is
//! the address of a server. Everything that is acknowledged has been synchronized to a disk.

mod account;
mod bank;
mod cli;
mod place;
mod postgres;
mod rusqlite;
mod work;
mod workload;

use std::process::ExitCode;

use cli::Subject;

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "rdddy-embedded",
        baseline: "cqrs-es-sqlite",
        measure: workload::run::<account::Embedded>,
    },
    Subject { name: "rusqlite-64", baseline: "cqrs-es-sqlite", measure: rusqlite::measure },
    Subject {
        name: "rdddy-postgres",
        baseline: "cqrs-es-postgres",
        measure: workload::run::<account::Postgres>,
    },
    Subject {
        name: "postgres-transaction",
        baseline: "cqrs-es-postgres",
        measure: postgres::transaction,
    },
    Subject { name: "postgres-unnest", baseline: "cqrs-es-postgres", measure: postgres::unnest },
];

fn main() -> ExitCode {
    cli::main(SUBJECTS)
}
