//! The arguments of `cargo xtask bench SUITE`.

use super::report::Format;

/// What to measure, and how often.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// How the results are printed.
    pub(super) format: Format,
    /// Shorter measurements, fewer repetitions.
    pub(super) quick: bool,
    /// The workloads, or all when empty.
    only: Vec<String>,
    /// The subjects, or all when empty.
    subjects: Vec<String>,
    /// Repetitions, or the suite's own number.
    reps: Option<usize>,
}

impl Options {
    /// Reads `args`.
    ///
    /// # Errors
    ///
    /// The first argument that is not understood.
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Options::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--json" => options.format = Format::Json,
                "--markdown" => options.format = Format::Markdown,
                "--quick" => options.quick = true,
                "--only" => options.only = names(value()?),
                "--subjects" => options.subjects = names(value()?),
                "--reps" => options.reps = Some(odd(value()?)?),
                _ => return Err(format!("there is no option `{arg}`")),
            }
        }
        Ok(options)
    }

    /// How often to measure: as asked for, else `quick` or `full`.
    pub(super) fn reps(&self, quick: usize, full: usize) -> usize {
        self.reps.unwrap_or(if self.quick { quick } else { full })
    }

    /// Whether a number of repetitions was asked for.
    pub(super) fn fixes_reps(&self) -> bool {
        self.reps.is_some()
    }

    /// Whether `workload` is to be measured.
    pub(super) fn wants_workload(&self, workload: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == workload)
    }

    /// Whether `subject` is to be measured.
    pub(super) fn wants_subject(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|name| name == subject)
    }

    /// The subjects that were named.
    pub(super) fn named_subjects(&self) -> &[String] {
        &self.subjects
    }

    /// Refuses names that nothing goes by.
    ///
    /// # Errors
    ///
    /// The first unknown name, and the known ones.
    pub(super) fn check_names(&self, workloads: &[&str], subjects: &[&str]) -> Result<(), String> {
        check("workload", &self.only, workloads)?;
        check("subject", &self.subjects, subjects)
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn odd(number: &str) -> Result<usize, String> {
    match number.parse() {
        Ok(number) if number % 2 == 1 => Ok(number),
        _ => Err(format!("`--reps {number}`: a median needs an odd number of repetitions")),
    }
}

fn check(what: &str, names: &[String], known: &[&str]) -> Result<(), String> {
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("there is no {what} `{name}`; there are: {}", known.join(", "))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&args)
    }

    #[test]
    fn an_even_number_of_repetitions_is_refused() {
        for line in ["--reps 4", "--reps 0", "--reps x", "--reps"] {
            assert!(parse(line).is_err(), "{line}");
        }
        assert_eq!(parse("--reps 3").map(|options| options.reps(1, 5)), Ok(3));
    }

    #[test]
    fn an_unknown_name_is_refused_and_the_known_ones_are_named() {
        let options = parse("--only tell,sing").unwrap();
        let error = options.check_names(&["tell", "ask"], &[]).unwrap_err();
        assert_eq!(error, "there is no workload `sing`; there are: tell, ask");
    }

    #[test]
    fn everything_is_wanted_when_nothing_is_named() {
        let options = parse("--quick").unwrap();
        assert!(options.wants_workload("tell") && options.wants_subject("kameo"));
        assert_eq!(options.reps(3, 5), 3);
    }
}
