//! What is printed at the end of the day.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdddy::runtime::{DrainReport, ErrorReport};

use super::audit::AuditReport;
use super::catalog::BOOKS;
use super::counter::Taken;
use super::customers::CustomerHistory;
use super::intake::BadLine;
use super::ledger::Ledger;
use super::order::Refusal;
use super::sales::BookSales;
use super::values::{CustomerId, Isbn, OrderId};

/// Bad lines that are shown one by one.
const BAD_LINES_SHOWN: usize = 6;
/// Orders that are shown of those that are not over.
const ORDERS_SHOWN: usize = 10;
/// Books that are shown: those that there are fewest of, and those that were sold most.
const BOOKS_SHOWN: usize = 5;
/// Customers that are shown.
pub(crate) const CUSTOMERS_SHOWN: usize = 3;

/// Everything that there is to tell. Its `Display` tells it.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// The orders, in the order of their lines, and how they were taken.
    taken: Vec<(OrderId, Taken)>,
    bad_lines: BTreeMap<String, u64>,
    /// The first ones, with their numbers and all that is known about them.
    first_bad_lines: Vec<(u64, String)>,
    pub(crate) audit: AuditReport,
    pub(crate) ledger: Ledger,
    pub(crate) books: Vec<(Isbn, BookSales)>,
    pub(crate) customers: Vec<(CustomerId, CustomerHistory)>,
    pub(crate) drained: Option<DrainReport>,
    pub(crate) elapsed: Duration,
}

impl Summary {
    pub(crate) fn taken(&mut self, order: OrderId, taken: Taken) {
        self.taken.push((order, taken));
    }

    /// How many were accepted, and why how many were not.
    fn verdicts(&self) -> (u64, BTreeMap<String, u64>) {
        let (mut accepted, mut refusals) = (0, BTreeMap::<String, u64>::new());
        for (order, taken) in &self.taken {
            let verdict = match taken {
                Taken::Not => Some(Err(Refusal::Duplicate)),
                Taken::Now | Taken::Before => self.ledger.verdicts.get(order).copied(),
            };
            match verdict {
                Some(Ok(())) => accepted += 1,
                Some(Err(refusal)) => *refusals.entry(refusal.to_string()).or_default() += 1,
                None => {}
            }
        }
        (accepted, refusals)
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
        let (accepted, refusals) = self.verdicts();
        let bad = total(&self.bad_lines);
        let (ledger, audit) = (&self.ledger, &self.audit);
        writeln!(f, "{:>6} lines", self.taken.len() as u64 + bad)?;
        writeln!(f, "{accepted:>6} orders accepted, {} taken", ledger.takings)?;
        writeln!(f, "{:>6} orders refused", total(&refusals))?;
        counts(f, &refusals)?;
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
        self.best_customers(f)?;

        let known = self.taken.iter().filter(|(_, taken)| *taken == Taken::Before).count();
        writeln!(f, "in this run:")?;
        writeln!(f, "{known:>6} orders had been placed before")?;
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
        most.try_for_each(|(title, sales)| writeln!(f, "  {:>6}  {title}", sales.sold))?;
        let reordered = books.iter().filter(|(_, sales)| sales.reordered).count();
        writeln!(f, "{reordered:>6} titles are ordered from the publisher")
    }

    fn best_customers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "       the best customers:")?;
        for (_, CustomerHistory { orders, refused, returned, spent }) in &self.customers {
            writeln!(
                f,
                "         {spent} for {orders} orders, {refused} refused, {returned} returned"
            )?;
        }
        Ok(())
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
