//! One measurement of processes over aggregates, in a process of its own.
//!
//! ```text
//! rdddy-process-benches list
//! rdddy-process-benches one SUBJECT WORKLOAD [MILLISECONDS]
//! ```
//!
//! `cargo xtask bench processes` runs it. `steps` moves money between accounts of an embedded store,
//! three steps each time: `saga` has a saga do it, `by-hand` tasks that execute the same three
//! commands one after the other, and lose count when they crash. `waiting` is the memory of a timer
//! that waits: of schedules, and of sagas with a time-out. Files are written below the system's folder
//! for temporary files, or below `RDDDY_BENCH_DIR`.

mod heap;
mod transfer;
mod waiting;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// For how many milliseconds there is work, unless told otherwise.
const DEFAULT_BUDGET: u64 = 4_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["list"] => {
            println!("workload steps steps/s larger by-hand");
            println!("workload waiting bytes smaller schedules");
            ["by-hand", "saga", "schedules"].iter().for_each(|name| println!("subject {name}"));
            Ok(())
        }
        ["one", subject, workload] => one(subject, workload, DEFAULT_BUDGET),
        ["one", subject, workload, budget] => match budget.parse() {
            Ok(millis) => one(subject, workload, millis),
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

fn one(subject: &str, workload: &str, budget: u64) -> Result<(), String> {
    let folder = std::env::var_os("RDDDY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("rdddy-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let measured = runtime.block_on(measure(subject, workload, &folder.join("store.db"), budget));
    // What is left behind is only a temporary file.
    let _ = std::fs::remove_dir_all(&folder);
    match measured.map_err(|error| error.to_string())? {
        Some(value) => println!("value {value}"),
        None => println!("skip it has no such thing"),
    }
    Ok(())
}

async fn measure(
    subject: &str,
    workload: &str,
    file: &Path,
    budget: u64,
) -> rdddy::Result<Option<f64>> {
    Ok(match (workload, subject) {
        ("steps", "saga") => Some(transfer::by_saga(file, budget).await?),
        ("steps", "by-hand") => Some(transfer::by_hand(file, budget).await?),
        ("waiting", "schedules") => Some(waiting::schedules(file, budget).await?),
        ("waiting", "saga") => Some(waiting::sagas(file, budget).await?),
        ("steps" | "waiting", _) => None,
        _ => return Err(format!("there is no workload `{workload}`; see `list`").into()),
    })
}
