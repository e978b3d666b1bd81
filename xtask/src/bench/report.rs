//! Medians, ranges and ratios, for people, for programs and for documents.

use std::fmt::Write as _;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// A table of each workload, the best subject first.
    #[default]
    Text,
    /// One object per line.
    Json,
    /// One table: a row for each workload, a column for each subject.
    Markdown,
}

/// Prints what was measured.
pub(super) fn print(tables: &[Table], format: Format) {
    match format {
        Format::Text => tables.iter().for_each(|table| print!("{}", table.to_text())),
        Format::Json => tables.iter().for_each(|table| print!("{}", table.to_json_lines())),
        Format::Markdown => print!("{}", to_markdown(tables)),
    }
}

/// All repetitions of one subject at one workload.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) subject: String,
    pub(super) values: Vec<f64>,
}

/// One workload.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) suite: &'static str,
    pub(super) workload: String,
    pub(super) unit: String,
    pub(super) smaller_is_better: bool,
    pub(super) baseline: String,
    pub(super) rows: Vec<Row>,
}

struct Summary<'a> {
    subject: &'a str,
    median: f64,
    min: f64,
    max: f64,
}

impl Table {
    fn to_json_lines(&self) -> String {
        let summaries = self.summaries();
        let mut lines = String::new();
        for row in &summaries {
            let ratio = self
                .ratio(row, &summaries)
                .map_or("null".to_owned(), |ratio| format!("{ratio:.4}"));
            // Writing into a `String` cannot fail. No name holds a character that JSON escapes.
            let _ = writeln!(
                lines,
                concat!(
                    r#"{{"suite":"{}","workload":"{}","subject":"{}","unit":"{}","#,
                    r#""median":{:.3},"min":{:.3},"max":{:.3},"baseline":"{}","ratio":{}}}"#
                ),
                self.suite,
                self.workload,
                row.subject,
                self.unit,
                row.median,
                row.min,
                row.max,
                self.baseline,
                ratio
            );
        }
        lines
    }

    fn to_text(&self) -> String {
        let mut summaries = self.summaries();
        summaries.sort_by(|a, b| a.median.total_cmp(&b.median));
        if !self.smaller_is_better {
            summaries.reverse();
        }
        let better = if self.smaller_is_better { "smaller" } else { "larger" };
        let mut text = format!(
            "\n{} — {}, {better} is better; ratio to {}\n",
            self.workload, self.unit, self.baseline
        );
        for row in &summaries {
            let ratio = self
                .ratio(row, &summaries)
                .map_or("–".to_owned(), |ratio| format!("{ratio:.2}×"));
            let _ = writeln!(
                text,
                "  {:<16} {:>9}  [{:>8} – {:>8}]  {:>8}",
                row.subject,
                human(row.median),
                human(row.min),
                human(row.max),
                ratio
            );
        }
        text
    }

    /// Every row that has a value, in the order of measuring.
    fn summaries(&self) -> Vec<Summary<'_>> {
        self.rows.iter().filter_map(summarize).collect()
    }

    fn ratio(&self, row: &Summary<'_>, all: &[Summary<'_>]) -> Option<f64> {
        let baseline = all.iter().find(|other| other.subject == self.baseline)?;
        (baseline.median > 0.0).then(|| row.median / baseline.median)
    }
}

/// Medians, and ratios in brackets.
fn to_markdown(tables: &[Table]) -> String {
    let mut subjects: Vec<&str> = Vec::new();
    for row in tables.iter().flat_map(|table| &table.rows) {
        if !subjects.contains(&row.subject.as_str()) {
            subjects.push(&row.subject);
        }
    }
    let mut text =
        format!("| | {} |\n|---|{}\n", subjects.join(" | "), "---|".repeat(subjects.len()));
    for table in tables {
        let summaries = table.summaries();
        let _ = write!(text, "| {}, {} |", table.workload, table.unit);
        for subject in &subjects {
            let cell = summaries.iter().find(|row| row.subject == *subject).map(|row| {
                let median = human(row.median);
                match table.ratio(row, &summaries) {
                    Some(ratio) if row.subject != table.baseline => {
                        format!("{median} ({ratio:.2})")
                    }
                    _ => median,
                }
            });
            let _ = write!(text, " {} |", cell.as_deref().unwrap_or("–"));
        }
        text.push('\n');
    }
    text
}

fn summarize(row: &Row) -> Option<Summary<'_>> {
    let mut values = row.values.clone();
    values.sort_by(f64::total_cmp);
    Some(Summary {
        subject: &row.subject,
        median: *values.get(values.len() / 2)?,
        min: *values.first()?,
        max: *values.last()?,
    })
}

/// Three to four digits and a unit prefix.
fn human(value: f64) -> String {
    match value {
        value if value >= 1e7 => format!("{:.1} M", value / 1e6),
        value if value >= 1e6 => format!("{:.2} M", value / 1e6),
        value if value >= 1e4 => format!("{:.0} k", value / 1e3),
        value if value >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Table, to_markdown};

    fn table() -> Table {
        let row = |subject: &str, values: [f64; 3]| Row {
            subject: subject.to_owned(),
            values: values.to_vec(),
        };
        Table {
            suite: "actors",
            workload: "ask-idle".to_owned(),
            unit: "ns".to_owned(),
            smaller_is_better: true,
            baseline: "tokio".to_owned(),
            rows: vec![row("tokio", [300.0, 200.0, 100.0]), row("rdddy", [20.0, 30.0, 25.0])],
        }
    }

    #[test]
    fn the_ratio_is_median_over_the_median_of_the_baseline() {
        let lines = table().to_json_lines();
        assert_eq!(
            lines.lines().nth(1),
            Some(concat!(
                r#"{"suite":"actors","workload":"ask-idle","subject":"rdddy","unit":"ns","#,
                r#""median":25.000,"min":20.000,"max":30.000,"baseline":"tokio","ratio":0.1250}"#
            ))
        );
    }

    #[test]
    fn there_is_no_ratio_without_the_baseline() {
        let mut table = table();
        table.rows.remove(0);
        assert!(table.to_json_lines().ends_with("\"baseline\":\"tokio\",\"ratio\":null}\n"));
    }

    #[test]
    fn the_document_has_a_column_for_each_subject() {
        let mut other = table();
        other.workload = "ask-64".to_owned();
        other.rows.truncate(1);
        let expected = "| | tokio | rdddy |\n|---|---|---|\n\
                        | ask-idle, ns | 200 | 25 (0.12) |\n| ask-64, ns | 200 | – |\n";
        assert_eq!(to_markdown(&[table(), other]), expected);
    }

    #[test]
    fn the_best_comes_first() {
        let text = table().to_text();
        assert!(text.find("rdddy").unwrap() < text.rfind("tokio ").unwrap(), "{text}");
    }

    #[test]
    fn a_subject_that_was_never_measured_is_left_out() {
        let mut table = table();
        table.rows.push(Row { subject: "xtra".to_owned(), values: Vec::new() });
        assert_eq!(table.to_json_lines().lines().count(), 2);
    }
}
