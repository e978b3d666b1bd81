//! What the bench executables can measure, as they tell themselves.

use std::path::{Path, PathBuf};

/// A workload of the bench executable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) smaller_is_better: bool,
    pub(super) baseline: String,
}

/// What is measured at a workload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) name: String,
    /// What it is compared with, where that is not the workload's baseline.
    baseline: Option<String>,
    /// What measures it.
    pub(super) executable: PathBuf,
}

impl Subject {
    /// What it is compared with at `workload`.
    pub(super) fn baseline<'a>(&'a self, workload: &'a Workload) -> &'a str {
        self.baseline.as_deref().unwrap_or(&workload.baseline)
    }
}

/// Everything that the bench executables can measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Catalog {
    pub(super) workloads: Vec<Workload>,
    pub(super) subjects: Vec<Subject>,
}

impl Catalog {
    /// Adds what `executable` printed when it was asked for its list. A workload that is known from
    /// another executable is the same one.
    ///
    /// # Errors
    ///
    /// The first line that is not understood.
    pub(super) fn add(&mut self, executable: &Path, list: &str) -> Result<(), String> {
        for line in list.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["workload", name, unit, better, baseline] => {
                    if self.workloads.iter().all(|known| known.name != name) {
                        self.workloads.push(Workload {
                            name: name.to_owned(),
                            unit: unit.to_owned(),
                            smaller_is_better: better == "smaller",
                            baseline: baseline.to_owned(),
                        });
                    }
                }
                ["subject", name] => self.subject(executable, name, None),
                ["subject", name, baseline] => self.subject(executable, name, Some(baseline)),
                _ => return Err(format!("a bench executable lists `{line}`")),
            }
        }
        Ok(())
    }

    fn subject(&mut self, executable: &Path, name: &str, baseline: Option<&str>) {
        self.subjects.push(Subject {
            name: name.to_owned(),
            baseline: baseline.map(str::to_owned),
            executable: executable.to_path_buf(),
        });
    }
}
