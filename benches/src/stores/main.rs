//! One measurement of one event store, in a process of its own.
//!
//! ```text
//! rdddy-store-benches list
//! rdddy-store-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench stores` runs it. Files are written below the system's folder for temporary files,
//! or below `RDDDY_BENCH_DIR`; everything that is acknowledged has been synchronized to that disk.

mod driver;
mod embedded;
#[expect(dead_code, reason = "the actors' workloads use all of it")]
#[path = "../stopwatch.rs"]
mod stopwatch;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use embedded::Content;

/// How long a measurement lasts at least, unless told otherwise.
const DEFAULT_BUDGET: Duration = Duration::from_secs(3);
const SUBJECTS: [&str; 3] = ["rdddy", "rdddy-plain", "rusqlite"];
/// Name and callers. The driver has none: it writes batches of as many events.
const WORKLOADS: [(&str, u64); 2] = [("append-64", 64), ("append-1024", 1024)];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            WORKLOADS
                .iter()
                .for_each(|(name, _)| println!("workload {name} events/s larger rusqlite"));
            SUBJECTS.iter().for_each(|name| println!("subject {name}"));
            Ok(())
        }
        ["one", subject, workload] => one(subject, workload, DEFAULT_BUDGET),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => one(subject, workload, Duration::from_millis(millis)),
            Err(_) => Err(format!("`{budget}` is not a number of milliseconds")),
        },
        _ => {
            Err("usage: rdddy-store-benches list | one SUBJECT WORKLOAD [MILLISECONDS]".to_owned())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn one(subject: &str, workload: &str, budget: Duration) -> Result<(), String> {
    let (_, callers) = WORKLOADS
        .into_iter()
        .find(|(name, _)| *name == workload)
        .ok_or_else(|| format!("there is no workload `{workload}`; see `list`"))?;
    let folder = std::env::var_os("RDDDY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("rdddy-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = folder.join("store.db");
    let measured = match subject {
        "rdddy" => embedded::run(&file, callers, Content::Whole, budget),
        "rdddy-plain" => embedded::run(&file, callers, Content::Plain, budget),
        "rusqlite" => driver::run(&file, callers, budget).map_err(|error| error.to_string()),
        _ => Err(format!("there is no subject `{subject}`; see `list`")),
    };
    // What is left behind is only a temporary file.
    let _ = std::fs::remove_dir_all(&folder);
    println!("value {}", measured?);
    Ok(())
}
