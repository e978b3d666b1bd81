//! `cargo xtask bench compile`: what the compiler takes.

mod hundred;
mod small;

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::options::Options;
use super::project::{Dependency, Project};
use super::report::{Row, Table};
use crate::workspace;

/// What is compiled, and how.
struct Workload {
    name: &'static str,
    baseline: Dependency,
    /// A source for each subject.
    subjects: &'static [(Dependency, fn() -> String)],
    /// The cargo command that is timed.
    verb: &'static str,
    /// Whether the dependencies are compiled as well.
    clean: bool,
}

const HUNDRED: &[(Dependency, fn() -> String)] = &[
    (Dependency::Tokio, hundred::hand_written),
    (Dependency::Rdddy, hundred::rdddy),
    (Dependency::Kameo, hundred::kameo),
];

const WORKLOADS: [Workload; 3] = [
    Workload {
        name: "small-project",
        baseline: Dependency::Kameo,
        subjects: &[(Dependency::Rdddy, small::rdddy), (Dependency::Kameo, small::kameo)],
        verb: "build",
        clean: true,
    },
    Workload {
        name: "hundred-actors",
        baseline: Dependency::Tokio,
        subjects: HUNDRED,
        verb: "build",
        clean: false,
    },
    Workload {
        name: "hundred-actors-check",
        baseline: Dependency::Tokio,
        subjects: HUNDRED,
        verb: "check",
        clean: false,
    },
];

/// Measures, and prints a table of each workload.
pub(super) fn run(options: &Options) -> Result<(), String> {
    let subjects = [Dependency::Tokio, Dependency::Rdddy, Dependency::Kameo];
    options.check_names(&WORKLOADS.map(|it| it.name), &subjects.map(Dependency::name))?;
    for workload in WORKLOADS {
        if options.wants_workload(workload.name) {
            measure(&workload, options)?.print(options.json);
        }
    }
    Ok(())
}

fn measure(workload: &Workload, options: &Options) -> Result<Table, String> {
    let mut trials = Vec::new();
    for &(subject, source) in workload.subjects {
        if options.wants_subject(subject.name()) || subject == workload.baseline {
            trials.push(Trial::prepare(workload, subject, &source())?);
        }
    }
    let reps = options.reps(1, 3);
    for rep in 1..=reps {
        eprintln!("{}: {rep} of {reps}", workload.name);
        for trial in &mut trials {
            trial.measure(workload)?;
        }
    }
    Ok(Table {
        suite: "compile",
        workload: workload.name.to_owned(),
        unit: "s".to_owned(),
        smaller_is_better: true,
        baseline: workload.baseline.name().to_owned(),
        rows: trials.into_iter().map(|trial| trial.row).collect(),
    })
}

/// One subject of one workload.
struct Trial {
    project: Project,
    source: String,
    row: Row,
}

impl Trial {
    /// Everything that is not to be timed: downloads, and the dependencies unless they count.
    fn prepare(workload: &Workload, subject: Dependency, source: &str) -> Result<Self, String> {
        let name = format!("{}-{}", workload.name, subject.name());
        let mut dependencies = vec![Dependency::Tokio];
        if subject != Dependency::Tokio {
            dependencies.push(subject);
        }
        let project = Project::write(&name, &dependencies, source)?;
        let trial = Trial {
            project,
            source: source.to_owned(),
            row: Row { subject: subject.name().to_owned(), values: Vec::new() },
        };
        workspace::run(&mut trial.cargo("fetch"))?;
        if !workload.clean {
            workspace::run(&mut trial.cargo(workload.verb))?;
        }
        Ok(trial)
    }

    fn measure(&mut self, workload: &Workload) -> Result<(), String> {
        if workload.clean {
            workspace::run(&mut self.cargo("clean"))?;
        } else {
            // A newer file is a changed file; cargo looks at nothing else.
            fs::write(self.project.main(), &self.source)
                .map_err(|error| format!("{}: {error}", self.project.main().display()))?;
        }
        let mut cargo = self.cargo(workload.verb);
        if workload.clean {
            cargo.arg("--offline");
        }
        let started = Instant::now();
        workspace::run(&mut cargo)?;
        self.row.values.push(started.elapsed().as_secs_f64());
        Ok(())
    }

    fn cargo(&self, verb: &str) -> Command {
        let mut cargo = workspace::cargo();
        cargo.args([verb, "--quiet", "--manifest-path"]).arg(self.project.manifest());
        // Incremental builds of unchanged code would compile next to nothing.
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", self.project.target());
        cargo
    }
}
