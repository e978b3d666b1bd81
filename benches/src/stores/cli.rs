//! The commands of an executable that measures stores: `list`, and `one SUBJECT WORKLOAD [MILLISECONDS]`.

use std::process::ExitCode;
use std::time::Duration;

use crate::place::Place;
use crate::workload::{Measured, Workload};

/// How long a measurement lasts at least, unless told otherwise.
const DEFAULT_BUDGET: Duration = Duration::from_secs(3);

/// A store, what it is compared with, and how it is measured.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) baseline: &'static str,
    pub(crate) measure: fn(Workload, &Place, Duration) -> Measured,
}

/// Does what the arguments of the process say.
pub(crate) fn main(subjects: &[Subject]) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            list(subjects);
            Ok(())
        }
        ["one", subject, workload] => one(subjects, subject, workload, DEFAULT_BUDGET),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => one(subjects, subject, workload, Duration::from_millis(millis)),
            Err(_) => Err(format!("`{budget}` is not a number of milliseconds")),
        },
        _ => Err("usage: list | one SUBJECT WORKLOAD [MILLISECONDS]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn list(subjects: &[Subject]) {
    for workload in Workload::ALL {
        let better = if workload.smaller_is_better() { "smaller" } else { "larger" };
        println!("workload {} {} {better} cqrs-es-sqlite", workload.name(), workload.unit());
    }
    for Subject { name, baseline, .. } in subjects {
        println!("subject {name} {baseline}");
    }
}

fn one(
    subjects: &[Subject],
    subject: &str,
    workload: &str,
    budget: Duration,
) -> Result<(), String> {
    let subject = subjects
        .iter()
        .find(|known| known.name == subject)
        .ok_or_else(|| format!("there is no subject `{subject}`; see `list`"))?;
    let workload = Workload::ALL
        .into_iter()
        .find(|known| known.name() == workload)
        .ok_or_else(|| format!("there is no workload `{workload}`; see `list`"))?;
    let place = Place::new()?;
    match (subject.measure)(workload, &place, budget)? {
        Ok(value) => println!("value {value}"),
        Err(reason) => println!("skip {reason}"),
    }
    Ok(())
}
