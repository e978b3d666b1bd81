//! One loaded aggregate: its state in memory, what of it is on its way into the store, and what is
//! still to be published.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use super::fold::Folded;
use crate::domain::Aggregate;
use crate::message::{MessageId, Metadata};
use crate::seam::sync::lock;
use crate::store::StreamName;

/// See the module.
pub(crate) struct Entry<A: Aggregate> {
    pub(crate) stream: StreamName,
    live: Mutex<Live<A>>,
    /// Told when nothing is on its way any more, and when a load has ended.
    changed: Notify,
}

/// The aggregate, as its present owner sees it.
pub(crate) struct Live<A: Aggregate> {
    /// As if everything on its way were stored; `None` when it has to be folded anew.
    pub(crate) state: Option<A>,
    /// The version of that state.
    pub(crate) version: u64,
    /// The last event of an append that is on its way, which the next one follows.
    pub(crate) last: Option<MessageId>,
    /// The version of the last snapshot.
    pub(crate) snapshot: u64,
    /// Appends that are not acknowledged yet.
    pub(crate) in_flight: u32,
    /// When it was last used, since the system's start.
    pub(crate) used: Duration,
    /// How many people were forgotten when it was loaded.
    pub(crate) forgotten: u64,
    loading: bool,
    outbox: Outbox<A::Event>,
}

/// Events to be published, in the order of their appends.
struct Outbox<E> {
    /// The number of the next append.
    next: u64,
    /// The number of the append that is published next.
    due: u64,
    /// What the appends that have ended led to.
    ready: BTreeMap<u64, Vec<(E, Arc<Metadata>)>>,
    busy: bool,
}

impl<A: Aggregate> Entry<A> {
    pub(crate) fn new(stream: StreamName) -> Self {
        let outbox = Outbox { next: 0, due: 0, ready: BTreeMap::new(), busy: false };
        let live = Live {
            state: None,
            version: 0,
            last: None,
            snapshot: 0,
            in_flight: 0,
            used: Duration::ZERO,
            forgotten: 0,
            loading: false,
            outbox,
        };
        Entry { stream, live: Mutex::new(live), changed: Notify::new() }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Live<A>> {
        lock(&self.live)
    }

    /// Waits until the state is there, or until it is the caller's to load it.
    pub(crate) async fn turn_to_load(&self) -> Option<Loading<'_, A>> {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Before looking, so that a change in between is not slept through.
            changed.as_mut().enable();
            {
                let mut live = self.lock();
                if live.state.is_some() {
                    return None;
                }
                // What is on its way may yet be stored.
                if !live.loading && live.in_flight == 0 {
                    live.loading = true;
                    return Some(Loading(self));
                }
            }
            changed.await;
        }
    }

    /// An append has ended: the number that it was begun with, whether it was stored, and what it led
    /// to. What was decided on top of one that was not stored will not be either.
    pub(crate) fn settle(&self, number: u64, stored: bool, events: Vec<(A::Event, Arc<Metadata>)>) {
        let mut live = self.lock();
        live.in_flight -= 1;
        live.outbox.ready.insert(number, events);
        if !stored {
            live.state = None;
        }
        if live.in_flight == 0 {
            live.last = None;
            self.changed.notify_waiters();
        }
    }

    /// The next events to publish, if nobody else is about to.
    pub(crate) fn due(&self) -> Option<Vec<(A::Event, Arc<Metadata>)>> {
        let mut live = self.lock();
        let outbox = &mut live.outbox;
        if outbox.busy {
            return None;
        }
        let events = outbox.ready.remove(&outbox.due)?;
        outbox.due += 1;
        outbox.busy = true;
        Some(events)
    }

    /// After publishing what was due.
    pub(crate) fn published(&self) {
        self.lock().outbox.busy = false;
    }
}

impl<A: Aggregate> Live<A> {
    /// Begins an append: its number.
    pub(crate) fn begin_append(&mut self) -> u64 {
        self.in_flight += 1;
        let number = self.outbox.next;
        self.outbox.next += 1;
        number
    }

    /// Whether nobody would miss it.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.in_flight == 0 && !self.loading && self.outbox.ready.is_empty() && !self.outbox.busy
    }
}

/// The right to load an aggregate.
pub(crate) struct Loading<'a, A: Aggregate>(&'a Entry<A>);

impl<A: Aggregate> Loading<'_, A> {
    /// `forgotten` is how many people were when it was begun.
    pub(crate) fn finish(self, folded: Folded<A>, forgotten: u64) {
        let mut live = self.0.lock();
        live.state = Some(folded.state);
        live.version = folded.version.0;
        live.snapshot = folded.snapshot.0;
        live.forgotten = forgotten;
    }
}

impl<A: Aggregate> Drop for Loading<'_, A> {
    fn drop(&mut self) {
        self.0.lock().loading = false;
        self.0.changed.notify_waiters();
    }
}

#[cfg(all(test, not(rdddy_loom)))]
mod tests {
    use super::Entry;
    use crate::domain::{Aggregate, AggregateEvent, EventFormat, EventVisitor};

    #[derive(Clone)]
    enum Never {}

    impl AggregateEvent for Never {
        fn name(&self) -> &'static str {
            match *self {}
        }
        fn schema(&self) -> u32 {
            match *self {}
        }
        fn tags(&self) -> Vec<(&'static str, String)> {
            match *self {}
        }
        fn encode(&self) -> serde_json::Result<Vec<u8>> {
            match *self {}
        }
        fn formats() -> Vec<EventFormat<Self>> {
            Vec::new()
        }
        fn visit<V: EventVisitor>(&self, _: V) -> V::Output {
            match *self {}
        }
    }

    #[derive(Default)]
    struct Still;

    impl Aggregate for Still {
        type Id = u64;
        type Event = Never;

        const NAME: &'static str = "Still";

        fn category() -> &'static str {
            "test.Still"
        }
        fn fingerprint() -> u64 {
            0
        }
        fn apply(&mut self, event: &Never) {
            match *event {}
        }
    }

    /// With the two counts of an `Arc`, a key of 36 bytes with its own counts, and a place in the map of
    /// its shard, which is at worst half empty: 400 bytes.
    #[test]
    fn a_loaded_aggregate_costs_its_state_and_little_more() {
        assert!(size_of::<Entry<Still>>() <= 264, "{}", size_of::<Entry<Still>>());
    }
}
