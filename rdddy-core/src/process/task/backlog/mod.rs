//! The work that is in memory: in order within a lane, the earliest lane first.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::context::Cancellation;
use super::row::Row;
use crate::limits;
use crate::message::MessageId;
use crate::seam::sync::lock;

/// See the module. Times are those since the start of the system, which nobody sets.
#[derive(Default)]
pub(super) struct Backlog {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// The rows of each stream.
    lanes: BTreeMap<Arc<str>, Lane>,
    /// The keys of all rows in memory.
    known: BTreeSet<Arc<str>>,
    /// The lanes whose first row can be taken, by the key of that row.
    ready: BTreeSet<(Arc<str>, Arc<str>)>,
    /// The lanes that wait for a time.
    resting: BTreeSet<(Duration, Arc<str>)>,
    running: usize,
    reading: Reading,
    is_closed: bool,
}

#[derive(Default)]
struct Lane {
    rows: BTreeMap<Arc<str>, Owed>,
    phase: Phase,
}

struct Owed {
    row: Row,
    cancellation: Arc<Cancellation>,
}

#[derive(Default)]
enum Phase {
    #[default]
    Ready,
    Running,
    Resting(Duration),
}

/// How far the table has been read. It counts how often there was reason to, so that one that comes
/// while it is read is not forgotten.
#[derive(Default)]
struct Reading {
    after: Option<Arc<str>>,
    wanted: u64,
    read: u64,
    restarts: u64,
}

/// A part of the table that is to be read.
#[derive(Clone, Debug)]
pub(super) struct Want {
    pub(super) after: Option<Arc<str>>,
    wanted: u64,
    restarts: u64,
}

/// Work that was taken: whoever has it says what becomes of it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) key: Arc<str>,
    pub(super) row: Row,
    pub(super) lane: Arc<str>,
    pub(super) cancellation: Arc<Cancellation>,
}

/// What becomes of work that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing is owed any more.
    Settled,
    /// It is taken again after this time, and nothing else of its stream before.
    Again(Duration),
}

impl Backlog {
    /// There may be more behind what has been read of the table.
    pub(super) fn more(&self) {
        lock(&self.state).reading.wanted += 1;
        self.changed.notify_waiters();
    }

    /// The table may be other than it was read.
    pub(super) fn read_again(&self) {
        let mut state = lock(&self.state);
        state.reading.after = None;
        state.reading.restarts += 1;
        state.reading.wanted += 1;
        drop(state);
        self.changed.notify_waiters();
    }

    /// What is to be read of the table, if there is room for it.
    pub(super) fn want(&self) -> Option<Want> {
        let state = lock(&self.state);
        let Reading { after, wanted, read, restarts } = &state.reading;
        let (wanted, restarts) = (*wanted, *restarts);
        let has_room = state.known.len() < limits::TASKS_LOADED_MAX;
        (*read != wanted && has_room).then(|| Want { after: after.clone(), wanted, restarts })
    }

    /// Takes in what was read of the table; an empty page is its end.
    pub(super) fn paged(&self, want: &Want, rows: Vec<(Arc<str>, Option<Row>)>) {
        let mut state = lock(&self.state);
        match rows.last() {
            None => state.reading.read = want.wanted,
            Some((last, _)) if state.reading.restarts == want.restarts => {
                state.reading.after = Some(Arc::clone(last));
            }
            Some(_) => {}
        }
        for (key, row) in rows {
            if let Some(row) = row {
                state.add(key, row);
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Takes in a row that may stand before what has been read.
    pub(super) fn add(&self, key: Arc<str>, row: Row) {
        lock(&self.state).add(key, row);
        self.changed.notify_waiters();
    }

    /// Work that can be done now, if no more than `width` is under way.
    pub(super) fn take(&self, now: Duration, width: usize) -> Option<Work> {
        let mut state = lock(&self.state);
        while let Some((due, lane)) = state.resting.first().cloned()
            && due <= now
        {
            state.set_ready(&lane);
        }
        if state.running >= width {
            return None;
        }
        let (key, lane) = state.ready.pop_first()?;
        let of = state.lanes.get_mut(&lane)?;
        of.phase = Phase::Running;
        let owed = of.rows.get(&key)?;
        let (row, cancellation) = (owed.row.clone(), Arc::clone(&owed.cancellation));
        state.running += 1;
        Some(Work { key, row, lane, cancellation })
    }

    /// Work that was taken has come to this.
    pub(super) fn put_back(&self, work: &Work, then: Then, now: Duration) {
        let mut state = lock(&self.state);
        state.running -= 1;
        match then {
            Then::Settled => {
                state.known.remove(&work.key);
                if let Some(lane) = state.lanes.get_mut(&work.lane) {
                    lane.rows.remove(&work.key);
                }
                state.set_ready(&work.lane);
            }
            Then::Again(pause) => {
                let due = now.saturating_add(pause);
                if let Some(lane) = state.lanes.get_mut(&work.lane) {
                    lane.phase = Phase::Resting(due);
                    state.resting.insert((due, Arc::clone(&work.lane)));
                }
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The work that `event` asks for is of no use any more: whoever does it is told, and one that
    /// waits is taken at once.
    pub(super) fn cancel(&self, event: MessageId) {
        let mut state = lock(&self.state);
        let found = state.lanes.iter().find_map(|(name, lane)| {
            let owed = lane.rows.values().find(|owed| owed.row.event == event)?;
            owed.cancellation.cancel();
            matches!(lane.phase, Phase::Resting(_)).then(|| Arc::clone(name))
        });
        if let Some(lane) = found {
            state.set_ready(&lane);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// When the first of the lanes that wait for a time can go on.
    pub(super) fn earliest(&self) -> Option<Duration> {
        lock(&self.state).resting.first().map(|(due, _)| *due)
    }

    /// Waits until something has changed since this was called.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// How much waits in memory, and how much is under way.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = lock(&self.state);
        (state.known.len() - state.running.min(state.known.len()), state.running)
    }

    /// Waits until nothing is owed with a key up to `key`: whether that is so, or nobody works any
    /// more.
    pub(super) async fn done_to(&self, key: &str) -> bool {
        self.until(|state| {
            let Reading { after, wanted, read, .. } = &state.reading;
            let is_read = read == wanted || after.as_deref().is_some_and(|after| after >= key);
            is_read && state.known.first().is_none_or(|first| **first > *key)
        })
        .await
    }

    /// Waits until nothing is owed: whether that is so, or nobody works any more.
    pub(super) async fn idle(&self) -> bool {
        self.until(|state| state.reading.read == state.reading.wanted && state.known.is_empty())
            .await
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) -> bool {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Before looking, so that a change in between is not slept through.
            changed.as_mut().enable();
            {
                let state = lock(&self.state);
                if holds(&state) {
                    return true;
                }
                if state.is_closed {
                    return false;
                }
            }
            changed.await;
        }
    }

    /// Nobody takes work any more.
    pub(super) fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_waiters();
    }
}

impl State {
    fn add(&mut self, key: Arc<str>, row: Row) {
        if !self.known.insert(Arc::clone(&key)) {
            return;
        }
        let name: Arc<str> = row.lane().into();
        let lane = self.lanes.entry(Arc::clone(&name)).or_default();
        let first = lane.rows.first_key_value().map(|(first, _)| Arc::clone(first));
        lane.rows.insert(key, Owed { row, cancellation: Arc::default() });
        if matches!(lane.phase, Phase::Ready) {
            if let Some(first) = first {
                self.ready.remove(&(first, Arc::clone(&name)));
            }
            self.set_ready(&name);
        }
    }

    /// The first row of the lane can be taken; without one, there is no lane.
    fn set_ready(&mut self, name: &Arc<str>) {
        let Some(lane) = self.lanes.get_mut(name) else { return };
        if let Phase::Resting(due) = std::mem::take(&mut lane.phase) {
            self.resting.remove(&(due, Arc::clone(name)));
        }
        match lane.rows.first_key_value() {
            Some((first, _)) => {
                self.ready.insert((Arc::clone(first), Arc::clone(name)));
            }
            None => {
                self.lanes.remove(name);
            }
        }
    }
}
