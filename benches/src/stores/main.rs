//! One measurement of one event store of rdddy, or of the database driver under it, in a process of
//! its own.
//!
//! ```text
//! rdddy-store-benches list
//! rdddy-store-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench stores` runs it. Files are written below the system's folder for temporary files,
//! or below `RDDDY_BENCH_DIR`; everything that is acknowledged has been synchronized to that disk.

mod bank;
mod postgres;
mod protocol;
mod rdddy;
mod sqlite;

use std::process::ExitCode;

use protocol::{Engine, Place};

const SUBJECTS: [(&str, Engine); 6] = [
    ("rdddy-embedded", Engine::Embedded),
    ("rdddy-embedded-snapshot", Engine::Embedded),
    ("rusqlite-64", Engine::Embedded),
    ("rdddy-postgres", Engine::Postgres),
    ("postgres-transaction", Engine::Postgres),
    ("postgres-unnest", Engine::Postgres),
];

fn main() -> ExitCode {
    protocol::run(&SUBJECTS, measure)
}

async fn measure(subject: String, workload: String, place: Place) -> bank::Outcome<Option<f64>> {
    let Place { budget, .. } = place;
    match subject.as_str() {
        "rdddy-embedded" => {
            bank::measure(rdddy::embedded::<rdddy::Account>(&place).await?, &workload, budget).await
        }
        "rdddy-embedded-snapshot" if workload == "rehydrate-snapshot" => {
            bank::measure(rdddy::embedded::<rdddy::Kept>(&place).await?, &workload, budget).await
        }
        "rdddy-postgres" => {
            bank::measure(rdddy::postgres::<rdddy::Account>(&place).await?, &workload, budget).await
        }
        "rusqlite-64" => sqlite::measure(&place, &workload),
        "postgres-transaction" => postgres::transaction(&place, &workload).await,
        "postgres-unnest" => postgres::unnest(&place, &workload).await,
        _ => Ok(None),
    }
}
