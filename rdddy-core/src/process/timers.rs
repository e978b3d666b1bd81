//! Durable timers, as long as they wait: keys by the times at which they are due.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::message::Timestamp;
use crate::seam::sync::lock;

/// What waits, by key and by time. Nothing is looked at before it is due.
#[derive(Default)]
pub(crate) struct Timers {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    by_key: BTreeMap<Arc<str>, Nanos>,
    by_time: BTreeSet<(Nanos, Arc<str>)>,
}

/// A time in half the room that a [`Timestamp`] takes: there may be very many. Times after the year
/// 2554 count as that, as where they are stored.
type Nanos = u64;

fn nanos(at: Timestamp) -> Nanos {
    u64::try_from(at.0.as_nanos()).unwrap_or(u64::MAX)
}

impl Timers {
    /// The time of `key` is up at `at`, and at no other time.
    pub(crate) fn set(&self, key: &str, at: Timestamp) {
        let at = nanos(at);
        let mut waiting = lock(&self.waiting);
        if waiting.by_key.get(key) == Some(&at) {
            return;
        }
        waiting.remove(key);
        let key: Arc<str> = key.into();
        waiting.by_key.insert(Arc::clone(&key), at);
        waiting.by_time.insert((at, key));
        drop(waiting);
        self.changed.notify_waiters();
    }

    pub(crate) fn cancel(&self, key: &str) {
        lock(&self.waiting).remove(key);
    }

    /// The earliest time at which one is up.
    pub(crate) fn earliest(&self) -> Option<Timestamp> {
        let earliest = lock(&self.waiting).by_time.first().map(|(at, _)| *at);
        earliest.map(|at| Timestamp(Duration::from_nanos(at)))
    }

    /// Takes out one whose time is up.
    pub(crate) fn take_due(&self, now: Timestamp) -> Option<Arc<str>> {
        let mut waiting = lock(&self.waiting);
        let (at, key) = waiting.by_time.first()?.clone();
        if at > nanos(now) {
            return None;
        }
        waiting.remove(&key);
        Some(key)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        lock(&self.waiting).by_time.len()
    }

    /// Completes once another time may be the earliest. To be made before looking: it also hears of
    /// what changes before it is awaited.
    pub(crate) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Has whoever waits for a change look again.
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }
}

impl Waiting {
    fn remove(&mut self, key: &str) {
        if let Some((key, at)) = self.by_key.remove_entry(key) {
            self.by_time.remove(&(at, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(Duration::from_secs(seconds))
    }

    #[test]
    fn each_time_is_up_once_and_the_earliest_first() {
        let timers = Timers::default();
        for (key, due) in [("b", 20), ("a", 10), ("c", 30), ("a", 25)] {
            timers.set(key, at(due));
        }
        timers.cancel("c");
        assert_eq!(timers.earliest(), Some(at(20)));
        assert_eq!(timers.take_due(at(19)), None);
        let due: Vec<_> = std::iter::from_fn(|| timers.take_due(at(99))).collect();
        assert_eq!(due.iter().map(|key| &**key).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(timers.earliest(), None);
    }
}
