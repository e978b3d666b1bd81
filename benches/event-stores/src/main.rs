//! One measurement of one event store that is not rdddy's, in a process of its own: see
//! `rdddy-store-benches`, whose command line and work it shares.

#[path = "../../src/stores/bank.rs"]
mod bank;
mod cqrs_es_stores;
#[path = "../../src/stores/protocol.rs"]
mod protocol;

use std::process::ExitCode;

use protocol::{Engine, Place};

const SUBJECTS: [(&str, Engine); 2] =
    [("cqrs-es-sqlite", Engine::Embedded), ("cqrs-es-postgres", Engine::Postgres)];

fn main() -> ExitCode {
    protocol::run(&SUBJECTS, measure)
}

async fn measure(subject: String, workload: String, place: Place) -> bank::Outcome<Option<f64>> {
    match subject.as_str() {
        "cqrs-es-sqlite" => {
            bank::measure(cqrs_es_stores::sqlite(&place).await?, &workload, place.budget).await
        }
        "cqrs-es-postgres" => {
            bank::measure(cqrs_es_stores::postgres(&place).await?, &workload, place.budget).await
        }
        _ => Ok(None),
    }
}
