//! `cargo xtask bench deps`: how many packages the default dependency trees hold.

use std::collections::BTreeSet;

use super::options::Options;
use super::project::{Dependency, Project};
use super::report::{self, Row, Table};
use crate::workspace;

const WORKLOAD: &str = "default-tree";
const BASELINE: Dependency = Dependency::Kameo;
const SUBJECTS: [Dependency; 3] = [Dependency::Rdddy, Dependency::Kameo, Dependency::Ractor];

/// Counts, and prints a table.
pub(super) fn run(options: &Options) -> Result<(), String> {
    options.check_names(&[WORKLOAD], &SUBJECTS.map(Dependency::name))?;
    let mut rows = Vec::new();
    for subject in SUBJECTS {
        if !options.wants_subject(subject.name()) && subject != BASELINE {
            continue;
        }
        let packages = count(subject)?;
        rows.push(Row { subject: subject.name().to_owned(), values: vec![packages as f64] });
    }
    let table = Table {
        suite: "deps",
        workload: WORKLOAD.to_owned(),
        unit: "packages".to_owned(),
        smaller_is_better: true,
        baseline: BASELINE.name().to_owned(),
        rows,
    };
    report::print(&[table], options.format);
    Ok(())
}

/// The packages that a project gets by depending on `subject`, itself included.
fn count(subject: Dependency) -> Result<usize, String> {
    let name = format!("deps-{}", subject.name());
    let project = Project::write(&name, &[subject], "fn main() {}\n")?;
    let mut tree = workspace::cargo();
    tree.args(["tree", "--edges", "normal", "--prefix", "none", "--manifest-path"]);
    let printed = workspace::output(tree.arg(project.manifest()))?;
    let packages: BTreeSet<&str> = printed
        .lines()
        // A package that was listed before is marked so.
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty() && !line.starts_with(&name))
        .collect();
    Ok(packages.len())
}
