//! What most actors never need: a name, a parent, children, a stash, waiting senders. One
//! allocation, made when the first of them is needed.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Waker;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::any_cell::AnyCell;
use super::config::ActorConfig;
use super::envelope::Parcel;
use super::event::StopReason;
use super::id::ActorId;
use super::watch::{Bond, Watcher};
use crate::limits;
use crate::seam::sync::lock;

/// See the module.
#[derive(Default)]
pub(crate) struct Extra {
    /// Set while the actor is being spawned.
    pub(crate) birth: OnceLock<Birth>,
    incarnation: AtomicU32,
    /// Failed, and not running again yet.
    failed: AtomicBool,
    waiters: Mutex<Vec<Waker>>,
    takers: Mutex<VecDeque<oneshot::Sender<()>>>,
    /// Told when there is a taker.
    pub(crate) wanted: Notify,
    front: Mutex<Front>,
    ring: Mutex<VecDeque<Parcel>>,
    pub(crate) children: Mutex<BTreeMap<ActorId, Arc<dyn AnyCell>>>,
    /// When children were restarted, as a supervisor.
    pub(crate) restarts: Mutex<VecDeque<Duration>>,
    pub(crate) watchers: Mutex<BTreeMap<(ActorId, Bond), Watcher>>,
    ending: Mutex<Ended>,
    /// Timers, piped futures and attached streams that are under way.
    pub(crate) tasks: super::tasks::Tasks,
}

/// How an actor came to be, where that differs from the plain way.
#[derive(Default)]
pub(crate) struct Birth {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) parent: Option<Arc<dyn AnyCell>>,
    pub(crate) config: Option<ActorConfig>,
    /// A `Box<dyn Fn() -> A + Send + Sync>` for the actor's type `A`.
    pub(crate) factory: Option<Box<dyn Any + Send + Sync>>,
}

#[derive(Default)]
struct Front {
    control: VecDeque<Parcel>,
    /// Redelivered or unstashed.
    again: VecDeque<Parcel>,
    stash: VecDeque<Parcel>,
}

#[derive(Default)]
struct Ended {
    reason: Option<StopReason>,
    waiters: Vec<oneshot::Sender<StopReason>>,
}

impl Extra {
    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        self.birth.get()?.name.as_ref()
    }

    pub(crate) fn parent(&self) -> Option<&Arc<dyn AnyCell>> {
        self.birth.get()?.parent.as_ref()
    }

    pub(crate) fn config(&self) -> Option<ActorConfig> {
        self.birth.get()?.config
    }

    pub(crate) fn factory(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.birth.get()?.factory.as_deref()
    }

    /// Which life of the actor this is, counted from 1.
    pub(crate) fn incarnation(&self) -> u32 {
        self.incarnation.load(Ordering::Acquire) + 1
    }

    /// Counts a life that is about to begin.
    pub(crate) fn begin_incarnation(&self) {
        self.incarnation.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn set_running(&self) {
        self.failed.store(false, Ordering::Release);
    }

    pub(crate) fn set_failed(&self) {
        self.failed.store(true, Ordering::Release);
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    pub(crate) fn add_waiter(&self, waker: Waker) {
        lock(&self.waiters).push(waker);
    }

    pub(crate) fn take_waiters(&self) -> Vec<Waker> {
        std::mem::take(&mut lock(&self.waiters))
    }

    /// Asks for the cell: the answer comes when it is the asker's.
    pub(crate) fn add_taker(&self) -> oneshot::Receiver<()> {
        let (taker, taken) = oneshot::channel();
        lock(&self.takers).push_back(taker);
        self.wanted.notify_one();
        taken
    }

    /// The first who asked for the cell, and whether there are more.
    pub(crate) fn next_taker(&self) -> (Option<oneshot::Sender<()>>, bool) {
        let mut takers = lock(&self.takers);
        let taker = takers.pop_front();
        (taker, !takers.is_empty())
    }

    pub(crate) fn has_takers(&self) -> bool {
        !lock(&self.takers).is_empty()
    }

    /// Tells all who asked for the cell that there is nothing to take any more.
    pub(crate) fn dismiss_takers(&self) {
        let takers = std::mem::take(&mut *lock(&self.takers));
        drop(takers);
    }

    pub(crate) fn push_control(&self, parcels: Vec<Parcel>) {
        lock(&self.front).control.extend(parcels);
    }

    pub(crate) fn push_front(&self, parcel: Parcel) {
        lock(&self.front).again.push_front(parcel);
    }

    /// The next message before those in the mailbox.
    pub(crate) fn pop_front(&self) -> Option<Parcel> {
        let mut front = lock(&self.front);
        front.control.pop_front().or_else(|| front.again.pop_front())
    }

    pub(crate) fn stash(&self, parcel: Parcel) -> Result<(), Parcel> {
        let mut front = lock(&self.front);
        if front.stash.len() >= limits::STASH_CAPACITY {
            return Err(parcel);
        }
        front.stash.push_back(parcel);
        Ok(())
    }

    /// Puts the stash in front of the mailbox; whether there was anything in it.
    pub(crate) fn unstash(&self) -> bool {
        let mut front = lock(&self.front);
        let mut stash = std::mem::take(&mut front.stash);
        let any = !stash.is_empty();
        stash.append(&mut front.again);
        front.again = stash;
        any
    }

    /// Adds to the ring, which holds at most `capacity`; what fell out.
    pub(crate) fn push_ring(&self, parcel: Parcel, capacity: u32) -> Option<Parcel> {
        let mut ring = lock(&self.ring);
        let full = ring.len() >= capacity as usize;
        let oldest = if full { ring.pop_front() } else { None };
        ring.push_back(parcel);
        oldest
    }

    /// The oldest in the ring. `emptied` runs under its lock when there is none left.
    pub(crate) fn pop_ring(&self, emptied: impl FnOnce()) -> Option<Parcel> {
        let mut ring = lock(&self.ring);
        let oldest = ring.pop_front();
        if ring.is_empty() {
            emptied();
        }
        oldest
    }

    pub(crate) fn take_ring(&self) -> VecDeque<Parcel> {
        std::mem::take(&mut *lock(&self.ring))
    }

    /// How many messages wait outside of the mailbox.
    pub(crate) fn waiting(&self) -> usize {
        let front = lock(&self.front);
        front.control.len() + front.again.len() + front.stash.len() + lock(&self.ring).len()
    }

    /// Everything that waits outside of the mailbox, control lane first.
    pub(crate) fn take_waiting(&self) -> Vec<Parcel> {
        let Front { control, again, stash } = std::mem::take(&mut *lock(&self.front));
        let ring = std::mem::take(&mut *lock(&self.ring));
        control.into_iter().chain(again).chain(stash).chain(ring).collect()
    }

    /// Comes true when the actor has ended.
    pub(crate) fn when_ended(&self) -> oneshot::Receiver<StopReason> {
        let (waiter, ended) = oneshot::channel();
        let mut ending = lock(&self.ending);
        match &ending.reason {
            Some(reason) => drop(waiter.send(reason.clone())),
            None => ending.waiters.push(waiter),
        }
        ended
    }

    pub(crate) fn ended(&self) -> Option<StopReason> {
        lock(&self.ending).reason.clone()
    }

    pub(crate) fn set_ended(&self, reason: &StopReason) {
        let waiters = {
            let mut ending = lock(&self.ending);
            ending.reason = Some(reason.clone());
            std::mem::take(&mut ending.waiters)
        };
        waiters.into_iter().for_each(|waiter| drop(waiter.send(reason.clone())));
    }
}
