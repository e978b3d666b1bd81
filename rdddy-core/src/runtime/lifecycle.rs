//! How an actor starts, fails, begins another life, and ends.
//!
//! All of this happens to a cell that is *owned* by the task that does it, so no message is handled
//! meanwhile; messages keep queueing. A task that wants a cell asks for it by [`acquire`].
#![expect(unsafe_code, reason = "hooks run on state that the owner of a cell may touch")]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use tokio::sync::oneshot;

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::cell::{Cell, CellRef};
use super::config::RestartPolicy;
use super::context::Context;
use super::envelope::Parcel;
use super::error::ErrorReport;
use super::event::{Failure, StopReason, SystemEvent};
use super::frame::panic_message;
use super::handling::Handling;
use super::ledger::Entry;
use super::props::Factory;
use super::signals::Signals;
use super::supervision;
use super::turn::{Current, Deadline, Turn};
use crate::limits;
use crate::seam::Sleep;

pub(crate) type HookFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How an actor failed.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    /// The message it failed on, if it was one.
    pub(crate) message: Option<&'static str>,
    pub(crate) attempt: u32,
    /// The message once more, for the next incarnation.
    pub(crate) redeliver: Option<Parcel>,
    /// It failed on a system event: nothing about this is published.
    pub(crate) quiet: bool,
}

impl Failed {
    pub(crate) fn injected() -> Self {
        Failed::outside(Failure::Injected)
    }

    /// A failure that is not a message's.
    pub(crate) fn outside(failure: Failure) -> Self {
        Failed { failure, message: None, attempt: 1, redeliver: None, quiet: false }
    }
}

/// How an actor is made to end.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// By an order from outside.
    Stopped,
    /// By its own wish.
    StoppedItself,
    Killed,
    Shutdown,
    Failed {
        failure: Failure,
        quiet: bool,
    },
}

/// Orders the actor to end, after everything that waits already.
pub(crate) fn tell_stop(cell: CellRef<'_>) {
    // SAFETY: the order has no content.
    let order = unsafe { Parcel::pack(Handling::of_stop(), ()) };
    // A closed mailbox: the actor has ended already.
    let _ = cell.enqueue_always(order);
}

/// Takes note that an owned cell's actor has failed, and has its supervisor see to it.
pub(crate) fn fail(cell: CellRef<'_>, failed: Failed) {
    let Failed { failure, message, attempt, redeliver, quiet } = failed;
    if let Some(parcel) = redeliver {
        cell.put_front(parcel);
    }
    cell.extra_or_init().set_failed();
    if quiet {
        tracing::warn!(actor = %cell.path(), %failure, "a handler of system events failed");
    } else {
        cell.report_breach(&failure);
        if let Some(message) = message {
            cell.system().emit(|| SystemEvent::HandlerFailed {
                actor: cell.identity(),
                message,
                failure: failure.clone(),
                attempt,
                answered: false,
            });
        }
    }
    let task = supervision::supervise(cell.to_arc(), failure, quiet);
    cell.system().seam().spawn(task);
}

/// Ends an owned cell's actor, in a task of its own.
pub(crate) fn end(cell: CellRef<'_>, ending: Ending) {
    let cell = cell.to_arc();
    let system = Arc::clone(cell.system());
    system.seam().spawn(async move {
        let permanent = cell.config().restart == RestartPolicy::Permanent;
        let again = permanent && cell.is_restartable() && !cell.system().is_closing();
        if again && matches!(ending, Ending::StoppedItself) {
            let failure = Failure::Error(ErrorReport::new("a permanent actor stopped itself"));
            supervision::supervise(cell, failure, false).await;
        } else {
            terminate(cell, ending).await;
        }
    });
}

/// Takes the ownership of a cell, after the message being handled, or at once by cancelling that.
/// False when the actor has ended. Whoever drops the future does not get the cell.
pub(crate) async fn acquire(cell: &Arc<dyn AnyCell>, cancel: bool) -> bool {
    let mut taking = Taking { cell, taken: cell.extra_or_init().add_taker() };
    if cell.is_closed() {
        return false;
    }
    let cancel = if cancel { Signals::CANCEL } else { Signals::HANDOVER };
    CellRef::from(cell).signal(Signals::HANDOVER.or(cancel));
    (&mut taking.taken).await.is_ok()
}

/// A wait for the ownership of a cell.
struct Taking<'a> {
    cell: &'a Arc<dyn AnyCell>,
    taken: oneshot::Receiver<()>,
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        self.taken.close();
        // Handed over at the last moment, to one who does not want it any more.
        if self.taken.try_recv().is_ok() {
            CellRef::from(self.cell).give_up();
        }
    }
}

/// Ends an actor and waits for that: after what waits, or at once.
pub(crate) async fn stop_and_wait(cell: &Arc<dyn AnyCell>, gently: bool) {
    let ended = cell.extra_or_init().when_ended();
    if gently {
        tell_stop(CellRef::from(cell));
    } else if acquire(cell, true).await {
        end(CellRef::from(cell), Ending::Killed);
    }
    let _ = ended.await;
}

/// Ends an owned cell's actor: its children first, then `on_stop`, then what still waits.
pub(crate) async fn terminate(cell: Arc<dyn AnyCell>, ending: Ending) {
    let system = Arc::clone(cell.system());
    stop_children(&cell).await;
    Arc::clone(&cell).wind_down(true).await;
    let reason = match &ending {
        Ending::Stopped | Ending::StoppedItself => StopReason::Stopped,
        Ending::Killed => StopReason::Killed,
        Ending::Shutdown => StopReason::Shutdown,
        Ending::Failed { failure, .. } => StopReason::Failed(failure.clone()),
    };
    let quiet = matches!(&ending, Ending::Failed { quiet: true, .. });
    let extra = cell.extra_or_init();
    extra.tasks.close();
    let entering = system.enter_end();
    // Before the mailbox closes: who finds it closed also finds the actor gone.
    system.registry().remove(&*cell);
    if let Some(parent) = extra.parent() {
        let child = crate::seam::sync::lock(&parent.extra_or_init().children).remove(&cell.id());
        drop(child);
    }
    CellRef::from(&cell).close();
    extra.dismiss_takers();
    system.ledger().count(Entry::Ended);
    if !quiet {
        let actor = cell.identity();
        system.emit(|| SystemEvent::Stopped { actor, reason: reason.clone() });
    }
    extra.set_ended(&reason);
    super::watch::tell_watchers(&cell, &reason);
    drop(entering);
    if let Ending::Failed { failure, .. } = ending
        && cell.config().critical
    {
        system.critical_failure(cell.identity(), failure);
    }
}

/// Ends the children of an owned cell, those started last first.
pub(crate) async fn stop_children(cell: &Arc<dyn AnyCell>) {
    let Some(extra) = cell.extra() else { return };
    let children: Vec<_> = {
        let children = crate::seam::sync::lock(&extra.children);
        children.values().rev().cloned().collect()
    };
    for child in children {
        let seam = cell.system().seam();
        let gently = stop_and_wait(&child, true);
        if within(seam.sleep(limits::STOP_TIMEOUT), gently).await.is_none() {
            // One that does not even yield is left behind, and shows in the report of a shutdown.
            let at_once = stop_and_wait(&child, false);
            let _ = within(seam.sleep(limits::STOP_TIMEOUT), at_once).await;
        }
    }
}

/// Runs `on_stop`, and drops the actor unless the next life needs it.
pub(crate) async fn wind_down<A: Actor>(cell: Arc<Cell<A>>, for_good: bool) {
    if const { A::HOOKS.on_stop } && cell.is_occupied() {
        let hook = hook(&cell, limits::STOP_TIMEOUT, |actor, cx| {
            Box::pin(async move {
                actor.on_stop(cx).await;
                Ok(())
            })
        });
        if let Err(failure) = hook.await {
            tracing::warn!(actor = %cell.path(), %failure, "on_stop failed");
        }
    }
    if let Some(extra) = cell.extra() {
        extra.tasks.abort_all();
    }
    cell.clear_stop();
    if for_good || cell.extra().and_then(|extra| extra.factory()).is_some() {
        let cell = cell as Arc<dyn AnyCell>;
        // SAFETY: the caller owns the cell, and no handler is running.
        unsafe { drop_actor(CellRef::from(&cell)) };
    }
}

/// Drops the actor of a cell, whose destructor may panic.
///
/// # Safety
///
/// The caller owns the cell, and no handler is running.
unsafe fn drop_actor(cell: CellRef<'_>) {
    // SAFETY: the caller's promise.
    let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { cell.any().drop_actor() }));
    if let Err(panic) = dropped {
        let panic = panic_message(&*panic);
        tracing::warn!(actor = %cell.path(), panic, "dropping the actor panicked");
    }
}

/// Ends an actor because its system is gone: at once if it is idle, else after what it has to do. A
/// handler that waits is dropped, because a waiting cell keeps itself, and the system, alive.
pub(crate) fn abandon(cell: CellRef<'_>) {
    if cell.claim() {
        cell.close();
        // SAFETY: just claimed, and idle until then.
        unsafe { drop_actor(cell) };
    } else {
        tell_stop(cell);
        cell.signal(Signals::CANCEL);
    }
}

/// Begins the next life of an owned cell: builds the actor anew or has it mend itself, then runs
/// `on_start`.
pub(crate) async fn revive<A: Actor>(cell: Arc<Cell<A>>, failure: Failure) -> Result<(), Failure> {
    let factory = cell.extra().and_then(|extra| extra.factory()?.downcast_ref::<Factory<A>>());
    if let Some(factory) = factory {
        let built = catch_unwind(AssertUnwindSafe(factory));
        let actor = built.map_err(|panic| Failure::Panic(panic_message(&*panic)))?;
        // SAFETY: the caller owns the cell, which `wind_down` vacated.
        unsafe { cell.occupy(actor) };
    } else if !cell.is_occupied() {
        return Err(Failure::Error(ErrorReport::new(
            "the actor is still with a blocking handler that did not finish in time",
        )));
    } else if const { A::HOOKS.on_restart } {
        hook(&cell, limits::START_TIMEOUT, move |actor, cx| {
            Box::pin(async move { actor.on_restart(&failure, cx).await })
        })
        .await?;
    }
    start(&cell).await
}

/// Runs `on_start` of an owned cell.
pub(crate) async fn start<A: Actor>(cell: &Arc<Cell<A>>) -> Result<(), Failure> {
    if const { A::HOOKS.on_start } {
        hook(cell, limits::START_TIMEOUT, |actor, cx| Box::pin(actor.on_start(cx))).await?;
    }
    Ok(())
}

type Hook<'a> = Pin<Box<dyn Future<Output = Result<(), ErrorReport>> + Send + 'a>>;

/// Runs a hook of an owned, occupied cell, for at most `limit`.
async fn hook<A: Actor>(
    cell: &Arc<Cell<A>>,
    limit: Duration,
    run: impl for<'a> FnOnce(&'a mut A, &'a mut Context<A>) -> Hook<'a> + Send,
) -> Result<(), Failure> {
    let turn = Turn {
        actor: cell.id(),
        system: cell.system().address(),
        metadata: None,
        deadline: Deadline::NONE,
    };
    // SAFETY: `cell` and `turn` are alive until this function ends.
    let mut cx = unsafe { Context::new(CellRef::from(cell), &raw const turn) };
    // SAFETY: the caller owns the cell, which is occupied, until this function ends.
    let actor = unsafe { cell.actor_mut() };
    let begun = catch_unwind(AssertUnwindSafe(|| run(actor, &mut cx)));
    let hook = begun.map_err(|panic| Failure::Panic(panic_message(&*panic)))?;
    let guarded = InTurn { turn: &turn, hook };
    match within(cell.system().seam().sleep(limit), guarded).await {
        None => Err(Failure::TimedOut(limit)),
        Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(report))) => Err(Failure::Error(report)),
        Some(Err(panic)) => Err(Failure::Panic(panic)),
    }
}

/// Polls a hook as its actor's turn, and turns a panic into what it said.
struct InTurn<'a> {
    turn: &'a Turn,
    hook: Hook<'a>,
}

impl Future for InTurn<'_> {
    type Output = Result<Result<(), ErrorReport>, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        // SAFETY: the guard ends with this call, and the turn is borrowed for longer.
        let _current = unsafe { Current::enter(self.turn) };
        match catch_unwind(AssertUnwindSafe(|| self.hook.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic_message(&*panic))),
        }
    }
}

/// The result of `work`, unless `limit` comes first.
pub(crate) async fn within<T>(mut limit: Sleep, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|cx| {
        if let Poll::Ready(out) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(out));
        }
        Pin::new(&mut limit).poll(cx).map(|()| None)
    })
    .await
}
