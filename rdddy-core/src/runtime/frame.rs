//! A handler while it runs: its future, the context it borrows, and what to do with its result, in
//! one block of memory. A handler that finishes at its first poll gives the block straight back;
//! one that waits leaves it with the cell.
#![expect(unsafe_code, reason = "futures that borrow their actor, built and polled in place")]

use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use super::actor::Actor;
use super::blocks;
use super::cell::Cell;
use super::context::Context;
use super::envelope::Step;
use super::event::Failure;
use super::lifecycle::Failed;
use super::turn::{Current, Deadline, Turn};
use crate::message::Metadata;
use crate::seam::Sleep;

/// What every frame starts with.
#[repr(C)]
pub(crate) struct FrameHeader {
    /// Polls the handler: what became of it, or `None` while it waits.
    poll: unsafe fn(NonNull<FrameHeader>, &mut TaskContext<'_>) -> Option<Step>,
    /// Drops the handler unfinished.
    cancel: unsafe fn(NonNull<FrameHeader>),
    limit: Option<Limit>,
}

/// How long the handler may wait.
struct Limit {
    duration: Duration,
    timer: Sleep,
}

#[repr(C)]
struct Frame<A: Actor, F, N> {
    header: FrameHeader,
    /// Apart from the context, which the handler borrows mutably while others look at the turn.
    turn: Turn,
    cx: Context<A>,
    finish: N,
    future: F,
}

/// What is done with the result of a handler.
pub(crate) trait Finish<A: Actor, O>: Sized + Send {
    /// The handler is about to be left waiting.
    fn suspend(&mut self) {}

    /// The handler ended.
    fn finish(self, ended: Result<O, Failure>, cell: &Arc<Cell<A>>, turn: &mut Turn) -> Step;

    /// The handler was dropped unfinished, because its actor was killed.
    fn cancel(self, cell: &Arc<Cell<A>>);
}

/// Runs a handler of `cell` until it ends or has to wait.
///
/// # Safety
///
/// The caller owns the cell, and the cell is occupied. After [`Step::Suspended`] the caller no
/// longer owns it.
#[inline]
pub(crate) unsafe fn launch<A, O, F, N>(
    cell: &Arc<Cell<A>>,
    metadata: Option<Arc<Metadata>>,
    deadline: Deadline,
    limit: Option<Duration>,
    start: impl FnOnce(&'static mut A, &'static mut Context<A>) -> F,
    finish: N,
) -> Step
where
    A: Actor,
    F: Future<Output = O> + Send,
    N: Finish<A, O>,
{
    let frame = blocks::allocate::<Frame<A, F, N>>();
    let place = frame.as_ptr();
    let mut live = false;
    let mut finish = Some(finish);
    // SAFETY: fresh memory for this very type, whose fields are initialized in the order in which
    // they are used. The actor and the context outlive the future: the owner of the cell drops the
    // future before either, and a cell with a waiting future keeps itself alive.
    let ended = unsafe {
        // Field by field: a turn that is copied as a whole stalls on its own parts.
        (&raw mut (*place).turn.actor).write(cell.id());
        (&raw mut (*place).turn.system).write(cell.system().address());
        (&raw mut (*place).turn.metadata).write(metadata);
        (&raw mut (*place).turn.deadline).write(deadline);
        (&raw mut (*place).cx).write(Context::new(cell, &raw const (*place).turn));
        let _current = Current::enter(&raw const (*place).turn);
        catch_unwind(AssertUnwindSafe(|| {
            let future = start(cell.actor_mut(), &mut (*place).cx);
            (&raw mut (*place).future).write(future);
            live = true;
            // A waker that borrows the cell: cloning it is what costs a reference count.
            let waker = ManuallyDrop::new(Waker::from(Arc::from_raw(Arc::as_ptr(cell))));
            let mut task = TaskContext::from_waker(&waker);
            let Poll::Ready(out) = Pin::new_unchecked(&mut (*place).future).poll(&mut task) else {
                return None;
            };
            live = false;
            (&raw mut (*place).future).drop_in_place();
            let finish = finish.take()?;
            Some(conclude(cell, Ok(out), finish, &mut (*place).turn))
        }))
    };
    let step = match ended {
        Ok(Some(step)) => step,
        Ok(None) => match finish.take() {
            // SAFETY: everything but `finish` and `header` is initialized.
            Some(finish) => return unsafe { suspend(cell, frame, limit, finish) },
            None => Step::Done,
        },
        Err(panic) => {
            let failure = Failure::Panic(panic_message(&*panic));
            // SAFETY: the future, if it is initialized, is dropped only here; the turn is.
            unsafe {
                if live {
                    drop_quietly(&raw mut (*place).future);
                }
                match finish.take() {
                    Some(finish) => conclude(cell, Err(failure), finish, &mut (*place).turn),
                    None => Step::Failed(Box::new(Failed::outside(failure))),
                }
            }
        }
    };
    // SAFETY: the turn is the last initialized field that owns anything.
    unsafe {
        (&raw mut (*place).turn).drop_in_place();
        blocks::free(frame);
    }
    step
}

/// # Safety
///
/// As for [`launch`]; the frame's context and future are initialized.
#[cold]
unsafe fn suspend<A, O, F, N>(
    cell: &Arc<Cell<A>>,
    frame: NonNull<Frame<A, F, N>>,
    limit: Option<Duration>,
    mut finish: N,
) -> Step
where
    A: Actor,
    F: Future<Output = O> + Send,
    N: Finish<A, O>,
{
    finish.suspend();
    let limit =
        limit.map(|duration| Limit { duration, timer: cell.system().seam().sleep(duration) });
    let limited = limit.is_some();
    // SAFETY: the caller's promise; these are the fields that were not initialized yet.
    unsafe {
        let place = frame.as_ptr();
        (&raw mut (*place).finish).write(finish);
        let header = FrameHeader { poll: poll::<A, O, F, N>, cancel: cancel::<A, O, F, N>, limit };
        (&raw mut (*place).header).write(header);
        // The timer is armed by a poll.
        cell.leave_waiting(frame.cast(), !limited)
    }
}

/// # Safety
///
/// `header` starts a fully initialized `Frame<A, F, N>` whose cell is owned by the caller.
unsafe fn poll<A, O, F, N>(header: NonNull<FrameHeader>, task: &mut TaskContext<'_>) -> Option<Step>
where
    A: Actor,
    F: Future<Output = O> + Send,
    N: Finish<A, O>,
{
    let frame = header.cast::<Frame<A, F, N>>();
    let place = frame.as_ptr();
    // SAFETY: the caller's promise.
    let polled = unsafe {
        let _current = Current::enter(&raw const (*place).turn);
        catch_unwind(AssertUnwindSafe(|| Pin::new_unchecked(&mut (*place).future).poll(task)))
    };
    let ended = match polled {
        Ok(Poll::Ready(out)) => Ok(out),
        Ok(Poll::Pending) => {
            // SAFETY: the header is initialized.
            let Some(limit) = (unsafe { &mut (*place).header.limit }) else { return None };
            if Pin::new(&mut limit.timer).poll(task).is_pending() {
                return None;
            }
            Err(Failure::TimedOut(limit.duration))
        }
        Err(panic) => Err(Failure::Panic(panic_message(&*panic))),
    };
    // SAFETY: the frame is taken apart once: its handler has ended.
    let (cell, mut turn, finish) = unsafe { dismantle(frame) };
    let concluded = catch_unwind(AssertUnwindSafe(|| conclude(&cell, ended, finish, &mut turn)));
    Some(concluded.unwrap_or_else(|panic| {
        let failure = Failure::Panic(panic_message(&*panic));
        Step::Failed(Box::new(Failed::outside(failure)))
    }))
}

/// # Safety
///
/// As for [`poll`].
unsafe fn cancel<A, O, F, N>(header: NonNull<FrameHeader>)
where
    A: Actor,
    F: Future<Output = O> + Send,
    N: Finish<A, O>,
{
    // SAFETY: the caller's promise.
    let (cell, _, finish) = unsafe { dismantle(header.cast::<Frame<A, F, N>>()) };
    finish.cancel(&cell);
}

/// # Safety
///
/// The frame is fully initialized, and not used again.
unsafe fn dismantle<A: Actor, F, N>(frame: NonNull<Frame<A, F, N>>) -> (Arc<Cell<A>>, Turn, N) {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise; the future goes first, because it borrows the context.
    unsafe {
        {
            let _current = Current::enter(&raw const (*place).turn);
            drop_quietly(&raw mut (*place).future);
        }
        (&raw mut (*place).header).drop_in_place();
        let cell = Arc::clone((*place).cx.cell());
        let turn = (&raw const (*place).turn).read();
        let finish = (&raw const (*place).finish).read();
        blocks::free(frame);
        (cell, turn, finish)
    }
}

#[inline]
fn conclude<A: Actor, O, N: Finish<A, O>>(
    cell: &Arc<Cell<A>>,
    ended: Result<O, Failure>,
    finish: N,
    turn: &mut Turn,
) -> Step {
    let ended = if A::HOOKS.invariants { ended.and_then(|out| cell.check(out)) } else { ended };
    finish.finish(ended, cell, turn)
}

/// Drops a value whose destructor may panic: that of a user's future after it has failed.
///
/// # Safety
///
/// `value` is initialized, and not used again.
unsafe fn drop_quietly<T>(value: *mut T) {
    // SAFETY: the caller's promise.
    let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { value.drop_in_place() }));
    if let Err(panic) = dropped {
        tracing::warn!(panic = panic_message(&*panic), "a cancelled handler panicked again");
        // The payload's own destructor is not trusted either.
        let _leaked = std::mem::ManuallyDrop::new(panic);
    }
}

impl FrameHeader {
    /// # Safety
    ///
    /// `frame` is the waiting frame of a cell that the caller owns. It is gone when a step is
    /// returned.
    #[inline]
    pub(crate) unsafe fn poll(frame: NonNull<Self>, task: &mut TaskContext<'_>) -> Option<Step> {
        // SAFETY: the caller's promise.
        unsafe { (frame.as_ref().poll)(frame, task) }
    }

    /// # Safety
    ///
    /// `frame` is the waiting frame of a cell that the caller owns. It is gone afterwards.
    pub(crate) unsafe fn cancel(frame: NonNull<Self>) {
        // SAFETY: the caller's promise.
        unsafe { (frame.as_ref().cancel)(frame) }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
