//! One measurement of one subject, in a process of its own.
//!
//! ```text
//! rdddy-benches list
//! rdddy-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench actors` runs it: interleaved, several times, medians compared. `one` prints
//! `value NUMBER`, or `skip REASON` when the subject cannot do the workload.

mod catalog;
mod latch;
mod memory;
mod stopwatch;
mod subject;
mod workload;

use std::process::ExitCode;
use std::time::Duration;

use catalog::Measurement;
use workload::Workload;

/// How long a measurement lasts at least, unless told otherwise.
const DEFAULT_BUDGET: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            list();
            Ok(())
        }
        ["one", subject, workload] => one(subject, workload, DEFAULT_BUDGET),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => one(subject, workload, Duration::from_millis(millis)),
            Err(_) => Err(format!("`{budget}` is not a number of milliseconds")),
        },
        _ => Err("usage: rdddy-benches list | one SUBJECT WORKLOAD [MILLISECONDS]".to_owned()),
    };
    match outcome {
        // Not a return from main: nobody needs a million actors torn down.
        Ok(()) => std::process::exit(0),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn list() {
    for workload in Workload::ALL {
        let better = if workload.smaller_is_better() { "smaller" } else { "larger" };
        println!("workload {workload} {} {better} {}", workload.unit(), workload.baseline());
    }
    for (name, _) in catalog::SUBJECTS {
        println!("subject {name}");
    }
}

fn one(subject: &str, workload: &str, budget: Duration) -> Result<(), String> {
    let (_, measure) = catalog::SUBJECTS
        .iter()
        .find(|(name, _)| *name == subject)
        .ok_or_else(|| format!("there is no subject `{subject}`; see `list`"))?;
    let workload = Workload::ALL
        .into_iter()
        .find(|known| known.name() == workload)
        .ok_or_else(|| format!("there is no workload `{workload}`; see `list`"))?;
    match measure(workload, budget)? {
        Measurement::Value(value) => println!("value {value}"),
        Measurement::Skip(reason) => println!("skip {reason}"),
    }
    Ok(())
}
