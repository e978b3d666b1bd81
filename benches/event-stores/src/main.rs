//! One measurement of one of the event stores that rdddy is compared with, in a process of its own.
//!
//! The workloads, and the commands of the executable, are those of `benches/src/stores`.

#[path = "../../src/stores/bank.rs"]
mod bank;
#[path = "../../src/stores/cli.rs"]
mod cli;
mod cqrs;
mod cqrs_postgres;
mod cqrs_sqlite;
mod disintegrate;
#[path = "../../src/stores/place.rs"]
mod place;
mod server;
#[path = "../../src/stores/work.rs"]
mod work;
#[path = "../../src/stores/workload.rs"]
mod workload;

use std::process::ExitCode;

use cli::Subject;

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "cqrs-es-sqlite",
        baseline: "cqrs-es-sqlite",
        measure: workload::run::<cqrs_sqlite::CqrsSqlite>,
    },
    Subject {
        name: "cqrs-es-postgres",
        baseline: "cqrs-es-postgres",
        measure: workload::run::<cqrs_postgres::CqrsPostgres>,
    },
    Subject {
        name: "disintegrate",
        baseline: "cqrs-es-postgres",
        measure: workload::run::<disintegrate::Disintegrate>,
    },
];

fn main() -> ExitCode {
    cli::main(SUBJECTS)
}
