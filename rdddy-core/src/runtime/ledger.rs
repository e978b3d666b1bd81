//! The books: what became of every message. One page per thread, so that counting costs a plain
//! addition.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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

#[repr(align(128))]
#[derive(Default)]
struct Page([AtomicU64; ENTRIES]);

/// See the module.
pub(crate) struct Ledger {
    /// Tells the systems of one process apart.
    system: u64,
    pages: Mutex<Vec<Arc<Page>>>,
}

thread_local! {
    /// The page of the system that this thread counted for last.
    static PAGE: RefCell<Option<(u64, Arc<Page>)>> = const { RefCell::new(None) };
}

static SYSTEMS: AtomicU64 = AtomicU64::new(0);

impl Ledger {
    pub(crate) fn new() -> Self {
        let system = SYSTEMS.fetch_add(1, Ordering::Relaxed);
        Ledger { system, pages: Mutex::new(Vec::new()) }
    }

    #[inline]
    pub(crate) fn count(&self, entry: Entry) {
        self.add(entry, 1);
    }

    #[inline]
    pub(crate) fn add(&self, entry: Entry, n: u64) {
        let counted = PAGE.try_with(|page| {
            let mut page = page.borrow_mut();
            let page = match &mut *page {
                Some((system, page)) if *system == self.system => &*page,
                other => self.open_page(other),
            };
            if let Some(count) = page.0.get(entry as usize) {
                // This thread is the only one that writes to the page.
                count.store(count.load(Ordering::Relaxed) + n, Ordering::Relaxed);
            }
        });
        if counted.is_err() {
            self.add_at_exit(entry, n);
        }
    }

    #[cold]
    #[inline(never)]
    fn open_page<'a>(&self, slot: &'a mut Option<(u64, Arc<Page>)>) -> &'a Arc<Page> {
        let page = Arc::new(Page::default());
        let mut pages = lock(&self.pages);
        // A thread that alternates between systems leaves pages behind; nobody writes to them.
        if pages.len() >= PAGES_MAX {
            let total = Page::default();
            pages.retain(|page| {
                let written = Arc::strong_count(page) > 1;
                if !written {
                    total.absorb(page);
                }
                written
            });
            pages.push(Arc::new(total));
        }
        pages.push(Arc::clone(&page));
        drop(pages);
        &slot.insert((self.system, page)).1
    }

    /// On a thread whose locals are gone.
    #[cold]
    fn add_at_exit(&self, entry: Entry, n: u64) {
        let page = Page::default();
        if let Some(count) = page.0.get(entry as usize) {
            count.store(n, Ordering::Relaxed);
        }
        lock(&self.pages).push(Arc::new(page));
    }

    pub(crate) fn totals(&self) -> Counters {
        let pages = lock(&self.pages);
        let sum = |entry: Entry| {
            let counts = pages.iter().filter_map(|page| page.0.get(entry as usize));
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

/// Pages kept apart before those that nobody writes to are added up.
const PAGES_MAX: usize = 256;

impl Page {
    fn absorb(&self, other: &Page) {
        for (mine, theirs) in self.0.iter().zip(&other.0) {
            let sum = mine.load(Ordering::Relaxed) + theirs.load(Ordering::Relaxed);
            mine.store(sum, Ordering::Relaxed);
        }
    }
}
