//! What waits for an actor: in its mailbox, in front of it, in its ring, and at its door.
#![expect(unsafe_code, reason = "the owner's side of the mailbox")]

use std::sync::Arc;
use std::task::Waker;

use super::{Cell, marks};
use crate::message::Metadata;
use crate::runtime::actor::Actor;
use crate::runtime::envelope::{Body, Parcel};
use crate::runtime::event::DeadReason;
use crate::runtime::extra::Extra;
use crate::runtime::handler::Lane;
use crate::runtime::mailbox::Pushed;
use crate::runtime::signals::Signals;
use crate::seam::Runnable;

/// Why a message was not queued, with the message.
pub(crate) enum Unqueued<B> {
    /// As many wait as may.
    Full(B),
    /// The actor has ended.
    Closed(B),
}

impl<A: Actor> Cell<A> {
    /// Queues a message, if there is room for it.
    #[inline(always)]
    pub(crate) fn enqueue<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
    ) -> Result<(), Unqueued<B>> {
        self.enqueue_within(body, metadata, self.mailbox.capacity())
    }

    /// Queues a message, room or not.
    pub(crate) fn enqueue_always<B: Body<A>>(self: &Arc<Self>, body: B) -> Result<(), Unqueued<B>> {
        self.enqueue_within(body, None, u32::MAX)
    }

    #[inline(always)]
    fn enqueue_within<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
        capacity: u32,
    ) -> Result<(), Unqueued<B>> {
        if capacity == 0 {
            return Err(Unqueued::Full(body));
        }
        let link = Parcel::pack::<A, B>(body, metadata).into_link();
        // SAFETY: the link is the mailbox's from here on, if it is queued.
        let pushed = unsafe { self.mailbox.push(link, capacity) };
        match pushed {
            Pushed::Queued => return Ok(()),
            Pushed::Claimed => {
                self.system.seam().schedule(Arc::clone(self) as Runnable);
                return Ok(());
            }
            Pushed::Full | Pushed::Closed => {}
        }
        // SAFETY: packed from a `B` just now, and not queued.
        let (body, _) = unsafe { Parcel::from_link(link).open::<B>() };
        Err(if pushed == Pushed::Full { Unqueued::Full(body) } else { Unqueued::Closed(body) })
    }

    /// Lets all who wait for room try again.
    #[cold]
    #[inline(never)]
    pub(crate) fn wake_waiters(&self) {
        if let Some(extra) = self.extra() {
            // Lowered first: who comes to wait from here on raises it again.
            self.ready.rest.signals.lower(Signals::WAITERS);
            extra.take_waiters().into_iter().for_each(Waker::wake);
        }
    }

    /// Lets who waits for room try again, if there is some.
    #[cold]
    pub(super) fn let_in(&self) {
        if self.ready.rest.signals.get().has(Signals::WAITERS)
            && self.mailbox.waiting() <= self.mailbox.capacity() / 2
        {
            self.wake_waiters();
        }
    }

    /// Has `waker` woken when there is room; true when there may be room right now.
    pub(crate) fn wait_for_room(&self, waker: &Waker) -> bool {
        self.extra_or_init().add_waiter(waker.clone());
        self.ready.rest.signals.raise(Signals::WAITERS);
        self.mailbox.waiting() <= self.mailbox.capacity() / 2 || self.mailbox.is_closed()
    }

    /// The next message.
    #[inline]
    pub(super) fn take(&self, signals: Signals) -> Option<Parcel> {
        if self.ready.rest.marks.get() & marks::FRONT != 0
            && let Some(next) = self.take_front()
        {
            return Some(next);
        }
        if signals.has(Signals::RING)
            && let Some(parcel) = self.take_ring()
        {
            return Some(parcel);
        }
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe { self.mailbox.pop(&self.ready).map(|link| Parcel::from_link(link)) }
    }

    #[cold]
    fn take_front(&self) -> Option<Parcel> {
        let front = self.extra().and_then(Extra::pop_front);
        if front.is_none() {
            self.ready.rest.marks.set(self.ready.rest.marks.get() & !marks::FRONT);
        }
        front
    }

    /// The next message of the ring, if this is a mailbox that drops the oldest.
    #[cold]
    fn take_ring(&self) -> Option<Parcel> {
        let extra = self.extra()?;
        extra.pop_ring(|| self.ready.rest.signals.lower(Signals::RING))
    }

    /// Puts one message in front of all others.
    pub(crate) fn put_front(&self, parcel: Parcel) {
        self.extra_or_init().push_front(parcel);
        self.ready.rest.marks.set(self.ready.rest.marks.get() | marks::FRONT);
    }

    /// Puts everything stashed in front of the mailbox.
    pub(crate) fn unstash(&self) {
        if let Some(extra) = self.extra()
            && extra.unstash()
        {
            self.ready.rest.marks.set(self.ready.rest.marks.get() | marks::FRONT);
        }
    }

    /// Moves waiting messages of the control lane in front of all others.
    pub(super) fn hurry_control(&self) {
        let extra = self.extra_or_init();
        let mut hurried = Vec::new();
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe {
            self.mailbox.extract(
                &self.ready,
                |link| {
                    let parcel = std::mem::ManuallyDrop::new(Parcel::from_link(link));
                    parcel.about().lane == Lane::Control
                },
                |link| hurried.push(Parcel::from_link(link)),
            );
        }
        extra.push_control(hurried);
        self.ready.rest.marks.set(self.ready.rest.marks.get() | marks::FRONT);
    }

    /// Ends a message unhandled, and says so.
    pub(crate) fn bury(&self, parcel: Parcel, reason: DeadReason) {
        let about = parcel.about();
        if !about.internal {
            self.system.dead_letter(about.name, about.kind, Some(self.identity()), self.id, reason);
        }
        parcel.bury(reason);
    }

    /// Ends everything that still waits. Called by the owner, for good.
    pub(crate) fn close(&self) -> usize {
        let mut buried = 0;
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe {
            self.mailbox.close(&self.ready, |link| {
                buried += 1;
                self.bury(Parcel::from_link(link), DeadReason::Stopped);
            });
        }
        if let Some(extra) = self.extra() {
            for parcel in extra.take_waiting() {
                buried += 1;
                self.bury(parcel, DeadReason::Stopped);
            }
        }
        self.wake_waiters();
        buried
    }
}
