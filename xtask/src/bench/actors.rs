//! `cargo xtask bench actors`, `stores` and `reads`: builds a bench executable and runs it, each measurement in
//! a process of its own, interleaved so that noise hits every subject alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::catalog::{Catalog, Workload};
use super::options::Options;
use super::process::{self, Measurement};
use super::report::{self, Row, Table};
use crate::workspace;

/// What one executable measures.
pub(super) struct Suite {
    name: &'static str,
    executable: &'static str,
    /// How long a measurement lasts at least.
    budget: Duration,
    /// The same, with `--quick`.
    quick_budget: Duration,
    /// Instead of the peers.
    features: Option<&'static str>,
}

/// Run time and memory of actors.
pub(super) const ACTORS: Suite = Suite {
    name: "actors",
    executable: "rdddy-benches",
    budget: Duration::from_millis(500),
    quick_budget: Duration::from_millis(100),
    features: None,
};
/// Event stores, and the database drivers under them.
pub(super) const STORES: Suite = Suite {
    name: "stores",
    executable: "rdddy-store-benches",
    budget: Duration::from_secs(3),
    quick_budget: Duration::from_secs(1),
    features: Some("stores"),
};
/// Projections, and a scan of the same events.
pub(super) const READS: Suite = Suite {
    name: "reads",
    executable: "rdddy-read-benches",
    budget: Duration::from_secs(4),
    quick_budget: Duration::from_millis(400),
    features: Some("stores"),
};
/// With `--quick`, passes that would end later are not begun.
const QUICK_LIMIT: Duration = Duration::from_secs(270);
/// Peers that are a feature of the bench crate.
const PEERS: [&str; 5] = ["actix", "kameo", "murmer", "ractor", "xtra"];

/// Measures, and prints a table of each workload.
pub(super) fn run(suite: &Suite, options: &Options) -> Result<(), String> {
    let executable = build(suite, options.named_subjects())?;
    let list = workspace::output(std::process::Command::new(&executable).arg("list"))?;
    let catalog = Catalog::parse(&list)?;
    let workloads: Vec<&str> = catalog.workloads.iter().map(|it| it.name.as_str()).collect();
    let subjects: Vec<&str> = catalog.subjects.iter().map(String::as_str).collect();
    options.check_names(&workloads, &subjects)?;

    let mut run = Run::default();
    let reps = options.reps(3, 5);
    let started = Instant::now();
    for pass in 1..=reps {
        eprintln!("pass {pass} of {reps}");
        run.pass(suite, &executable, &catalog, options);
        let projected = started.elapsed() / u32::try_from(pass).unwrap_or(u32::MAX) * 3;
        if pass == 1 && options.quick && !options.fixes_reps() && projected > QUICK_LIMIT {
            eprintln!("this machine is slow: one pass must do");
            break;
        }
    }
    report::print(&run.tables(suite, &catalog), options.format);
    for note in &run.notes {
        eprintln!("note: {note}");
    }
    match run.failed {
        0 => Ok(()),
        failed => Err(format!("{failed} measurements failed")),
    }
}

/// Builds the bench executable with the peers among `subjects`, or with all of them.
fn build(suite: &Suite, subjects: &[String]) -> Result<PathBuf, String> {
    let target = workspace::benches_target();
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--manifest-path"]);
    build.arg(workspace::benches().join("Cargo.toml")).arg("--target-dir").arg(&target);
    build.args(["--bin", suite.executable]);
    if let Some(features) = suite.features {
        build.args(["--no-default-features", "--features", features]);
    } else if !subjects.is_empty() {
        let named = |peer: &&str| subjects.iter().any(|subject| subject.starts_with(*peer));
        let features: Vec<&str> = PEERS.into_iter().filter(named).collect();
        build.args(["--no-default-features", "--features", &features.join(",")]);
    }
    workspace::run(&mut build)?;
    let name = format!("{}{}", suite.executable, std::env::consts::EXE_SUFFIX);
    Ok(target.join("release").join(name))
}

/// What has been measured so far.
#[derive(Default)]
struct Run {
    /// By workload and subject.
    values: BTreeMap<(String, String), Vec<f64>>,
    /// Skipped and failed measurements, each once.
    notes: BTreeSet<String>,
    failed: usize,
}

impl Run {
    /// Measures everything once.
    fn pass(&mut self, suite: &Suite, executable: &Path, catalog: &Catalog, options: &Options) {
        let budget = if options.quick { suite.quick_budget } else { suite.budget };
        for workload in &catalog.workloads {
            if !options.wants_workload(&workload.name) {
                continue;
            }
            for subject in &catalog.subjects {
                if options.wants_subject(subject) || *subject == workload.baseline {
                    self.measure(executable, workload, subject, budget);
                }
            }
        }
    }

    fn measure(&mut self, executable: &Path, workload: &Workload, subject: &str, budget: Duration) {
        match process::measure(executable, subject, &workload.name, budget) {
            Ok(Measurement::Value(value)) => {
                let key = (workload.name.clone(), subject.to_owned());
                self.values.entry(key).or_default().push(value);
            }
            Ok(Measurement::Skip(reason)) => {
                self.notes.insert(format!("{} without {subject}: {reason}", workload.name));
            }
            Err(error) => {
                self.failed += 1;
                self.notes.insert(format!("{} of {subject} FAILED: {error}", workload.name));
            }
        }
    }

    /// A table of each workload that has a value, in the order of the catalog.
    fn tables(&mut self, suite: &Suite, catalog: &Catalog) -> Vec<Table> {
        catalog
            .workloads
            .iter()
            .map(|workload| self.table(suite, workload, &catalog.subjects))
            .filter(|table| !table.rows.is_empty())
            .collect()
    }

    fn table(&mut self, suite: &Suite, workload: &Workload, subjects: &[String]) -> Table {
        let rows = subjects.iter().filter_map(|subject| {
            let values = self.values.remove(&(workload.name.clone(), subject.clone()))?;
            Some(Row { subject: subject.clone(), values })
        });
        Table {
            suite: suite.name,
            workload: workload.name.clone(),
            unit: workload.unit.clone(),
            smaller_is_better: workload.smaller_is_better,
            baseline: workload.baseline.clone(),
            rows: rows.collect(),
        }
    }
}
