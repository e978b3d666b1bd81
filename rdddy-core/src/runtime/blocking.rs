//! Handlers that may block: the actor goes to a thread of its own with the message, and comes back.
#![expect(unsafe_code, reason = "moves the actor out of its cell and back")]

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::Thread;

use super::actor::Actor;
use super::cell::CellRef;
use super::context::Context;
use super::event::Failure;
use super::frame::Start;
use super::handler::{EventHandler, EventOutcome, Handler, Outcome};
use super::handling;
use super::settle::{Pending, settle_event, settle_request};
use super::turn::{Current, Turn};
use crate::message::{Event, Request};

/// Runs `work` on the actor of `cx`, where it may block.
///
/// # Safety
///
/// The caller owns the cell, which is occupied, until the future has ended or is dropped. In the
/// latter case the actor stays away, and the cell is vacant.
unsafe fn away<A: Actor, T: Send + 'static>(
    cx: &mut Context<A>,
    work: impl FnOnce(&mut A, &mut Context<A>) -> T + Send + 'static,
) -> impl Future<Output = T> + Send {
    let cell = Arc::clone(cx.cell());
    let turn = copy(cx.turn());
    // SAFETY: the caller owns the cell, and this is its running handler.
    let actor = unsafe { cell.vacate() };
    async move {
        let seam_cell = Arc::clone(&cell);
        let there = {
            let cell = Arc::clone(&cell);
            move || {
                let mut actor = actor?;
                // SAFETY: `cell` and `turn` are alive until this closure ends.
                let mut cx = unsafe { Context::new(CellRef::from(&cell), &raw const turn) };
                // SAFETY: as above.
                let _current = unsafe { Current::enter(&raw const turn) };
                let done = catch_unwind(AssertUnwindSafe(|| work(&mut actor, &mut cx)));
                Some((actor, done))
            }
        };
        match seam_cell.system().seam().blocking(there).await.flatten() {
            Some((actor, done)) => {
                // SAFETY: the caller owns the cell, which was vacated above.
                unsafe { cell.occupy(actor) };
                done.unwrap_or_else(|panic| resume_unwind(panic))
            }
            // The runtime is shutting down, and took the actor with it.
            None => std::future::pending().await,
        }
    }
}

/// Runs a future to its end on this thread, which may block.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut task = TaskContext::from_waker(&waker);
    loop {
        if let Poll::Ready(out) = future.as_mut().poll(&mut task) {
            return out;
        }
        std::thread::park();
    }
}

/// A copy of a turn for another thread.
fn copy(turn: &Turn) -> Turn {
    let Turn { actor, system, metadata, deadline } = turn;
    Turn { actor: *actor, system: *system, metadata: metadata.clone(), deadline: *deadline }
}

/// A blocking handler of a request.
pub(super) struct OfRequest<A, M>(PhantomData<fn(A, M)>);

impl<A: Handler<M>, M: Request> Start for OfRequest<A, M> {
    type Actor = A;
    type Output = Outcome<M::Reply, M::Error>;

    unsafe fn start(
        _: &'static mut A,
        message: *mut (),
        cx: &'static mut Context<A>,
        pending: *mut Pending,
    ) -> impl Future<Output = Self::Output> + Send {
        // SAFETY: the caller's promise; it owns the cell for longer than the future lives.
        unsafe {
            let message = handling::take_request::<A, M>(message, &mut *pending);
            away(cx, move |actor: &mut A, cx: &mut Context<A>| wait(A::handle(actor, message, cx)))
        }
    }

    fn settle(
        outcome: Self::Output,
        cell: CellRef<'_>,
        pending: &mut Pending,
    ) -> Result<(), Failure> {
        settle_request(outcome, cell, pending)
    }
}

/// A blocking handler of an event.
pub(super) struct OfEvent<A, E>(PhantomData<fn(A, E)>);

impl<A: EventHandler<E>, E: Event> Start for OfEvent<A, E> {
    type Actor = A;
    type Output = EventOutcome;

    unsafe fn start(
        _: &'static mut A,
        event: *mut (),
        cx: &'static mut Context<A>,
        _: *mut Pending,
    ) -> impl Future<Output = EventOutcome> + Send {
        let event = event.cast::<E>().cast_const();
        // SAFETY: the event is alive; the thread, which may outlive the future, has its own share.
        // The caller owns the cell for longer than the future lives.
        unsafe {
            Arc::increment_strong_count(event);
            let event = Arc::from_raw(event);
            away(cx, move |actor: &mut A, cx: &mut Context<A>| wait(A::handle(actor, &event, cx)))
        }
    }

    fn settle(
        outcome: EventOutcome,
        cell: CellRef<'_>,
        pending: &mut Pending,
    ) -> Result<(), Failure> {
        settle_event(outcome, cell, pending)
    }
}
