//! Getting a message into a mailbox: at once, by the overflow policy, or after waiting for room.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use super::any_cell::AnyCell;
use super::cell::{CellRef, Unqueued};
use super::config::{Capacity, Overflow};
use super::envelope::Parcel;
use super::event::{DeadReason, SystemEvent};
use super::handler::Lane;
use super::ledger::Entry;
use super::signals::Signals;
use crate::seam::Sleep;

/// A message that was not taken.
pub(crate) struct Refused {
    pub(crate) parcel: Parcel,
    pub(crate) why: Refusal,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The mailbox is full, and its policy is that the sender waits.
    Wait,
    /// The mailbox is full, and its policy is to say so.
    Full,
    /// The actor has ended.
    Closed,
}

impl Refusal {
    /// What a message that nobody takes back is called then.
    pub(crate) fn dead_reason(self) -> DeadReason {
        match self {
            Refusal::Wait => DeadReason::NoRoom,
            Refusal::Full => DeadReason::Overflow,
            Refusal::Closed => DeadReason::Stopped,
        }
    }
}

impl CellRef<'_> {
    /// Offers a message, with metadata if there is any to carry on.
    #[inline]
    pub(crate) fn offer(self, mut parcel: Parcel) -> Result<(), Refused> {
        parcel.attach(self.system().metadata(parcel.handling().name));
        self.offer_as_is(parcel)
    }

    /// The same, with the metadata that it has.
    #[inline]
    pub(crate) fn offer_as_is(self, parcel: Parcel) -> Result<(), Refused> {
        let lane = parcel.handling().lane;
        match self.enqueue(parcel) {
            Ok(()) => {
                self.note_sent(lane);
                Ok(())
            }
            Err(Unqueued::Full(parcel)) => self.overflow(parcel),
            Err(Unqueued::Closed(parcel)) => Err(Refused { parcel, why: Refusal::Closed }),
        }
    }

    #[inline]
    fn note_sent(self, lane: Lane) {
        self.system().ledger().count(Entry::Sent);
        if lane == Lane::Control {
            self.signal(Signals::CONTROL);
        }
    }

    /// Delivers a message that no policy may refuse: there is at most one per watched actor.
    pub(crate) fn offer_always(self, parcel: Parcel) {
        let lane = parcel.handling().lane;
        // An actor that has ended does not mind.
        if self.enqueue_always(parcel).is_ok() {
            self.note_sent(lane);
        }
    }

    #[cold]
    #[inline(never)]
    fn overflow(self, parcel: Parcel) -> Result<(), Refused> {
        if self.is_closed() {
            return Err(Refused { parcel, why: Refusal::Closed });
        }
        let config = self.config();
        let capacity = match config.mailbox {
            Capacity::Bounded(capacity) => capacity,
            Capacity::Unbounded => u32::MAX,
        };
        if config.overflow == Overflow::Block {
            return Err(Refused { parcel, why: Refusal::Wait });
        }
        if config.overflow == Overflow::DropOldest {
            self.push_ring(parcel, capacity);
            return Ok(());
        }
        self.emit_overflow(&parcel, capacity);
        if config.overflow == Overflow::Fail {
            return Err(Refused { parcel, why: Refusal::Full });
        }
        let ledger = self.system().ledger();
        ledger.count(Entry::Sent);
        if config.overflow == Overflow::DropNewest {
            ledger.count(Entry::DeadLetters);
            parcel.lose(DeadReason::Overflow);
        } else {
            self.bury(parcel, DeadReason::Overflow);
        }
        Ok(())
    }

    fn emit_overflow(self, parcel: &Parcel, capacity: u32) {
        self.system().emit(|| SystemEvent::Overflowed {
            actor: self.identity(),
            message: (parcel.handling().name)(),
            capacity,
        });
    }

    fn push_ring(self, parcel: Parcel, capacity: u32) {
        let extra = self.extra_or_init();
        let oldest = extra.push_ring(parcel, capacity);
        self.system().ledger().count(Entry::Sent);
        self.signal(Signals::RING);
        if let Some(oldest) = oldest {
            self.emit_overflow(&oldest, capacity);
            self.bury(oldest, DeadReason::Overflow);
        }
        if self.is_closed() {
            // It closed meanwhile, and may have looked into the ring before this message came.
            for parcel in extra.take_ring() {
                self.bury(parcel, DeadReason::Stopped);
            }
        }
    }
}

/// A message that is offered until there is room for it.
pub(crate) struct Offering {
    cell: Arc<dyn AnyCell>,
    parcel: Option<Parcel>,
    limit: Duration,
    timer: Option<Sleep>,
}

impl Offering {
    /// For at most `limit`.
    pub(crate) fn new(cell: Arc<dyn AnyCell>, parcel: Parcel, limit: Duration) -> Self {
        Offering { cell, parcel: Some(parcel), limit, timer: None }
    }
}

impl Future for Offering {
    type Output = Result<(), Refused>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let Offering { cell, parcel, limit, timer } = &mut *self;
        let cell = CellRef::from(&*cell);
        loop {
            let Some(offered) = parcel.take() else { return Poll::Ready(Ok(())) };
            match cell.offer_as_is(offered) {
                Err(Refused { parcel: back, why: Refusal::Wait }) => *parcel = Some(back),
                other => return Poll::Ready(other),
            }
            if !cell.wait_for_room(cx.waker()) {
                break;
            }
        }
        let timer = timer.get_or_insert_with(|| {
            let seam = cell.system().seam();
            seam.deadline(seam.elapsed(), *limit)
        });
        if Pin::new(timer).poll(cx).is_pending() {
            return Poll::Pending;
        }
        let late = |parcel| Err(Refused { parcel, why: Refusal::Wait });
        Poll::Ready(parcel.take().map_or(Ok(()), late))
    }
}
