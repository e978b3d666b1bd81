//! What is printed at the end of the day.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdddy::runtime::{DrainReport, ErrorReport};

use super::audit::AuditReport;
use super::catalog::BOOKS;
use super::desk::Verdict;
use super::intake::BadLine;
use super::ledger::Ledger;
use super::sales::BookSales;
use super::values::Isbn;

/// Bad lines that are shown one by one.
const BAD_LINES_SHOWN: usize = 6;
/// Orders that are shown of those that are not over.
const ORDERS_SHOWN: usize = 10;
/// Books that are shown: those that there are fewest of, and those that were sold most.
const BOOKS_SHOWN: usize = 5;

/// Everything that there is to tell. Its `Display` tells it.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    accepted: u64,
    /// Orders that a run before this one had decided.
    known: u64,
    refusals: BTreeMap<String, u64>,
    bad_lines: BTreeMap<String, u64>,
    /// The first ones, with their numbers and all that is known about them.
    first_bad_lines: Vec<(u64, String)>,
    pub(crate) audit: AuditReport,
    pub(crate) ledger: Ledger,
    pub(crate) books: Vec<(Isbn, BookSales)>,
    pub(crate) drained: Option<DrainReport>,
    pub(crate) elapsed: Duration,
}

impl Summary {
    pub(crate) fn decided(&mut self, verdict: &Verdict) {
        self.known += u64::from(verdict.known);
        match &verdict.accepted {
            Ok(()) => self.accepted += 1,
            Err(refusal) => *self.refusals.entry(refusal.to_string()).or_default() += 1,
        }
    }

    pub(crate) fn bad_line(&mut self, number: u64, bad: &BadLine) {
        *self.bad_lines.entry(bad.to_string()).or_default() += 1;
        if self.first_bad_lines.len() < BAD_LINES_SHOWN {
            self.first_bad_lines.push((number, ErrorReport::of_ref(bad).to_string()));
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refused, bad) = (total(&self.refusals), total(&self.bad_lines));
        let (ledger, audit) = (&self.ledger, &self.audit);
        writeln!(f, "{:>6} lines", self.accepted + refused + bad)?;
        writeln!(f, "{:>6} orders accepted, {} taken", self.accepted, ledger.takings)?;
        writeln!(f, "{refused:>6} orders refused")?;
        counts(f, &self.refusals)?;
        writeln!(f, "{bad:>6} bad lines")?;
        counts(f, &self.bad_lines)?;
        writeln!(f, "       the first of them:")?;
        for (number, reason) in &self.first_bad_lines {
            writeln!(f, "         line {number}: {reason}")?;
        }

        writeln!(f, "{:>6} orders are not over", ledger.open.len())?;
        for (order, heard) in ledger.open.iter().take(ORDERS_SHOWN) {
            writeln!(f, "         W-{order}, last heard of by {heard}")?;
        }
        writeln!(f, "{:>6} events", total(&ledger.events))?;
        counts(f, &ledger.events)?;
        self.stock(f)?;

        writeln!(f, "in this run:")?;
        writeln!(f, "{:>6} orders had been decided before", self.known)?;
        writeln!(f, "{:>6} failures of actors", total(&audit.failures))?;
        counts(f, &audit.failures)?;
        writeln!(f, "{:>6} restarts", total(&audit.restarts))?;
        counts(f, &audit.restarts)?;
        writeln!(f, "{:>6} dead letters", total(&audit.dead_letters))?;
        counts(f, &audit.dead_letters)?;
        writeln!(f, "{:>6} events of the system itself", total(&audit.system))?;
        counts(f, &audit.system)?;
        self.books(f)?;
        writeln!(f, "done in {:.1?}", self.elapsed)
    }
}

impl Summary {
    fn stock(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = |isbn: Isbn| BOOKS.iter().find(|book| book.isbn().is_ok_and(|of| of == isbn));
        let books =
            self.books.iter().filter_map(|(isbn, sales)| Some((title(*isbn)?.title, sales)));
        let mut books: Vec<_> = books.collect();
        books.sort_by_key(|(title, sales)| (sales.left, *title));
        let (left, sold) = books
            .iter()
            .fold((0, 0), |(left, sold), (_, sales)| (left + sales.left, sold + sales.sold));
        writeln!(f, "{left:>6} books left; fewest:")?;
        let mut fewest = books.iter().take(BOOKS_SHOWN);
        fewest.try_for_each(|(title, sales)| writeln!(f, "  {:>6}  {title}", sales.left))?;
        books.sort_by_key(|(title, sales)| (std::cmp::Reverse(sales.sold), *title));
        writeln!(f, "{sold:>6} books sold; most:")?;
        let mut most = books.iter().take(BOOKS_SHOWN);
        most.try_for_each(|(title, sales)| writeln!(f, "  {:>6}  {title}", sales.sold))
    }

    fn books(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(drained) = &self.drained else { return Ok(()) };
        let books = drained.counters;
        let balance = match books.in_flight() {
            0 if drained.is_clean() => "in balance".to_owned(),
            0 => "in balance, but not everything was drained".to_owned(),
            missing => format!("NOT in balance: {missing} messages are missing"),
        };
        let (refused, failed) = (books.refused, books.failed);
        let (dead, missed) = (books.dead_letters, books.missed_system_events);
        writeln!(f, "the books are {balance}:")?;
        writeln!(f, "         every message was handled, but {refused} refused, {failed} failed,")?;
        writeln!(f, "         {dead} dead letters; {missed} system events were missed")
    }
}

fn total(counts: &BTreeMap<impl Ord, u64>) -> u64 {
    counts.values().sum()
}

/// One line for each, the largest first.
fn counts(f: &mut fmt::Formatter<'_>, counts: &BTreeMap<impl fmt::Display, u64>) -> fmt::Result {
    let mut lines: Vec<_> = counts.iter().collect();
    // Stable: those of one size stay in the order of their names.
    lines.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    lines.iter().try_for_each(|(what, count)| writeln!(f, "  {count:>6}  {what}"))
}
