//! A measurement in a process of its own.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A process that takes longer has hung.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How often to look whether a process has ended.
const POLL: Duration = Duration::from_millis(10);

/// What came of one measurement.
pub(super) enum Measurement {
    /// In the unit of the workload.
    Value(f64),
    /// The subject cannot do the workload, for this reason.
    Skip(String),
}

/// Measures a subject at a workload for at least `budget`. It may use the PostgreSQL server.
///
/// # Errors
///
/// How the process failed.
pub(super) fn measure(
    executable: &Path,
    server: Option<&str>,
    [subject, workload]: [&str; 2],
    budget: Duration,
) -> Result<Measurement, String> {
    let mut child = Command::new(executable)
        .args(["one", subject, workload, &budget.as_millis().to_string()])
        .envs(server.map(|address| ("RDDDY_BENCH_POSTGRES", address)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("it did not start: {error}"))?;
    wait(&mut child)?;
    let printed = read(child.stdout.take());
    match printed.trim().split_once(' ') {
        Some(("value", value)) => {
            value.parse().map(Measurement::Value).map_err(|_| format!("it measured `{value}`"))
        }
        Some(("skip", reason)) => Ok(Measurement::Skip(reason.to_owned())),
        _ => Err(format!("it printed `{printed}`")),
    }
}

fn wait(child: &mut Child) -> Result<(), String> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => {
                let errors = read(child.stderr.take());
                return Err(format!("{status}: {}", errors.lines().next().unwrap_or_default()));
            }
            Ok(None) if started.elapsed() > TIME_LIMIT => {
                // It may just have ended by itself; either way it is gone afterwards.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} s", TIME_LIMIT.as_secs()));
            }
            Ok(None) => thread::sleep(POLL),
            Err(error) => return Err(format!("its end could not be seen: {error}")),
        }
    }
}

fn read(pipe: Option<impl Read>) -> String {
    let mut text = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before an error is still worth showing.
        let _ = pipe.read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}
