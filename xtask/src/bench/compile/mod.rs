//! `cargo xtask bench compile`: what the compiler takes.

mod hundred;
mod small;

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::options::Options;
use super::project::{Dependency, Project};
use super::report::{self, Row, Table};
use crate::workspace;

/// What is compiled, and how.
struct Workload {
    name: &'static str,
    baseline: Dependency,
    programs: &'static [Program],
    /// The cargo command that is timed.
    verb: &'static str,
    /// Whether the dependencies are compiled as well.
    clean: bool,
}

/// A program written with one of the packages.
struct Program {
    subject: Dependency,
    source: fn() -> String,
}

const SMALL: &[Program] = &[
    Program { subject: Dependency::Rdddy, source: small::rdddy },
    Program { subject: Dependency::Kameo, source: small::kameo },
];

const HUNDRED: &[Program] = &[
    Program { subject: Dependency::Tokio, source: hundred::hand_written },
    Program { subject: Dependency::Rdddy, source: hundred::rdddy },
    Program { subject: Dependency::Kameo, source: hundred::kameo },
];

const WORKLOADS: [Workload; 3] = [
    Workload {
        name: "small-project",
        baseline: Dependency::Kameo,
        programs: SMALL,
        verb: "build",
        clean: true,
    },
    Workload {
        name: "hundred-actors",
        baseline: Dependency::Tokio,
        programs: HUNDRED,
        verb: "build",
        clean: false,
    },
    Workload {
        name: "hundred-actors-check",
        baseline: Dependency::Tokio,
        programs: HUNDRED,
        verb: "check",
        clean: false,
    },
];

/// Measures, and prints a table of each workload.
pub(super) fn run(options: &Options) -> Result<(), String> {
    let subjects = [Dependency::Tokio, Dependency::Rdddy, Dependency::Kameo];
    options.check_names(&WORKLOADS.map(|it| it.name), &subjects.map(Dependency::name))?;
    let mut tables = Vec::new();
    for workload in WORKLOADS {
        if options.wants_workload(workload.name) {
            tables.push(measure(&workload, options)?);
        }
    }
    report::print(&tables, options.format);
    Ok(())
}

fn measure(workload: &Workload, options: &Options) -> Result<Table, String> {
    let mut trials = Vec::new();
    for &Program { subject, source } in workload.programs {
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
