//! The ways a message reaches a handler: told, asked, published, or handed over once more after it
//! failed its actor.
#![expect(unsafe_code, reason = "runs handlers in the frame of the cell's owner")]

use std::any::TypeId;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::actor::Actor;
use super::cell::Cell;
use super::context::Context;
use super::envelope::{About, Body, Parcel, Step};
use super::error::{ErrorReport, Unanswered};
use super::event::{DeadReason, Failure, SystemEvent};
use super::frame::{Finish, launch};
use super::handler::{EventHandler, EventOutcome, Handler, HandlerOptions, Lane, Outcome};
use super::ledger::Entry;
use super::lifecycle::Failed;
use super::observe::Probe;
use super::turn::{Deadline, Turn};
use crate::limits;
use crate::message::{Event, Message, Metadata, Request};

/// What an asker gets.
pub(crate) type Answer<M> = Result<<M as Request>::Reply, Unanswered<<M as Request>::Error>>;

type Outcomes<M> = Outcome<<M as Request>::Reply, <M as Request>::Error>;

/// A message that nobody waits for.
pub(crate) struct Told<M>(pub(crate) M);

/// A message that somebody waits for.
pub(crate) struct Asked<M: Request> {
    pub(crate) message: M,
    pub(crate) reply: oneshot::Sender<Answer<M>>,
    pub(crate) deadline: Deadline,
}

/// A message that failed the last incarnation.
struct Again<M> {
    message: M,
    attempt: u32,
}

/// An event, shared with its other receivers.
pub(crate) struct Published<E> {
    pub(crate) event: Arc<E>,
    pub(crate) attempt: u32,
}

fn about<M: Message>(options: HandlerOptions) -> About {
    About { name: M::name(), kind: M::KIND, lane: options.lane, internal: false }
}

impl<A: Handler<M>, M: Request> Body<A> for Told<M> {
    const LANE: Lane = A::OPTIONS.lane;

    fn about() -> About {
        about::<M>(A::OPTIONS)
    }

    #[inline]
    fn accepted(&self, actor: &A) -> bool {
        actor.accepts(&self.0)
    }

    #[inline]
    unsafe fn handle(self, cell: &Arc<Cell<A>>, metadata: Option<Arc<Metadata>>) -> Step {
        // SAFETY: the caller's promise.
        unsafe { request(cell, self.0, metadata, Deadline::NONE, Reply::Nobody, 1) }
    }

    fn bury(self, _: DeadReason) {}
}

impl<A: Handler<M>, M: Request> Body<A> for Again<M> {
    const LANE: Lane = A::OPTIONS.lane;

    fn about() -> About {
        about::<M>(A::OPTIONS)
    }

    fn accepted(&self, actor: &A) -> bool {
        actor.accepts(&self.message)
    }

    unsafe fn handle(self, cell: &Arc<Cell<A>>, metadata: Option<Arc<Metadata>>) -> Step {
        let Again { message, attempt } = self;
        // SAFETY: the caller's promise.
        unsafe { request(cell, message, metadata, Deadline::NONE, Reply::Nobody, attempt) }
    }

    fn bury(self, _: DeadReason) {}
}

impl<A: Handler<M>, M: Request> Body<A> for Asked<M> {
    const LANE: Lane = A::OPTIONS.lane;

    fn about() -> About {
        about::<M>(A::OPTIONS)
    }

    #[inline]
    fn accepted(&self, actor: &A) -> bool {
        self.reply.is_closed() || actor.accepts(&self.message)
    }

    #[inline]
    unsafe fn handle(self, cell: &Arc<Cell<A>>, metadata: Option<Arc<Metadata>>) -> Step {
        if self.reply.is_closed() {
            let (id, actor) = (cell.id(), Some(cell.identity()));
            cell.system().dead_letter(M::name(), M::KIND, actor, id, DeadReason::Expired);
            return Step::Done;
        }
        let reply = Reply::Channel(self.reply);
        // SAFETY: the caller's promise.
        unsafe { request(cell, self.message, metadata, self.deadline, reply, 1) }
    }

    fn bury(self, reason: DeadReason) {
        // An asker that is gone does not mind.
        let _ = self.reply.send(Err(Unanswered::DeadLetter(reason)));
    }
}

/// Handles a command or a query.
///
/// # Safety
///
/// The caller owns the cell, which is occupied, and no longer does after [`Step::Suspended`].
#[inline]
pub(crate) unsafe fn request<A: Handler<M>, M: Request>(
    cell: &Arc<Cell<A>>,
    message: M,
    metadata: Option<Arc<Metadata>>,
    deadline: Deadline,
    reply: Reply<M>,
    attempt: u32,
) -> Step {
    let kept = if A::OPTIONS.redeliver { A::keep(&message) } else { None };
    let finish = FinishRequest { reply, kept, attempt };
    let limit = A::OPTIONS.timeout;
    // SAFETY: the caller's promise.
    unsafe {
        if A::OPTIONS.blocking {
            let work = move |actor: &mut A, cx: &mut Context<A>| {
                super::blocking::wait(A::handle(actor, message, cx))
            };
            let start = |_: &'static mut A, cx| super::blocking::away(cx, work);
            run(cell, M::name, metadata, deadline, limit, start, finish)
        } else {
            let start = |actor, cx| A::handle(actor, message, cx);
            run(cell, M::name, metadata, deadline, limit, start, finish)
        }
    }
}

/// Runs a handler of `cell` as [`launch`] does, seen by whoever observes the system.
///
/// # Safety
///
/// As for [`launch`].
#[inline(always)]
unsafe fn run<A, O, F, N>(
    cell: &Arc<Cell<A>>,
    name: fn() -> &'static str,
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
    // SAFETY: the caller's promise.
    unsafe {
        if cell.system().is_observed() {
            run_observed(cell, name(), metadata, deadline, limit, start, finish)
        } else {
            launch(cell, metadata, deadline, limit, start, finish)
        }
    }
}

/// # Safety
///
/// As for [`launch`].
#[cold]
#[inline(never)]
unsafe fn run_observed<A, O, F, N>(
    cell: &Arc<Cell<A>>,
    name: &'static str,
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
    let start = Probe::new(cell, name, metadata.as_deref()).watch(start);
    // SAFETY: the caller's promise.
    unsafe { launch(cell, metadata, deadline, limit, start, finish) }
}

/// Who waits for the answer.
pub(crate) enum Reply<M: Request> {
    Nobody,
    Channel(oneshot::Sender<Answer<M>>),
    /// The caller, on whose stack the handler runs.
    Caller(*mut Option<InPlace<M>>),
}

/// What became of an ask that ran on its caller.
pub(crate) enum InPlace<M: Request> {
    Answered(Answer<M>),
    /// The handler waits; the answer comes here.
    Later(oneshot::Receiver<Answer<M>>),
}

// SAFETY: a caller's place is written to before the call returns, on its own thread; a handler that
// waits has exchanged it for a channel.
unsafe impl<M: Request> Send for Reply<M> {}

impl<M: Request> Reply<M> {
    #[inline]
    fn send(self, answer: Answer<M>) {
        match self {
            Reply::Nobody => {}
            Reply::Channel(reply) => {
                // An asker that is gone does not mind.
                let _ = reply.send(answer);
            }
            // SAFETY: the caller is still waiting for the call to return.
            Reply::Caller(place) => unsafe { place.write(Some(InPlace::Answered(answer))) },
        }
    }

    fn is_awaited(&self) -> bool {
        !matches!(self, Reply::Nobody)
    }
}

struct FinishRequest<M: Request> {
    reply: Reply<M>,
    kept: Option<M>,
    attempt: u32,
}

impl<A: Handler<M>, M: Request> Finish<A, Outcomes<M>> for FinishRequest<M> {
    fn suspend(&mut self) {
        if let Reply::Caller(place) = self.reply {
            let (reply, later) = oneshot::channel();
            // SAFETY: the caller is still waiting for the call to return.
            unsafe { place.write(Some(InPlace::Later(later))) };
            self.reply = Reply::Channel(reply);
        }
    }

    #[inline]
    fn finish(
        self,
        ended: Result<Outcomes<M>, Failure>,
        cell: &Arc<Cell<A>>,
        turn: &mut Turn,
    ) -> Step {
        let ledger = cell.system().ledger();
        let failure = match ended {
            Ok(Outcome::Reply(reply)) => {
                ledger.count(Entry::Handled);
                self.reply.send(Ok(reply));
                return Step::Done;
            }
            Ok(Outcome::Forward(forward)) => {
                ledger.count(Entry::Handled);
                let reply = match self.reply {
                    Reply::Channel(reply) => Some(reply),
                    Reply::Nobody => None,
                    Reply::Caller(place) => {
                        let (reply, later) = oneshot::channel();
                        // SAFETY: the caller is still waiting for the call to return.
                        unsafe { place.write(Some(InPlace::Later(later))) };
                        Some(reply)
                    }
                };
                if let Some(waiting) = forward.dispatch(reply) {
                    cell.system().seam().spawn(waiting);
                }
                return Step::Done;
            }
            Ok(Outcome::Refuse(error)) if self.reply.is_awaited() => {
                ledger.count(Entry::Refused);
                cell.system().emit(|| SystemEvent::HandlerFailed {
                    actor: cell.identity(),
                    message: M::name(),
                    failure: Failure::Error(ErrorReport::of_ref(&error)),
                    attempt: self.attempt,
                    answered: true,
                });
                self.reply.send(Err(Unanswered::Refused(error)));
                return Step::Done;
            }
            Ok(Outcome::Refuse(error)) => Failure::Error(ErrorReport::of_ref(&error)),
            Ok(Outcome::Breach(breach)) => Failure::Breach(breach),
            Err(failure) => failure,
        };
        self.reply.send(Err(Unanswered::Failed(failure.clone())));
        let again = self.kept.map(|message| {
            let body = Again { message, attempt: self.attempt + 1 };
            Parcel::pack::<A, _>(body, turn.metadata.take())
        });
        failed::<A, M>(cell, failure, self.attempt, again, false)
    }

    fn cancel(self, cell: &Arc<Cell<A>>) {
        let (id, actor) = (cell.id(), Some(cell.identity()));
        cell.system().dead_letter(M::name(), M::KIND, actor, id, DeadReason::Killed);
        self.reply.send(Err(Unanswered::DeadLetter(DeadReason::Killed)));
    }
}

/// Enters a failed message into the books: it is over, or it goes to the next incarnation.
#[cold]
fn failed<A: Actor, M: Message>(
    cell: &Arc<Cell<A>>,
    failure: Failure,
    attempt: u32,
    again: Option<Parcel>,
    quiet: bool,
) -> Step {
    let redeliver = match again {
        Some(parcel) if attempt < limits::POISON_ATTEMPTS => Some(parcel),
        Some(parcel) => {
            cell.bury(parcel, DeadReason::Poison);
            None
        }
        None => {
            cell.system().ledger().count(Entry::Failed);
            None
        }
    };
    let message = Some(M::name());
    Step::Failed(Box::new(Failed { failure, message, attempt, redeliver, quiet }))
}

impl<A: EventHandler<E>, E: Event> Body<A> for Published<E> {
    const LANE: Lane = A::OPTIONS.lane;

    fn about() -> About {
        about::<E>(A::OPTIONS)
    }

    #[inline]
    fn accepted(&self, actor: &A) -> bool {
        actor.accepts(&self.event)
    }

    #[inline]
    unsafe fn handle(self, cell: &Arc<Cell<A>>, metadata: Option<Arc<Metadata>>) -> Step {
        // SAFETY: the caller's promise.
        unsafe { event(cell, EventHold::Shared(self.event), metadata, self.attempt) }
    }

    fn bury(self, _: DeadReason) {}
}

/// Keeps an event alive while it is handled.
pub(crate) enum EventHold<E> {
    Shared(Arc<E>),
    /// The publisher's, who waits for the call to return; it came from an `Arc`.
    Publisher(*const E),
}

// SAFETY: the publisher's pointer is exchanged for a share of its own before the handler is left
// waiting, so it never leaves the thread.
unsafe impl<E: Send + Sync> Send for EventHold<E> {}

impl<E> EventHold<E> {
    fn share(&self) -> Arc<E> {
        match self {
            EventHold::Shared(event) => Arc::clone(event),
            // SAFETY: it came from an `Arc` that its publisher still holds.
            EventHold::Publisher(event) => unsafe {
                Arc::increment_strong_count(*event);
                Arc::from_raw(*event)
            },
        }
    }

    fn as_ptr(&self) -> *const E {
        match self {
            EventHold::Shared(event) => Arc::as_ptr(event),
            EventHold::Publisher(event) => *event,
        }
    }
}

/// Handles an event.
///
/// # Safety
///
/// As for [`request`]; a publisher's event outlives the call.
#[inline]
pub(crate) unsafe fn event<A: EventHandler<E>, E: Event>(
    cell: &Arc<Cell<A>>,
    event: EventHold<E>,
    metadata: Option<Arc<Metadata>>,
    attempt: u32,
) -> Step {
    let deadline = Deadline::NONE;
    let place = event.as_ptr();
    let limit = A::OPTIONS.timeout;
    // SAFETY: the caller's promise; the event is kept alive by the publisher until this call
    // returns, and by `finish` beyond that.
    unsafe {
        if A::OPTIONS.blocking {
            let share = event.share();
            let finish = FinishEvent { event, attempt };
            let work = move |actor: &mut A, cx: &mut Context<A>| {
                super::blocking::wait(A::handle(actor, &share, cx))
            };
            let start = |_: &'static mut A, cx| super::blocking::away(cx, work);
            run(cell, E::name, metadata, deadline, limit, start, finish)
        } else {
            let finish = FinishEvent { event, attempt };
            let start = |actor, cx| A::handle(actor, &*place, cx);
            run(cell, E::name, metadata, deadline, limit, start, finish)
        }
    }
}

struct FinishEvent<E> {
    event: EventHold<E>,
    attempt: u32,
}

impl<A: EventHandler<E>, E: Event> Finish<A, EventOutcome> for FinishEvent<E> {
    fn suspend(&mut self) {
        self.event = EventHold::Shared(self.event.share());
    }

    #[inline]
    fn finish(
        self,
        ended: Result<EventOutcome, Failure>,
        cell: &Arc<Cell<A>>,
        turn: &mut Turn,
    ) -> Step {
        let failure = match ended {
            Ok(EventOutcome::Done) => {
                cell.system().ledger().count(Entry::Handled);
                return Step::Done;
            }
            Ok(EventOutcome::Fail(report)) => Failure::Error(report),
            Ok(EventOutcome::Breach(breach)) => Failure::Breach(breach),
            Err(failure) => failure,
        };
        let again = A::OPTIONS.redeliver.then(|| {
            let body = Published { event: self.event.share(), attempt: self.attempt + 1 };
            Parcel::pack::<A, _>(body, turn.metadata.take())
        });
        let quiet = TypeId::of::<E>() == TypeId::of::<SystemEvent>();
        failed::<A, E>(cell, failure, self.attempt, again, quiet)
    }

    fn cancel(self, cell: &Arc<Cell<A>>) {
        let (id, actor) = (cell.id(), Some(cell.identity()));
        cell.system().dead_letter(E::name(), E::KIND, actor, id, DeadReason::Killed);
    }
}
