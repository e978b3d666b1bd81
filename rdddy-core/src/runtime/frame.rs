//! A handler that may wait: its future, the context it borrows, and what is left to do for its
//! message, in one block of memory. A handler that ends at its first poll gives the block straight
//! back; one that waits leaves it with the cell.
#![expect(unsafe_code, reason = "futures that borrow their actor, built and polled in place")]

use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context as TaskContext, Poll, Waker, ready};
use std::time::Duration;

use super::actor::Actor;
use super::blocks::{self, Block};
use super::cell::CellRef;
use super::context::Context;
use super::envelope::{Step, Terms};
use super::event::{DeadReason, Failure};
use super::handling::Handling;
use super::observe::Probe;
use super::reply::{Lost, Reply};
use super::settle::{self, Pending};
use super::subject::Subject;
use super::turn::{Current, Turn};
use crate::seam::Sleep;

/// What every frame starts with.
pub(crate) struct Frame {
    table: &'static FrameTable,
    /// Alive for as long as the frame: its caller's at first, and a waiting cell keeps itself.
    cell: CellRef<'static>,
    subject: Subject,
    /// Apart from the context, which the handler borrows mutably while others look at the turn.
    turn: Turn,
    pending: Pending,
    rest: Option<Box<Rest>>,
    /// The future exists.
    live: bool,
}

/// What most frames do without.
#[derive(Default)]
struct Rest {
    probe: Option<Box<Probe>>,
    limit: Option<Limit>,
}

/// How long the handler may wait.
struct Limit {
    duration: Duration,
    timer: Sleep,
}

/// A frame whole.
#[repr(C)]
struct Whole<A: Actor, F> {
    frame: Frame,
    cx: Context<A>,
    future: F,
}

/// What must know the types of a frame.
pub(crate) struct FrameTable {
    block: Block,
    /// Calls the handler if there is no future yet, polls it, and settles what it returns.
    poll: unsafe fn(NonNull<Frame>, &mut TaskContext<'_>) -> Poll<Ended>,
    /// Drops its future.
    drop: unsafe fn(NonNull<Frame>),
    /// A waker that borrows the cell.
    waker: unsafe fn(CellRef<'_>) -> ManuallyDrop<Waker>,
}

/// How a handler ended: the error is how it failed.
type Ended = Result<(), Failure>;

/// How a handler that may wait is called, and what its result means.
pub(crate) trait Start {
    type Actor: Actor;
    type Output;

    /// Calls the handler.
    ///
    /// # Safety
    ///
    /// `subject` is what the handler gets: a request to be read once, or an event that outlives the
    /// future. The actor and the context outlive it, too; `pending` outlives the call.
    unsafe fn start(
        actor: &'static mut Self::Actor,
        subject: *mut (),
        cx: &'static mut Context<Self::Actor>,
        pending: *mut Pending,
    ) -> impl Future<Output = Self::Output> + Send;

    fn settle(
        output: Self::Output,
        cell: CellRef<'_>,
        pending: &mut Pending,
    ) -> Result<(), Failure>;
}

impl FrameTable {
    pub(crate) const fn of<S: Start + 'static>() -> &'static Self {
        const {
            &FrameTable {
                block: block::<S, _>(S::start),
                poll: poll::<S>,
                drop: drop_future::<S>,
                // SAFETY: a frame of `S` is one of a cell of its actor.
                waker: |cell| unsafe { cell.waker::<S::Actor>() },
            }
        }
    }
}

/// Calls a handler: names the type of its future, which only inference can.
type Starts<S, F> = unsafe fn(
    &'static mut <S as Start>::Actor,
    *mut (),
    &'static mut Context<<S as Start>::Actor>,
    *mut Pending,
) -> F;

const fn block<S: Start, F>(_: Starts<S, F>) -> Block {
    Block::of::<Whole<S::Actor, F>>()
}

fn whole<S: Start, F>(frame: NonNull<Frame>, _: Starts<S, F>) -> *mut Whole<S::Actor, F> {
    frame.cast().as_ptr()
}

/// # Safety
///
/// `frame` starts a block for `S`; the caller owns its cell, which is occupied.
#[inline]
unsafe fn begin<S: Start>(frame: NonNull<Frame>) {
    let place = whole::<S, _>(frame, S::start);
    // SAFETY: the caller's promise. The actor and the context outlive the future: the owner of the
    // cell drops the future before either.
    unsafe {
        let Frame { cell, subject, .. } = frame.as_ref();
        (&raw mut (*place).cx).write(Context::new(*cell, &raw const (*place).frame.turn));
        let (actor, cx) = (cell.actor_mut(), &mut (*place).cx);
        let future = S::start(actor, subject.pointer(), cx, &raw mut (*place).frame.pending);
        (&raw mut (*place).future).write(future);
    }
}

/// # Safety
///
/// `frame` starts a frame of `S`; the caller owns its cell, which is occupied.
unsafe fn poll<S: Start>(frame: NonNull<Frame>, task: &mut TaskContext<'_>) -> Poll<Ended> {
    let place = whole::<S, _>(frame, S::start);
    // SAFETY: the caller's promise; the future stays in its block until it is dropped.
    unsafe {
        if !(*place).frame.live {
            begin::<S>(frame);
            (*place).frame.live = true;
        }
        let output = ready!(Pin::new_unchecked(&mut (*place).future).poll(task));
        (*place).frame.live = false;
        (&raw mut (*place).future).drop_in_place();
        let cell = (*place).frame.cell;
        Poll::Ready(S::settle(output, cell, &mut (*place).frame.pending))
    }
}

/// # Safety
///
/// `frame` starts a frame of `S` whose future is alive, and not used again.
unsafe fn drop_future<S: Start>(frame: NonNull<Frame>) {
    let place = whole::<S, _>(frame, S::start);
    // SAFETY: the caller's promise.
    unsafe { (&raw mut (*place).future).drop_in_place() }
}

/// Runs a handler of `cell` until it ends or has to wait.
///
/// # Safety
///
/// The caller owns the cell, and the cell is occupied. After [`Step::Suspended`] the caller no
/// longer owns it. `subject` is what `table` is for.
#[inline]
pub(crate) unsafe fn launch(
    table: &'static FrameTable,
    cell: CellRef<'_>,
    handling: &'static Handling,
    subject: Subject,
    terms: Terms,
    reply: Reply,
) -> Step {
    let frame: NonNull<Frame> = blocks::allocate(table.block).cast();
    let place = frame.as_ptr();
    let Terms { metadata, reply: _, deadline, attempt } = terms;
    let probe = Probe::if_observed(cell, handling, metadata.as_deref());
    let rest = probe.map(|probe| Box::new(Rest { probe: Some(probe), limit: None }));
    // SAFETY: fresh memory for a frame, written field by field: one that is copied as a whole stalls
    // on its own parts. The cell outlives it, as the caller promises for now, and `leave_waiting`
    // sees to later.
    unsafe {
        let cell = cell.for_longer();
        (&raw mut (*place).table).write(table);
        (&raw mut (*place).cell).write(cell);
        (&raw mut (*place).subject).write(subject);
        (&raw mut (*place).turn).write(Turn::new(cell, metadata, deadline));
        (&raw mut (*place).pending).write(Pending { handling, reply, kept: None, attempt });
        (&raw mut (*place).rest).write(rest);
        (&raw mut (*place).live).write(false);
        let waker = (table.waker)(cell);
        match drive(frame, &mut TaskContext::from_waker(&waker)) {
            Poll::Ready(ended) => conclude(frame, ended),
            Poll::Pending => suspend(frame),
        }
    }
}

/// Calls or polls the handler, in its turn.
///
/// # Safety
///
/// The caller owns the frame's cell.
#[inline]
unsafe fn drive(frame: NonNull<Frame>, task: &mut TaskContext<'_>) -> Poll<Ended> {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise; the turn outlives the guard.
    let polled = unsafe {
        let _current = Current::enter(&raw const (*place).turn);
        let rest = (*place).rest.as_ref();
        let _entered = rest.and_then(|rest| rest.probe.as_deref()).map(Probe::enter);
        let table = (*place).table;
        catch_unwind(AssertUnwindSafe(|| (table.poll)(frame, task)))
    };
    polled.unwrap_or_else(|panic| Poll::Ready(Err(Failure::Panic(panic_message(&*panic)))))
}

/// # Safety
///
/// The caller owns the frame's cell, and the handler waits.
#[cold]
unsafe fn suspend(frame: NonNull<Frame>) -> Step {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        let (cell, pending) = ((*place).cell, &mut (*place).pending);
        // Whoever waits on this stack waits elsewhere from now on.
        let reply = std::mem::replace(&mut pending.reply, Reply::Nobody);
        pending.reply = reply.into_channel().into();
        (*place).subject.keep(pending.handling);
        // The timer is armed by a poll.
        let park = pending.handling.timeout.is_none();
        if let Some(duration) = pending.handling.timeout {
            let timer = cell.system().seam().sleep(duration);
            (*place).rest.get_or_insert_default().limit = Some(Limit { duration, timer });
        }
        cell.leave_waiting(frame, park)
    }
}

/// Ends a frame whose handler has ended.
///
/// # Safety
///
/// The caller owns the frame's cell. The frame is not used again.
#[inline]
unsafe fn conclude(frame: NonNull<Frame>, ended: Ended) -> Step {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        let step = match ended {
            Ok(()) => {
                (&raw mut (*place).turn).drop_in_place();
                (&raw mut (*place).pending).drop_in_place();
                Step::Done
            }
            Err(failure) => fail(frame, failure),
        };
        dismiss(frame);
        step
    }
}

/// # Safety
///
/// The caller owns the frame's cell. The turn, the pending and the future are gone afterwards.
#[cold]
unsafe fn fail(frame: NonNull<Frame>, failure: Failure) -> Step {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        drop_quietly(frame);
        let turn = (&raw const (*place).turn).read();
        let pending = (&raw const (*place).pending).read();
        let event = (*place).subject.pointer();
        settle::fail((*place).cell, failure, event, turn.metadata, pending)
    }
}

/// Gives back what is left of a frame.
///
/// # Safety
///
/// The turn, the pending and the future are gone.
#[inline]
unsafe fn dismiss(frame: NonNull<Frame>) {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise.
    unsafe {
        drop((&raw const (*place).rest).read());
        (*place).subject.release();
        blocks::free(frame.cast(), (*place).table.block);
    }
}

/// Drops the future, if there is one. Its destructor may panic: that of a user's future after it has
/// failed.
///
/// # Safety
///
/// The caller owns the frame's cell.
unsafe fn drop_quietly(frame: NonNull<Frame>) {
    let place = frame.as_ptr();
    // SAFETY: the caller's promise; the turn outlives the guard.
    let dropped = unsafe {
        if !std::mem::replace(&mut (*place).live, false) {
            return;
        }
        let _current = Current::enter(&raw const (*place).turn);
        let table = (*place).table;
        catch_unwind(AssertUnwindSafe(|| (table.drop)(frame)))
    };
    if let Err(panic) = dropped {
        tracing::warn!(panic = panic_message(&*panic), "a cancelled handler panicked again");
        // The payload's own destructor is not trusted either.
        let _leaked = ManuallyDrop::new(panic);
    }
}

impl Frame {
    /// # Safety
    ///
    /// `frame` is the waiting frame of a cell that the caller owns. It is gone when a step is
    /// returned.
    pub(crate) unsafe fn poll(frame: NonNull<Self>, task: &mut TaskContext<'_>) -> Option<Step> {
        // SAFETY: the caller's promise.
        unsafe {
            let ended = match drive(frame, task) {
                Poll::Ready(ended) => ended,
                Poll::Pending => {
                    let limit = (*frame.as_ptr()).rest.as_mut()?.limit.as_mut()?;
                    if Pin::new(&mut limit.timer).poll(task).is_pending() {
                        return None;
                    }
                    Err(Failure::TimedOut(limit.duration))
                }
            };
            Some(conclude(frame, ended))
        }
    }

    /// Drops the handler unfinished, because its actor was killed.
    ///
    /// # Safety
    ///
    /// `frame` is the waiting frame of a cell that the caller owns. It is gone afterwards.
    pub(crate) unsafe fn cancel(frame: NonNull<Self>) {
        // SAFETY: the caller's promise.
        unsafe {
            drop_quietly(frame);
            let place = frame.as_ptr();
            drop((&raw const (*place).turn).read());
            let pending = (&raw const (*place).pending).read();
            (*place).cell.dead_letter(pending.handling, DeadReason::Killed);
            pending.reply.lose(Lost::DeadLetter(DeadReason::Killed));
            dismiss(frame);
        }
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
