//! What can be seen of a running system from outside: a span and a time for each handled message,
//! while the system is observed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing::{Span, field, span};

use super::cell::CellRef;
use super::event::ActorIdentity;
use super::handling::Handling;
use super::ledger::Counters;
use super::system::System;
use crate::message::Metadata;
use crate::seam::sync::lock;

/// A bucket per power of two nanoseconds.
const BUCKETS: usize = 64;

/// What a system does, at one moment.
///
/// The parts are read one after the other while the actors run, so they need not agree to the
/// message unless the system is quiet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// The books. They are kept always.
    pub counters: Counters,
    /// How long handlers took while the system was observed.
    pub handling: HandlingTime,
    /// The same for each message name.
    pub messages: BTreeMap<&'static str, HandlingTime>,
    /// Messages that wait in all mailboxes together, now.
    pub waiting: usize,
    /// The actor with the most waiting messages, and how many those are; `None` when none waits.
    pub longest: Option<(ActorIdentity, usize)>,
}

/// How long handlers took, from their start to their end: with what they awaited, without the time
/// that their messages waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingTime {
    buckets: [u64; BUCKETS],
    total: Duration,
    max: Duration,
}

impl HandlingTime {
    /// How many handlers ended, however they did.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The time of all of them together.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.total
    }

    /// The time of the longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.max
    }

    /// An estimate from above, at most twice the true value, of the time within which the share `q`
    /// of the handlers ended: 0.5 is the median, and what is outside of 0 to 1 counts as the nearer
    /// of the two. `None` when no handler has ended.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "an estimate, between nothing and the count"
        )]
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        let bucket = self.buckets.iter().position(|n| {
            seen += n;
            seen >= rank
        });
        let bound = bucket.map_or(self.max, |bucket| Duration::from_nanos((1 << bucket) - 1));
        Some(bound.min(self.max))
    }
}

/// Counts times by their power of two.
struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    total: AtomicU64,
    max: AtomicU64,
}

impl Default for Histogram {
    fn default() -> Self {
        let buckets = [const { AtomicU64::new(0) }; BUCKETS];
        Histogram { buckets, total: AtomicU64::new(0), max: AtomicU64::new(0) }
    }
}

impl Histogram {
    fn enter(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = (u64::BITS - nanos.leading_zeros()) as usize;
        if let Some(count) = self.buckets.get(bucket.min(BUCKETS - 1)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.total.fetch_add(nanos, Ordering::Relaxed);
        self.max.fetch_max(nanos, Ordering::Relaxed);
    }

    fn snapshot(&self) -> HandlingTime {
        HandlingTime {
            buckets: self.buckets.each_ref().map(|count| count.load(Ordering::Relaxed)),
            total: Duration::from_nanos(self.total.load(Ordering::Relaxed)),
            max: Duration::from_nanos(self.max.load(Ordering::Relaxed)),
        }
    }
}

/// The times that a system has seen.
#[derive(Default)]
pub(crate) struct Observations {
    all: Histogram,
    messages: Mutex<BTreeMap<&'static str, Arc<Histogram>>>,
}

impl Observations {
    fn enter(&self, message: &'static str, time: Duration) {
        self.all.enter(time);
        let of_message = Arc::clone(lock(&self.messages).entry(message).or_default());
        of_message.enter(time);
    }
}

pub(crate) fn metrics(system: &System) -> Metrics {
    let mut waiting = 0;
    let mut longest = None;
    for cell in system.registry().all() {
        let here = cell.waiting();
        waiting += here;
        if here > longest.as_ref().map_or(0, |(_, most)| *most) {
            longest = Some((cell, here));
        }
    }
    let observations = system.observations();
    let messages = lock(&observations.messages)
        .iter()
        .map(|(name, histogram)| (*name, histogram.snapshot()))
        .collect();
    Metrics {
        counters: system.ledger().totals(),
        handling: observations.all.snapshot(),
        messages,
        waiting,
        longest: longest.map(|(cell, most)| (cell.identity(), most)),
    }
}

/// One message while it is handled. Its time is entered when this is dropped, however that happens.
pub(crate) struct Probe {
    system: Arc<System>,
    message: &'static str,
    span: Span,
    started: Duration,
}

impl Probe {
    /// For a message that is about to be handled, while the system is observed.
    #[inline]
    pub(crate) fn if_observed(
        cell: CellRef<'_>,
        handling: &Handling,
        metadata: Option<&Metadata>,
    ) -> Option<Box<Self>> {
        cell.system().is_observed().then(|| Probe::new(cell, handling, metadata))
    }

    #[cold]
    fn new(cell: CellRef<'_>, handling: &Handling, metadata: Option<&Metadata>) -> Box<Self> {
        let message = (handling.name)();
        let span = tracing::info_span!(
            "rdddy.handle",
            actor = %cell.path(),
            message.name = message,
            message.id = metadata.map(|metadata| field::display(metadata.message)),
            message.correlation = metadata.map(|metadata| field::display(metadata.correlation)),
            message.causation = metadata.and_then(|metadata| metadata.causation).map(field::display),
        );
        let system = Arc::clone(cell.system());
        let started = system.seam().elapsed();
        Box::new(Probe { system, message, span, started })
    }

    /// Enters the message's span.
    pub(crate) fn enter(&self) -> span::Entered<'_> {
        self.span.enter()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let time = self.system.seam().elapsed().saturating_sub(self.started);
        self.system.observations().enter(self.message, time);
    }
}
