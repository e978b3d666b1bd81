//! Getting a message into a mailbox: at once, by the overflow policy, or after waiting for room.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::actor::Actor;
use super::cell::{Cell, Unqueued};
use super::config::{Capacity, Overflow};
use super::envelope::{Body, Parcel};
use super::event::{DeadReason, SystemEvent};
use super::handler::Lane;
use super::ledger::Entry;
use super::signals::Signals;
use crate::message::Metadata;

/// Why a message was not taken, with the message.
pub(crate) enum Refused<B> {
    /// The mailbox is full, and its policy is that the sender waits.
    Wait(B),
    /// The mailbox is full, and its policy is to say so.
    Full(B),
    /// The actor has ended.
    Closed(B),
}

impl<B> Refused<B> {
    pub(crate) fn into_body(self) -> B {
        match self {
            Refused::Wait(body) | Refused::Full(body) | Refused::Closed(body) => body,
        }
    }
}

impl<A: Actor> Cell<A> {
    /// Offers a message, with metadata if there is any to carry on.
    #[inline(always)]
    pub(crate) fn offer<B: Body<A>>(self: &Arc<Self>, body: B) -> Result<(), Refused<B>> {
        let metadata = self.system().metadata(|| B::about().name);
        self.offer_with(body, metadata)
    }

    #[inline(always)]
    pub(crate) fn offer_with<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
    ) -> Result<(), Refused<B>> {
        match self.enqueue(body, metadata.clone()) {
            Ok(()) => {
                self.note_sent::<B>();
                Ok(())
            }
            Err(Unqueued::Full(body)) => self.overflow(body, metadata),
            Err(Unqueued::Closed(body)) => Err(Refused::Closed(body)),
        }
    }

    #[inline(always)]
    fn note_sent<B: Body<A>>(self: &Arc<Self>) {
        self.system().ledger().count(Entry::Sent);
        if B::LANE == Lane::Control {
            self.signal(Signals::CONTROL);
        }
    }

    /// Delivers a message that no policy may refuse: there is at most one per watched actor.
    pub(crate) fn offer_always<B: Body<A>>(self: &Arc<Self>, body: B) {
        // An actor that has ended does not mind.
        if self.enqueue_always(body).is_ok() {
            self.note_sent::<B>();
        }
    }

    #[cold]
    #[inline(never)]
    fn overflow<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
    ) -> Result<(), Refused<B>> {
        if self.is_closed() {
            return Err(Refused::Closed(body));
        }
        let config = self.config();
        let capacity = match config.mailbox {
            Capacity::Bounded(capacity) => capacity,
            Capacity::Unbounded => u32::MAX,
        };
        if config.overflow == Overflow::Block {
            return Err(Refused::Wait(body));
        }
        if config.overflow == Overflow::DropOldest {
            return self.push_ring(body, metadata, capacity);
        }
        let about = B::about();
        self.system().emit(|| SystemEvent::Overflowed {
            actor: self.identity(),
            message: about.name,
            capacity,
        });
        if config.overflow == Overflow::Fail {
            return Err(Refused::Full(body));
        }
        let ledger = self.system().ledger();
        ledger.count(Entry::Sent);
        if config.overflow == Overflow::DropNewest {
            ledger.count(Entry::DeadLetters);
            body.bury(DeadReason::Overflow);
        } else {
            self.bury(Parcel::pack::<A, B>(body, metadata), DeadReason::Overflow);
        }
        Ok(())
    }

    fn push_ring<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
        capacity: u32,
    ) -> Result<(), Refused<B>> {
        let extra = self.extra_or_init();
        let oldest = extra.push_ring(Parcel::pack::<A, B>(body, metadata), capacity);
        self.system().ledger().count(Entry::Sent);
        self.signal(Signals::RING);
        if let Some(oldest) = oldest {
            self.system().emit(|| SystemEvent::Overflowed {
                actor: self.identity(),
                message: oldest.about().name,
                capacity,
            });
            self.bury(oldest, DeadReason::Overflow);
        }
        if self.is_closed() {
            // It closed meanwhile, and may have looked into the ring before this message came.
            for parcel in extra.take_ring() {
                self.bury(parcel, DeadReason::Stopped);
            }
        }
        Ok(())
    }

    /// Offers a message until there is room for it, for at most `limit`.
    pub(crate) async fn offer_waiting<B: Body<A>>(
        self: Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
        limit: Duration,
    ) -> Result<(), Refused<B>> {
        let mut body = Some(body);
        let mut timer = None;
        poll_fn(|cx| {
            loop {
                let Some(offered) = body.take() else { return Poll::Ready(Ok(())) };
                match self.offer_with(offered, metadata.clone()) {
                    Err(Refused::Wait(back)) => body = Some(back),
                    other => return Poll::Ready(other),
                }
                if !self.wait_for_room(cx.waker()) {
                    break;
                }
            }
            let timer = timer.get_or_insert_with(|| {
                let seam = self.system().seam();
                seam.deadline(seam.elapsed(), limit)
            });
            if Pin::new(timer).poll(cx).is_pending() {
                return Poll::Pending;
            }
            Poll::Ready(body.take().map_or(Ok(()), |back| Err(Refused::Wait(back))))
        })
        .await
    }
}
