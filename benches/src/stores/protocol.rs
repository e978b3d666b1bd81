//! What the executables of this suite have in common: the command line, and the place of the data.

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::bank::{Outcome, WORKLOADS, text};

/// How long a measurement lasts, unless told otherwise.
const DEFAULT_BUDGET: Duration = Duration::from_secs(3);

/// Where a subject keeps its data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In a file of SQLite.
    Embedded,
    /// In a database of PostgreSQL.
    Postgres,
}

/// What a measurement is given.
pub(crate) struct Place {
    /// A folder of its own.
    pub(crate) folder: PathBuf,
    /// The address of a server's superuser, without a database.
    pub(crate) server: String,
    pub(crate) budget: Duration,
}

/// Runs the executable: `list`, or `one SUBJECT ENGINE-WORKLOAD [MILLISECONDS]`.
pub(crate) fn run<F: Future<Output = Outcome<Option<f64>>>>(
    subjects: &[(&str, Engine)],
    measure: impl FnOnce(String, String, Place) -> F,
) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            list(subjects);
            Ok(())
        }
        ["one", subject, workload] => one(subjects, subject, workload, DEFAULT_BUDGET, measure),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => {
                one(subjects, subject, workload, Duration::from_millis(millis), measure)
            }
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

fn list(subjects: &[(&str, Engine)]) {
    for (engine, baseline) in
        [("embedded", "cqrs-es-sqlite"), ("postgres", "cqrs-es-postgres")]
    {
        for (name, unit, smaller) in WORKLOADS {
            let better = if smaller { "smaller" } else { "larger" };
            println!("workload {engine}-{name} {unit} {better} {baseline}");
        }
    }
    subjects.iter().for_each(|(name, _)| println!("subject {name}"));
}

fn one<F: Future<Output = Outcome<Option<f64>>>>(
    subjects: &[(&str, Engine)],
    subject: &str,
    workload: &str,
    budget: Duration,
    measure: impl FnOnce(String, String, Place) -> F,
) -> Outcome {
    let found = subjects.iter().find(|(name, _)| *name == subject);
    let (_, engine) = found.ok_or_else(|| format!("there is no subject `{subject}`; see `list`"))?;
    let prefix = if *engine == Engine::Embedded { "embedded-" } else { "postgres-" };
    let Some(workload) = workload.strip_prefix(prefix) else {
        println!("skip it is not on that engine");
        return Ok(());
    };
    let server = std::env::var("RDDDY_BENCH_POSTGRES").unwrap_or_default();
    if *engine == Engine::Postgres && server.is_empty() {
        println!("skip there is no server: set RDDDY_BENCH_POSTGRES");
        return Ok(());
    }
    let base = std::env::var_os("RDDDY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = base.join(format!("rdddy-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(text)?;
    let place = Place { folder: folder.clone(), server, budget };
    let measured = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(text)
        .and_then(|runtime| {
            runtime.block_on(measure(subject.to_owned(), workload.to_owned(), place))
        });
    // What is left behind is only a temporary file.
    let _ = std::fs::remove_dir_all(&folder);
    match measured? {
        Some(value) => println!("value {value}"),
        None => println!("skip it cannot do that"),
    }
    Ok(())
}
