//! What the bench executable can measure, as it tells itself.

/// A workload of the bench executable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) smaller_is_better: bool,
    pub(super) baseline: String,
}

/// Everything that the bench executable can measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Catalog {
    pub(super) workloads: Vec<Workload>,
    pub(super) subjects: Vec<String>,
}

impl Catalog {
    /// Also what another executable can measure.
    pub(super) fn add(&mut self, other: Catalog) {
        let known = |name: &str| self.workloads.iter().any(|workload| workload.name == name);
        let new: Vec<_> =
            other.workloads.into_iter().filter(|workload| !known(&workload.name)).collect();
        self.workloads.extend(new);
        self.subjects.extend(other.subjects);
    }

    /// Reads what `rdddy-benches list` printed.
    ///
    /// # Errors
    ///
    /// The first line that is not understood.
    pub(super) fn parse(list: &str) -> Result<Self, String> {
        let mut catalog = Catalog::default();
        for line in list.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["workload", name, unit, better, baseline] => catalog.workloads.push(Workload {
                    name: name.to_owned(),
                    unit: unit.to_owned(),
                    smaller_is_better: better == "smaller",
                    baseline: baseline.to_owned(),
                }),
                ["subject", name] => catalog.subjects.push(name.to_owned()),
                _ => return Err(format!("the bench executable lists `{line}`")),
            }
        }
        Ok(catalog)
    }
}
