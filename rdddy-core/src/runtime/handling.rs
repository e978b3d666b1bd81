//! How one type of actor handles one type of message: what the rest of the runtime, which knows
//! neither, works with.
//!
//! Only what must know the types is generic: reading the message, calling the handler, and saying
//! what its result means. An application has as many of these as it has handlers, so whatever is
//! added here, every application compiles over and over.
#![expect(unsafe_code, reason = "reads messages whose type is known by construction")]

use std::future::Future;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use super::cell::CellRef;
use super::context::Context;
use super::envelope::{Parcel, Shape};
use super::error::ErrorReport;
use super::event::Failure;
use super::frame::{FrameTable, Start};
use super::handler::{EventHandler, EventOutcome, Handler, Lane, Outcome};
use super::settle::{Pending, settle_event, settle_request};
use super::turn::Turn;
use crate::message::{Event, Kind, Request};

/// See the module.
pub(crate) struct Handling {
    pub(crate) name: fn() -> &'static str,
    pub(crate) kind: Kind,
    pub(crate) lane: Lane,
    /// It is the runtime's own order, and not counted.
    pub(crate) internal: bool,
    pub(crate) redeliver: bool,
    pub(crate) blocking: bool,
    /// The actor's invariants are checked afterwards.
    pub(crate) checked: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) shape: Shape,
    /// Ends the content of an envelope.
    pub(crate) release: unsafe fn(*mut ()),
    /// One more share of an event.
    pub(crate) share: Option<unsafe fn(*const ())>,
    /// Whether the actor accepts the message in its present state.
    pub(crate) accepts: Option<unsafe fn(CellRef<'_>, *const ()) -> bool>,
    pub(crate) how: How,
}

/// Runs a handler that does not wait. It reads a request, and borrows an event.
type Call = unsafe fn(CellRef<'_>, &Turn, *mut (), &mut Pending) -> Result<(), Failure>;

/// How a handler runs.
pub(crate) enum How {
    /// At once, to its end.
    Now(Call),
    /// As a future.
    Later(&'static FrameTable),
    /// It is the order to end.
    Stop,
}

impl Handling {
    /// How an `A` handles a request.
    #[inline]
    pub(crate) const fn of_request<A: Handler<M>, M: Request>() -> &'static Self {
        const { &OfRequest::<A, M>::HANDLING }
    }

    /// How an `A` handles an event.
    #[inline]
    pub(crate) const fn of_event<A: EventHandler<E>, E: Event>() -> &'static Self {
        const { &OfEvent::<A, E>::HANDLING }
    }

    /// What a handler, and `accepts`, gets of a content.
    ///
    /// # Safety
    ///
    /// `content` is what this handling is for.
    #[inline]
    pub(crate) unsafe fn subject(&self, content: *mut ()) -> *mut () {
        match self.kind {
            // SAFETY: the content is the pointer of an `Arc`.
            Kind::Event => unsafe { content.cast::<*mut ()>().read() },
            _ => content,
        }
    }

    pub(crate) fn of_stop() -> &'static Self {
        &STOP
    }
}

/// The order to end, queued behind the messages that wait already.
static STOP: Handling = Handling {
    name: || "rdddy.Stop",
    kind: Kind::Command,
    lane: Lane::User,
    internal: true,
    redeliver: false,
    blocking: false,
    checked: false,
    timeout: None,
    shape: Shape::of::<()>(),
    release: |_| {},
    share: None,
    accepts: None,
    how: How::Stop,
};

struct OfRequest<A, M>(PhantomData<fn(A, M)>);

impl<A: Handler<M>, M: Request> OfRequest<A, M> {
    const HANDLING: Handling = {
        let options = A::OPTIONS;
        Handling {
            name: M::name,
            kind: M::KIND,
            lane: options.lane,
            internal: false,
            redeliver: options.redeliver,
            blocking: options.blocking,
            checked: A::HOOKS.invariants,
            timeout: options.timeout,
            shape: Shape::of::<M>(),
            release: release_request::<M>,
            share: None,
            accepts: if options.selective { Some(accepts_request::<A, M>) } else { None },
            how: if options.blocking {
                How::Later(FrameTable::of::<super::blocking::OfRequest<A, M>>())
            } else if options.immediate {
                How::Now(call_request::<A, M>)
            } else {
                How::Later(FrameTable::of::<Self>())
            },
        }
    };
}

unsafe fn release_request<M>(content: *mut ()) {
    // SAFETY: the caller's promise: a message that is not used again.
    unsafe { content.cast::<M>().drop_in_place() }
}

unsafe fn accepts_request<A: Handler<M>, M: Request>(
    cell: CellRef<'_>,
    message: *const (),
) -> bool {
    // SAFETY: the caller owns the cell, which is occupied, and has the message.
    unsafe { cell.actor::<A>().accepts(&*message.cast::<M>()) }
}

/// # Safety
///
/// As for every [`Call`]: the caller owns the cell, which is occupied by an `A`; `message` is an `M`
/// that nobody else reads.
unsafe fn call_request<A: Handler<M>, M: Request>(
    cell: CellRef<'_>,
    turn: &Turn,
    message: *mut (),
    pending: &mut Pending,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let outcome = unsafe {
        let message = take_request::<A, M>(message, pending);
        let mut cx = Context::<A>::new(cell, turn);
        at_once(A::handle(cell.actor_mut::<A>(), message, &mut cx))?
    };
    settle_request::<M::Reply, M::Error>(outcome, cell, pending)
}

/// Reads a request, and keeps a copy for the next incarnation if there shall be one.
///
/// # Safety
///
/// `message` is an `M` that nobody else reads.
pub(super) unsafe fn take_request<A: Handler<M>, M: Request>(
    message: *mut (),
    pending: &mut Pending,
) -> M {
    // SAFETY: the caller's promise.
    let message = unsafe { message.cast::<M>().read() };
    if const { A::OPTIONS.redeliver } {
        // SAFETY: a content of the handling's own type.
        pending.kept = A::keep(&message)
            .map(|copy| unsafe { Parcel::pack(Handling::of_request::<A, M>(), copy) });
    }
    message
}

/// The output of a future that never waits.
#[inline]
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(out) => Ok(out),
        Poll::Pending => Err(Failure::Error(ErrorReport::new(
            "a handler that was said to be immediate has to wait",
        ))),
    }
}

impl<A: Handler<M>, M: Request> Start for OfRequest<A, M> {
    type Actor = A;
    type Output = Outcome<M::Reply, M::Error>;

    unsafe fn start(
        actor: &'static mut A,
        message: *mut (),
        cx: &'static mut Context<A>,
        pending: *mut Pending,
    ) -> impl Future<Output = Self::Output> + Send {
        // SAFETY: the caller's promise.
        let message = unsafe { take_request::<A, M>(message, &mut *pending) };
        A::handle(actor, message, cx)
    }

    fn settle(
        outcome: Self::Output,
        cell: CellRef<'_>,
        pending: &mut Pending,
    ) -> Result<(), Failure> {
        settle_request(outcome, cell, pending)
    }
}

struct OfEvent<A, E>(PhantomData<fn(A, E)>);

impl<A: EventHandler<E>, E: Event> OfEvent<A, E> {
    const HANDLING: Handling = {
        let options = A::OPTIONS;
        Handling {
            name: E::name,
            kind: Kind::Event,
            lane: options.lane,
            internal: false,
            redeliver: options.redeliver,
            blocking: options.blocking,
            checked: A::HOOKS.invariants,
            timeout: options.timeout,
            shape: Shape::of::<*const E>(),
            release: release_event::<E>,
            share: Some(share_event::<E>),
            accepts: if options.selective { Some(accepts_event::<A, E>) } else { None },
            how: if options.blocking {
                How::Later(FrameTable::of::<super::blocking::OfEvent<A, E>>())
            } else if options.immediate {
                How::Now(call_event::<A, E>)
            } else {
                How::Later(FrameTable::of::<Self>())
            },
        }
    };
}

unsafe fn release_event<E>(content: *mut ()) {
    // SAFETY: the caller's promise: the pointer of a share that is not used again.
    unsafe { drop(Arc::from_raw(content.cast::<*const E>().read())) }
}

unsafe fn share_event<E>(event: *const ()) {
    // SAFETY: the caller's promise: the pointer of a share that is alive.
    unsafe { Arc::increment_strong_count(event.cast::<E>()) }
}

unsafe fn accepts_event<A: EventHandler<E>, E: Event>(cell: CellRef<'_>, event: *const ()) -> bool {
    // SAFETY: the caller owns the cell, which is occupied, and keeps the event alive.
    unsafe { cell.actor::<A>().accepts(&*event.cast::<E>()) }
}

/// # Safety
///
/// As for every [`Call`]: the caller owns the cell, which is occupied by an `A`, and keeps the event,
/// an `E`, alive.
unsafe fn call_event<A: EventHandler<E>, E: Event>(
    cell: CellRef<'_>,
    turn: &Turn,
    event: *mut (),
    pending: &mut Pending,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let outcome = unsafe {
        let mut cx = Context::<A>::new(cell, turn);
        at_once(A::handle(cell.actor_mut::<A>(), &*event.cast::<E>(), &mut cx))?
    };
    settle_event(outcome, cell, pending)
}

impl<A: EventHandler<E>, E: Event> Start for OfEvent<A, E> {
    type Actor = A;
    type Output = EventOutcome;

    unsafe fn start(
        actor: &'static mut A,
        event: *mut (),
        cx: &'static mut Context<A>,
        _: *mut Pending,
    ) -> impl Future<Output = EventOutcome> + Send {
        // SAFETY: the frame keeps the event alive for longer than the future.
        A::handle(actor, unsafe { &*event.cast::<E>() }, cx)
    }

    fn settle(
        outcome: EventOutcome,
        cell: CellRef<'_>,
        pending: &mut Pending,
    ) -> Result<(), Failure> {
        settle_event(outcome, cell, pending)
    }
}
