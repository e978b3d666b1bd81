//! What waits for an actor: in its mailbox, in front of it, in its ring, and at its door.
#![expect(unsafe_code, reason = "the owner's side of the mailbox")]

use std::task::Waker;

use super::{CellRef, Core, marks};
use crate::runtime::envelope::Parcel;
use crate::runtime::event::DeadReason;
use crate::runtime::extra::Extra;
use crate::runtime::handler::Lane;
use crate::runtime::mailbox::Pushed;
use crate::runtime::signals::Signals;
use crate::seam::Runnable;

/// Why a message was not queued, with the message.
pub(crate) enum Unqueued {
    /// As many wait as may.
    Full(Parcel),
    /// The actor has ended.
    Closed(Parcel),
}

impl CellRef<'_> {
    /// Queues a message, if there is room for it.
    #[inline]
    pub(crate) fn enqueue(self, parcel: Parcel) -> Result<(), Unqueued> {
        self.enqueue_within(parcel, self.mailbox.capacity())
    }

    /// Queues a message, room or not.
    pub(crate) fn enqueue_always(self, parcel: Parcel) -> Result<(), Unqueued> {
        self.enqueue_within(parcel, u32::MAX)
    }

    #[inline]
    fn enqueue_within(self, parcel: Parcel, capacity: u32) -> Result<(), Unqueued> {
        if capacity == 0 {
            return Err(Unqueued::Full(parcel));
        }
        let link = parcel.into_link();
        // SAFETY: the link is the mailbox's from here on, if it is queued.
        let pushed = unsafe { self.mailbox.push(link, capacity, &self.ready) };
        match pushed {
            Pushed::Queued => return Ok(()),
            Pushed::Claimed => {
                self.schedule();
                return Ok(());
            }
            Pushed::Full | Pushed::Closed => {}
        }
        // SAFETY: a parcel just now, and not queued.
        let parcel = unsafe { Parcel::from_link(link) };
        Err(if pushed == Pushed::Full { Unqueued::Full(parcel) } else { Unqueued::Closed(parcel) })
    }

    /// Has a runner go on with an owned cell.
    #[inline]
    pub(super) fn schedule(self) {
        self.system.seam().schedule(self.to_arc() as Runnable);
    }

    /// Puts one message in front of all others.
    pub(crate) fn put_front(self, parcel: Parcel) {
        self.extra_or_init().push_front(parcel);
        self.mark(marks::FRONT);
    }

    /// Ends a message unhandled, and says so.
    pub(crate) fn bury(self, parcel: Parcel, reason: DeadReason) {
        let handling = parcel.handling();
        if !handling.internal {
            self.dead_letter(handling, reason);
        }
        parcel.lose(reason);
    }

    /// Ends everything that still waits. Called by the owner, for good.
    pub(crate) fn close(self) -> usize {
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

impl Core {
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
        if self.marked(marks::FRONT)
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
            self.unmark(marks::FRONT);
        }
        front
    }

    /// The next message of the ring, if this is a mailbox that drops the oldest.
    #[cold]
    fn take_ring(&self) -> Option<Parcel> {
        let extra = self.extra()?;
        extra.pop_ring(|| self.ready.rest.signals.lower(Signals::RING))
    }

    /// Puts everything stashed in front of the mailbox.
    pub(crate) fn unstash(&self) {
        if let Some(extra) = self.extra()
            && extra.unstash()
        {
            self.mark(marks::FRONT);
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
                    parcel.handling().lane == Lane::Control
                },
                |link| hurried.push(Parcel::from_link(link)),
            );
        }
        extra.push_control(hurried);
        self.mark(marks::FRONT);
    }
}
