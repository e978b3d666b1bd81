//! The books: what became of every message. One page per thread, so that counting costs a plain
//! addition.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::seam::sync::lock;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Entry {
    Sent,
    Handled,
    Refused,
    Failed,
    DeadLetters,
    Published,
    MissedSystemEvents,
    Restarts,
    Spawned,
    Ended,
}

const ENTRIES: usize = 10;

/// How many messages of a system ended how, so far.
///
/// Every sent message ends in exactly one way, so once a system is quiet
/// `sent == handled + refused + failed + dead_letters`. A message that comes back to its sender in
/// an error was not sent. An event counts once for each actor that it is delivered to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Messages that a mailbox accepted, or that were handled on the sender's thread.
    pub sent: u64,
    /// Messages whose handler succeeded.
    pub handled: u64,
    /// Messages whose handler answered an asker with an error.
    pub refused: u64,
    /// Messages whose handler failed.
    pub failed: u64,
    /// Messages that were not handled.
    pub dead_letters: u64,
    /// Calls of `publish`.
    pub published: u64,
    /// System events that a subscriber had no room for.
    pub missed_system_events: u64,
    /// Restarts of actors.
    pub restarts: u64,
    /// Actors that were spawned.
    pub spawned: u64,
    /// Actors that have ended.
    pub ended: u64,
}

impl Counters {
    /// How many sent messages have not ended yet: those that wait or are being handled.
    #[must_use]
    pub fn in_flight(&self) -> i128 {
        let ended = [self.handled, self.refused, self.failed, self.dead_letters];
        i128::from(self.sent) - ended.into_iter().map(i128::from).sum::<i128>()
    }
}

/// Threads with a page of their own; the others share the last one.
const PAGES: usize = 64;

#[repr(align(128))]
#[derive(Default)]
struct Page([AtomicU64; ENTRIES]);

/// See the module.
pub(crate) struct Ledger(Box<[Page]>);

thread_local! {
    /// Which page this thread writes to.
    static PAGE: Cell<usize> = const { Cell::new(UNASSIGNED) };
    static ASSIGNED: Assigned = const { Assigned };
}

const UNASSIGNED: usize = usize::MAX;

/// Pages whose thread has ended, and the first that never had one.
static FREE: Mutex<(Vec<usize>, usize)> = Mutex::new((Vec::new(), 0));

/// Gives a thread's page to another one when it ends.
struct Assigned;

impl Drop for Assigned {
    fn drop(&mut self) {
        let page = PAGE.replace(PAGES - 1);
        if page < PAGES - 1 {
            lock(&FREE).0.push(page);
        }
    }
}

#[cold]
#[inline(never)]
fn assign_page() -> usize {
    let page = {
        let mut free = lock(&FREE);
        free.0.pop().unwrap_or_else(|| {
            let page = free.1.min(PAGES - 1);
            free.1 = page + 1;
            page
        })
    };
    PAGE.set(page);
    // A thread that is ending already keeps to the shared page.
    if ASSIGNED.try_with(|_| ()).is_err() {
        PAGE.set(PAGES - 1);
    }
    page
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Ledger((0..PAGES).map(|_| Page::default()).collect())
    }

    #[inline]
    pub(crate) fn count(&self, entry: Entry) {
        self.add(entry, 1);
    }

    #[inline]
    pub(crate) fn add(&self, entry: Entry, n: u64) {
        let mut page = PAGE.get();
        if page == UNASSIGNED {
            page = assign_page();
        }
        let Some(count) = self.0.get(page).and_then(|page| page.0.get(entry as usize)) else {
            return;
        };
        if page == PAGES - 1 {
            count.fetch_add(n, Ordering::Relaxed);
        } else {
            // This thread is the only one that writes to the page.
            count.store(count.load(Ordering::Relaxed) + n, Ordering::Relaxed);
        }
    }

    pub(crate) fn totals(&self) -> Counters {
        let sum = |entry: Entry| {
            let counts = self.0.iter().filter_map(|page| page.0.get(entry as usize));
            counts.map(|count| count.load(Ordering::Relaxed)).sum()
        };
        Counters {
            sent: sum(Entry::Sent),
            handled: sum(Entry::Handled),
            refused: sum(Entry::Refused),
            failed: sum(Entry::Failed),
            dead_letters: sum(Entry::DeadLetters),
            published: sum(Entry::Published),
            missed_system_events: sum(Entry::MissedSystemEvents),
            restarts: sum(Entry::Restarts),
            spawned: sum(Entry::Spawned),
            ended: sum(Entry::Ended),
        }
    }
}
