//! `cargo xtask bench actors`, `stores` and `reads`: builds the bench executables and runs them, each
//! measurement in a process of its own, interleaved so that noise hits every subject alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::catalog::{Catalog, Workload};
use super::options::Options;
use super::process::{self, Measurement};
use super::report::{self, Row, Table};
use crate::servers::postgres::Postgres;
use crate::workspace;

/// What is measured together.
pub(super) struct Suite {
    name: &'static str,
    executables: &'static [Executable],
    /// How long a measurement lasts at least.
    budget: Duration,
    /// The same, with `--quick`.
    quick_budget: Duration,
    /// Whether it needs a PostgreSQL server.
    on_postgres: bool,
}

/// A program that measures some subjects.
struct Executable {
    name: &'static str,
    /// Below the folder of the benches.
    folder: &'static str,
    features: Features,
}

/// With what an executable is built.
enum Features {
    /// As its default has it.
    Default,
    /// With these instead.
    Only(&'static str),
    /// With the peers among the named subjects.
    Peers,
}

/// Run time and memory of actors.
pub(super) const ACTORS: Suite = Suite {
    name: "actors",
    executables: &[Executable { name: "rdddy-benches", folder: "", features: Features::Peers }],
    budget: Duration::from_millis(500),
    quick_budget: Duration::from_millis(100),
    on_postgres: false,
};
/// Event stores, and the database drivers under them.
pub(super) const STORES: Suite = Suite {
    name: "stores",
    executables: &[
        Executable { name: "rdddy-store-benches", folder: "", features: Features::Only("stores") },
        Executable {
            name: "event-store-peers",
            folder: "event-stores",
            features: Features::Default,
        },
    ],
    budget: Duration::from_secs(3),
    quick_budget: Duration::from_secs(1),
    on_postgres: true,
};
/// Projections, and a scan of the same events.
pub(super) const READS: Suite = Suite {
    name: "reads",
    executables: &[Executable {
        name: "rdddy-read-benches",
        folder: "",
        features: Features::Only("stores"),
    }],
    budget: Duration::from_secs(4),
    quick_budget: Duration::from_millis(400),
    on_postgres: false,
};
/// With `--quick`, passes that would end later are not begun.
const QUICK_LIMIT: Duration = Duration::from_secs(270);
/// Peers that are a feature of the bench crate.
const PEERS: [&str; 5] = ["actix", "kameo", "murmer", "ractor", "xtra"];

/// Measures, and prints a table of each workload.
pub(super) fn run(suite: &Suite, options: &Options) -> Result<(), String> {
    let mut catalog = Catalog::default();
    let mut of_subject = BTreeMap::new();
    for executable in suite.executables {
        let path = build(executable, options.named_subjects())?;
        let list = workspace::output(std::process::Command::new(&path).arg("list"))?;
        let its = Catalog::parse(&list)?;
        of_subject.extend(its.subjects.iter().map(|subject| (subject.clone(), path.clone())));
        catalog.add(its);
    }
    let server = if suite.on_postgres { Some(Postgres::start()?) } else { None };
    let server = server.as_ref().map(Postgres::address);
    let workloads: Vec<&str> = catalog.workloads.iter().map(|it| it.name.as_str()).collect();
    let subjects: Vec<&str> = catalog.subjects.iter().map(String::as_str).collect();
    options.check_names(&workloads, &subjects)?;

    let mut run = Run::default();
    let reps = options.reps(3, 5);
    let started = Instant::now();
    for pass in 1..=reps {
        eprintln!("pass {pass} of {reps}");
        run.pass(suite, (&of_subject, server.as_deref()), &catalog, options);
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

/// Builds a bench executable; with the peers among `subjects`, or with all of them.
fn build(executable: &Executable, subjects: &[String]) -> Result<PathBuf, String> {
    let target = workspace::benches_target().join(executable.folder);
    let manifest = workspace::benches().join(executable.folder).join("Cargo.toml");
    let mut build = workspace::cargo();
    build.args(["build", "--release", "--manifest-path"]);
    build.arg(manifest).arg("--target-dir").arg(&target);
    build.args(["--bin", executable.name]);
    match executable.features {
        Features::Only(features) => {
            build.args(["--no-default-features", "--features", features]);
        }
        Features::Peers if !subjects.is_empty() => {
            let named = |peer: &&str| subjects.iter().any(|subject| subject.starts_with(*peer));
            let features: Vec<&str> = PEERS.into_iter().filter(named).collect();
            build.args(["--no-default-features", "--features", &features.join(",")]);
        }
        Features::Default | Features::Peers => {}
    }
    workspace::run(&mut build)?;
    let name = format!("{}{}", executable.name, std::env::consts::EXE_SUFFIX);
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
    fn pass(
        &mut self,
        suite: &Suite,
        (executables, server): (&BTreeMap<String, PathBuf>, Option<&str>),
        catalog: &Catalog,
        options: &Options,
    ) {
        let budget = if options.quick { suite.quick_budget } else { suite.budget };
        for workload in &catalog.workloads {
            if !options.wants_workload(&workload.name) {
                continue;
            }
            for subject in &catalog.subjects {
                let wanted = options.wants_subject(subject) || *subject == workload.baseline;
                if let Some(executable) = executables.get(subject).filter(|_| wanted) {
                    self.measure((executable, server), workload, subject, budget);
                }
            }
        }
    }

    fn measure(
        &mut self,
        (executable, server): (&Path, Option<&str>),
        workload: &Workload,
        subject: &str,
        budget: Duration,
    ) {
        match process::measure((executable, server), subject, &workload.name, budget) {
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
