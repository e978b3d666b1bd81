//! One measurement of reading many events, in a process of its own.
//!
//! ```text
//! rdddy-read-benches list
//! rdddy-read-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench reads` runs it. For each millisecond there are [`EVENTS_PER_MILLISECOND`].
//! `scan` reads the events of an embedded store through its port, page after page, and decodes each;
//! `projection` folds them into rows, which are documents of the same file, and synchronizes them to
//! the disk with every checkpoint. Files are written below the system's folder for temporary files, or
//! below `RDDDY_BENCH_DIR`.

mod history;
#[path = "../memory.rs"]
mod memory;
mod projection;
mod scan;

use std::path::PathBuf;
use std::process::ExitCode;

/// A million events take four seconds, more or less.
const EVENTS_PER_MILLISECOND: u64 = 250;
/// For how many milliseconds there are events, unless told otherwise.
const DEFAULT_BUDGET: u64 = 4_000;
/// Name, and over how many rows the events are spread.
const WORKLOADS: [(&str, u64); 2] = [("rows-10000", 10_000), ("rows-100", 100)];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            WORKLOADS.iter().for_each(|(name, _)| println!("workload {name} events/s larger scan"));
            ["projection", "scan"].iter().for_each(|name| println!("subject {name}"));
            Ok(())
        }
        ["one", subject, workload] => one(subject, workload, DEFAULT_BUDGET),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => one(subject, workload, millis),
            Err(_) => Err(format!("`{budget}` is not a number of milliseconds")),
        },
        _ => Err("usage: rdddy-read-benches list | one SUBJECT WORKLOAD [MILLISECONDS]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn one(subject: &str, workload: &str, budget: u64) -> Result<(), String> {
    let events = budget.saturating_mul(EVENTS_PER_MILLISECOND);
    let (_, rows) = WORKLOADS
        .into_iter()
        .find(|(name, _)| *name == workload)
        .ok_or_else(|| format!("there is no workload `{workload}`; see `list`"))?;
    let folder = std::env::var_os("RDDDY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("rdddy-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let measured = runtime.block_on(async {
        let file = folder.join("store.db");
        history::write(&file, events, rows).await?;
        match subject {
            "projection" => projection::run(&file, events, rows).await,
            "scan" => scan::run(&file, events, rows).await,
            _ => Err(format!("there is no subject `{subject}`; see `list`").into()),
        }
    });
    // What is left behind is only a temporary file.
    let _ = std::fs::remove_dir_all(&folder);
    println!("value {}", measured.map_err(|error| error.to_string())?);
    Ok(())
}
