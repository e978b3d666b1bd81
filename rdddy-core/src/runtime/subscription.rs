//! A stream of published events for whoever is not an actor.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::message::{Event, Metadata};
use crate::seam::sync::lock;

/// What a [`Subscription`] yields.
pub enum Heard<E> {
    /// An event.
    Event {
        /// The event, shared with its other receivers.
        event: Arc<E>,
        /// What is known about it beside its content, if anybody asked for that.
        metadata: Option<Arc<Metadata>>,
    },
    /// The subscriber was too slow: this many events, the oldest first, were dropped here.
    Missed(u64),
}

impl<E: fmt::Debug> fmt::Debug for Heard<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Heard::Event { event, .. } => f.debug_tuple("Event").field(event).finish(),
            Heard::Missed(count) => f.debug_tuple("Missed").field(count).finish(),
        }
    }
}

/// A stream of the events of one type, from when it was made. It is bounded, and says what it
/// missed.
///
/// It is a [`Stream`] of [`Heard`]; [`Subscription::next`] yields the events alone.
pub struct Subscription<E> {
    tap: Arc<Tap<E>>,
    missed: u64,
}

/// The system's end of a subscription.
pub(crate) struct Tap<E>(Mutex<Buffer<E>>);

struct Buffer<E> {
    events: VecDeque<(Arc<E>, Option<Arc<Metadata>>)>,
    capacity: usize,
    missed: u64,
    waker: Option<Waker>,
    /// The subscriber is gone.
    dropped: bool,
    /// The system is gone.
    closed: bool,
}

impl<E> Subscription<E> {
    pub(crate) fn new(capacity: usize) -> (Self, Arc<Tap<E>>) {
        let tap = Arc::new(Tap(Mutex::new(Buffer {
            events: VecDeque::new(),
            capacity: capacity.max(1),
            missed: 0,
            waker: None,
            dropped: false,
            closed: false,
        })));
        (Subscription { tap: Arc::clone(&tap), missed: 0 }, tap)
    }

    /// The next event; `None` when the system has ended. Events that were missed are passed over,
    /// and counted in [`Subscription::missed`].
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Arc<E>> {
        loop {
            match poll_fn(|cx| self.poll_heard(cx)).await? {
                Heard::Event { event, .. } => return Some(event),
                Heard::Missed(_) => {}
            }
        }
    }

    /// The next event, if it is there already.
    pub fn try_next(&mut self) -> Option<Arc<E>> {
        let mut buffer = lock(&self.tap.0);
        self.missed += std::mem::take(&mut buffer.missed);
        buffer.events.pop_front().map(|(event, _)| event)
    }

    /// How many events were dropped because this subscriber was too slow.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed + lock(&self.tap.0).missed
    }

    fn poll_heard(&mut self, cx: &mut Context<'_>) -> Poll<Option<Heard<E>>> {
        let mut buffer = lock(&self.tap.0);
        let missed = std::mem::take(&mut buffer.missed);
        if missed > 0 {
            self.missed += missed;
            return Poll::Ready(Some(Heard::Missed(missed)));
        }
        if let Some((event, metadata)) = buffer.events.pop_front() {
            return Poll::Ready(Some(Heard::Event { event, metadata }));
        }
        if buffer.closed {
            return Poll::Ready(None);
        }
        buffer.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl<E: Event> Stream for Subscription<E> {
    type Item = Heard<E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Heard<E>>> {
        self.poll_heard(cx)
    }
}

impl<E> Drop for Subscription<E> {
    fn drop(&mut self) {
        let events = {
            let mut buffer = lock(&self.tap.0);
            buffer.dropped = true;
            std::mem::take(&mut buffer.events)
        };
        drop(events);
    }
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("missed", &self.missed()).finish_non_exhaustive()
    }
}

impl<E> Tap<E> {
    /// Adds an event; false when nobody listens any more.
    pub(crate) fn push(&self, event: &Arc<E>, metadata: Option<&Arc<Metadata>>) -> bool {
        let mut buffer = lock(&self.0);
        if buffer.dropped {
            return false;
        }
        let oldest = if buffer.events.len() >= buffer.capacity {
            buffer.missed += 1;
            buffer.events.pop_front()
        } else {
            None
        };
        buffer.events.push_back((Arc::clone(event), metadata.cloned()));
        let waker = buffer.waker.take();
        drop(buffer);
        drop(oldest);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Tells the subscriber that nothing more will come.
    pub(crate) fn close(&self) {
        let waker = {
            let mut buffer = lock(&self.0);
            buffer.closed = true;
            buffer.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Waits for one event.
///
/// It subscribes when it is made, so that nothing published from then on is missed, however late it
/// is awaited.
#[must_use = "it is awaited to get the event"]
pub struct WaitFor<E> {
    subscription: Subscription<E>,
    matches: Box<dyn FnMut(&E) -> bool + Send>,
}

impl<E> WaitFor<E> {
    pub(crate) fn new(
        subscription: Subscription<E>,
        matches: impl FnMut(&E) -> bool + Send + 'static,
    ) -> Self {
        WaitFor { subscription, matches: Box::new(matches) }
    }
}

impl<E> Unpin for WaitFor<E> {}

impl<E: Event> Future for WaitFor<E> {
    /// The event; `None` when the system ended first.
    type Output = Option<Arc<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            match this.subscription.poll_heard(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Heard::Event { event, .. })) if (this.matches)(&event) => {
                    return Poll::Ready(Some(event));
                }
                Poll::Ready(Some(_)) => {}
            }
        }
    }
}

impl<E> fmt::Debug for WaitFor<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor").finish_non_exhaustive()
    }
}
