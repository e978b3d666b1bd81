//! Handlers that may block: the actor goes to a thread of its own with the message, and comes back.
#![expect(unsafe_code, reason = "moves the actor out of its cell and back")]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::Thread;

use super::actor::Actor;
use super::context::Context;
use super::turn::{Current, Turn};

/// Runs `work` on the actor of `cx`, where it may block.
///
/// # Safety
///
/// The caller owns the cell, which is occupied, until the future has ended or is dropped. In the
/// latter case the actor stays away, and the cell is vacant.
pub(crate) unsafe fn away<A: Actor, T: Send + 'static>(
    cx: &mut Context<A>,
    work: impl FnOnce(&mut A, &mut Context<A>) -> T + Send + 'static,
) -> impl Future<Output = T> + Send {
    let cell = Arc::clone(cx.cell());
    let turn = cx.turn_copy();
    // SAFETY: the caller owns the cell, and this is its running handler.
    let actor = unsafe { cell.vacate() };
    async move {
        let seam_cell = Arc::clone(&cell);
        let there = {
            let cell = Arc::clone(&cell);
            move || {
                let mut actor = actor?;
                // SAFETY: `cell` and `turn` are alive until this closure ends.
                let mut cx = unsafe { Context::new(&cell, &raw const turn) };
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
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
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
impl<A: Actor> Context<A> {
    fn turn_copy(&self) -> Turn {
        let turn = self.turn();
        Turn {
            actor: turn.actor,
            system: turn.system,
            metadata: turn.metadata.clone(),
            deadline: turn.deadline,
        }
    }
}
