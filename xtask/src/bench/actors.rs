//! `cargo xtask bench actors`, `stores`, `reads` and `processes`: builds the bench executables and runs them, each
//! measurement in a process of its own, interleaved so that noise hits every subject alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::catalog::{Catalog, Subject, Workload};
use super::options::Options;
use super::process::{self, Measurement};
use super::report::{self, Row, Table};
use crate::servers::postgres::Postgres;
use crate::workspace;

/// What is measured together.
pub(super) struct Suite {
    name: &'static str,
    parts: &'static [Part],
    /// Whether a PostgreSQL server is started for it.
    postgres: bool,
    /// How long a measurement lasts at least.
    budget: Duration,
    /// The same, with `--quick`.
    quick_budget: Duration,
}

/// One executable.
struct Part {
    /// Its workspace, below the folder of the benches.
    folder: &'static str,
    executable: &'static str,
    features: Features,
}

/// What an executable is built with.
enum Features {
    /// The peers among the named subjects, or all of them.
    Peers,
    /// These.
    Only(&'static str),
    /// What it has by default.
    Default,
}

/// Run time and memory of actors.
pub(super) const ACTORS: Suite = Suite {
    name: "actors",
    parts: &[Part { folder: "", executable: "rdddy-benches", features: Features::Peers }],
    postgres: false,
    budget: Duration::from_millis(500),
    quick_budget: Duration::from_millis(100),
};
/// Event stores, their peers, and the database drivers under them.
pub(super) const STORES: Suite = Suite {
    name: "stores",
    parts: &[
        Part { folder: "", executable: "rdddy-store-benches", features: Features::Only("stores") },
        // Its peers link another SQLite than rdddy, which one executable cannot.
        Part {
            folder: "event-stores",
            executable: "rdddy-peer-store-benches",
            features: Features::Default,
        },
    ],
    postgres: true,
    budget: Duration::from_secs(3),
    quick_budget: Duration::from_secs(1),
};
/// Projections, and a scan of the same events.
pub(super) const READS: Suite = Suite {
    name: "reads",
    parts: &[Part {
        folder: "",
        executable: "rdddy-read-benches",
        features: Features::Only("stores"),
    }],
    postgres: false,
    budget: Duration::from_secs(4),
    quick_budget: Duration::from_millis(400),
};
/// Sagas and timers, and the same commands by hand.
pub(super) const PROCESSES: Suite = Suite {
    name: "processes",
    parts: &[Part {
        folder: "",
        executable: "rdddy-process-benches",
        features: Features::Only("stores"),
    }],
    postgres: false,
    budget: Duration::from_secs(4),
    quick_budget: Duration::from_millis(800),
};
/// With `--quick`, passes that would end later are not begun.
const QUICK_LIMIT: Duration = Duration::from_secs(270);
/// Peers that are a feature of the bench crate.
const PEERS: [&str; 5] = ["actix", "kameo", "murmer", "ractor", "xtra"];

/// Measures, and prints a table of each workload.
pub(super) fn run(suite: &Suite, options: &Options) -> Result<(), String> {
    let mut catalog = Catalog::default();
    for part in suite.parts {
        let executable = build(part, options.named_subjects())?;
        let list = workspace::output(std::process::Command::new(&executable).arg("list"))?;
        catalog.add(&executable, &list)?;
    }
    let workloads: Vec<&str> = catalog.workloads.iter().map(|it| it.name.as_str()).collect();
    let subjects: Vec<&str> = catalog.subjects.iter().map(|it| it.name.as_str()).collect();
    options.check_names(&workloads, &subjects)?;

    let server = if suite.postgres { Some(Postgres::start()?) } else { None };
    let server = server.as_ref().map(Postgres::address);
    let mut run = Run { server, ..Run::default() };
    let reps = options.reps(3, 5);
    let started = Instant::now();
    for pass in 1..=reps {
        eprintln!("pass {pass} of {reps}");
        run.pass(suite, &catalog, options);
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

/// Builds an executable, with the peers among `subjects` if they are features of it.
fn build(part: &Part, subjects: &[String]) -> Result<PathBuf, String> {
    let target = workspace::benches_target();
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--manifest-path"]);
    build.arg(workspace::benches().join(part.folder).join("Cargo.toml"));
    build.arg("--target-dir").arg(&target).args(["--bin", part.executable]);
    match part.features {
        Features::Only(features) => {
            build.args(["--no-default-features", "--features", features]);
        }
        Features::Peers if !subjects.is_empty() => {
            let named = |peer: &&str| subjects.iter().any(|subject| subject.starts_with(*peer));
            let features: Vec<&str> = PEERS.into_iter().filter(named).collect();
            build.args(["--no-default-features", "--features", &features.join(",")]);
        }
        Features::Peers | Features::Default => {}
    }
    workspace::run(&mut build)?;
    let name = format!("{}{}", part.executable, std::env::consts::EXE_SUFFIX);
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
    /// The address of the PostgreSQL server.
    server: Option<String>,
}

impl Run {
    /// Measures everything once.
    fn pass(&mut self, suite: &Suite, catalog: &Catalog, options: &Options) {
        let budget = if options.quick { suite.quick_budget } else { suite.budget };
        for workload in &catalog.workloads {
            if !options.wants_workload(&workload.name) {
                continue;
            }
            for subject in &catalog.subjects {
                let compared = |other: &Subject| {
                    options.wants_subject(&other.name) && other.baseline(workload) == subject.name
                };
                if options.wants_subject(&subject.name) || catalog.subjects.iter().any(compared) {
                    self.measure(workload, subject, budget);
                }
            }
        }
    }

    fn measure(&mut self, workload: &Workload, subject: &Subject, budget: Duration) {
        let Subject { executable, name, .. } = subject;
        let server = self.server.as_deref();
        match process::measure(executable, server, [name, &workload.name], budget) {
            Ok(Measurement::Value(value)) => {
                let key = (workload.name.clone(), name.clone());
                self.values.entry(key).or_default().push(value);
            }
            Ok(Measurement::Skip(reason)) => {
                self.notes.insert(format!("{} without {name}: {reason}", workload.name));
            }
            Err(error) => {
                self.failed += 1;
                self.notes.insert(format!("{} of {name} FAILED: {error}", workload.name));
            }
        }
    }

    /// A table of each workload and baseline that has a value, in the order of the catalog.
    fn tables(&mut self, suite: &Suite, catalog: &Catalog) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for workload in &catalog.workloads {
            let mut of_workload: Vec<Table> = Vec::new();
            for subject in &catalog.subjects {
                let key = (workload.name.clone(), subject.name.clone());
                let Some(values) = self.values.remove(&key) else { continue };
                let row = Row { subject: subject.name.clone(), values };
                let baseline = subject.baseline(workload);
                match of_workload.iter_mut().find(|table| table.baseline == baseline) {
                    Some(table) => table.rows.push(row),
                    None => of_workload.push(table(suite, workload, baseline, row)),
                }
            }
            tables.append(&mut of_workload);
        }
        tables
    }
}

fn table(suite: &Suite, workload: &Workload, baseline: &str, first: Row) -> Table {
    Table {
        suite: suite.name,
        workload: workload.name.clone(),
        unit: workload.unit.clone(),
        smaller_is_better: workload.smaller_is_better,
        baseline: baseline.to_owned(),
        rows: vec![first],
    }
}
