//! Asking: a message, and the wait for its answer.
#![expect(unsafe_code, reason = "runs the handler of an idle actor on its asker")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;

use super::actor::Actor;
use super::cell::Cell;
use super::deliver::{Answer, Asked, InPlace, Reply, request};
use super::error::{AskError, Unanswered};
use super::event::{DeadReason, SystemEvent};
use super::handler::Handler;
use super::id::ActorId;
use super::in_place;
use super::ledger::Entry;
use super::offer::Refused;
use super::turn::{self, Deadline};
use super::wait_graph::Waiting;
use crate::limits;
use crate::message::Request;
use crate::seam::Sleep;

/// An ask under way. It is sent when it is first polled.
///
/// # Cancel safety
///
/// When it is dropped, nobody waits any more: a message whose turn has not come yet becomes a dead
/// letter instead of being handled.
#[must_use = "an ask is sent when it is awaited"]
pub struct Ask<'a, A: Handler<M>, M: Request> {
    target: &'a Arc<Cell<A>>,
    timeout: Duration,
    /// When it was sent, if that was looked at.
    sent: Option<Duration>,
    state: State<M>,
}

enum State<M: Request> {
    Unsent(M),
    /// Waiting for room in the mailbox.
    Queueing(Queueing<M>),
    Waiting {
        answer: oneshot::Receiver<Answer<M>>,
        rest: Option<Rest>,
    },
    Over,
}

type Queueing<M> =
    Pin<Box<dyn Future<Output = Result<oneshot::Receiver<Answer<M>>, AskError<M>>> + Send>>;

/// What only an ask that really waits needs.
struct Rest {
    timer: Sleep,
    /// The wait of one actor for another, if the asker is one.
    _waiting: Option<Waiting>,
}

impl<A: Handler<M>, M: Request> Unpin for Ask<'_, A, M> {}

impl<'a, A: Handler<M>, M: Request> Ask<'a, A, M> {
    #[inline]
    pub(crate) fn new(target: &'a Arc<Cell<A>>, message: M) -> Self {
        Ask { target, timeout: limits::ASK_TIMEOUT, sent: None, state: State::Unsent(message) }
    }

    /// Waits at most this long, from when the ask is sent. A timeout of nothing is over before the
    /// answer of a busy actor can come; one of more than a hundred years counts as a hundred.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(limits::DURATION_MAX);
        self
    }

    /// Sends the message: what is to be waited for, or the result.
    fn send(&mut self, message: M) -> Result<Answered<M>, AskError<M>> {
        let message = match self.in_place(message) {
            Ok(answered) => return Ok(answered),
            Err(message) => message,
        };
        let system = self.target.system();
        if turn::current(system.address(), |turn| turn.actor) == Some(self.target.id()) {
            return Err(deadlock(self.target, vec![self.target.id()]));
        }
        let now = system.seam().elapsed();
        self.sent = Some(now);
        let inherited = turn::current(system.address(), |turn| turn.deadline.left(now)).flatten();
        self.timeout = inherited.map_or(self.timeout, |left| left.min(self.timeout));
        let deadline = Deadline::at(now.saturating_add(self.timeout));
        let (reply, answer) = oneshot::channel();
        match self.target.offer(Asked { message, reply, deadline }) {
            Ok(()) => Ok(Answered::Later(answer)),
            Err(Refused::Full(asked)) => Err(AskError::Full(asked.message)),
            Err(Refused::Closed(asked)) => Err(AskError::Stopped(asked.message)),
            Err(Refused::Wait(asked)) => {
                let metadata = system.metadata(M::name);
                let limit = self.timeout;
                let offer = Arc::clone(self.target).offer_waiting(asked, metadata, limit);
                Ok(Answered::Queueing(Box::pin(async move {
                    match offer.await {
                        Ok(()) => Ok(answer),
                        Err(Refused::Wait(_)) => Err(AskError::TimedOut(limit)),
                        Err(Refused::Full(asked)) => Err(AskError::Full(asked.message)),
                        Err(Refused::Closed(asked)) => Err(AskError::Stopped(asked.message)),
                    }
                })))
            }
        }
    }

    /// Runs the handler here and now, if the actor is idle.
    #[inline]
    fn in_place(&mut self, message: M) -> Result<Answered<M>, M> {
        let cell = self.target;
        let system = cell.system();
        if A::OPTIONS.blocking || !in_place::allowed(system) || !cell.claim_quietly() {
            return Err(message);
        }
        // SAFETY: just claimed, and an idle cell is occupied.
        if !unsafe { cell.actor() }.accepts(&message) {
            cell.give_up();
            return Err(message);
        }
        system.ledger().count(Entry::Sent);
        let (metadata, deadline) = (system.metadata(M::name), Deadline::within(self.timeout));
        let mut place = None;
        let reply = Reply::Caller(&raw mut place);
        // SAFETY: just claimed, and an idle cell is occupied; `place` outlives the call.
        let step = unsafe { request(cell, message, metadata, deadline, reply, 1) };
        cell.after_in_place(step);
        Ok(match place {
            Some(InPlace::Answered(answer)) => Answered::Now(answer),
            Some(InPlace::Later(later)) => Answered::Later(later),
            None => Answered::Now(Err(Unanswered::DeadLetter(DeadReason::Killed))),
        })
    }
}

/// How a sent ask stands.
enum Answered<M: Request> {
    Now(Answer<M>),
    Later(oneshot::Receiver<Answer<M>>),
    Queueing(Queueing<M>),
}

impl<A: Handler<M>, M: Request> Future for Ask<'_, A, M> {
    type Output = Result<M::Reply, AskError<M>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if matches!(this.state, State::Unsent(_)) {
            if in_place::must_yield(this.target.system()) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let State::Unsent(message) = std::mem::replace(&mut this.state, State::Over) else {
                return Poll::Pending;
            };
            match this.send(message)? {
                Answered::Now(answer) => return Poll::Ready(understand(answer)),
                Answered::Later(answer) => this.state = State::Waiting { answer, rest: None },
                Answered::Queueing(queueing) => this.state = State::Queueing(queueing),
            }
        }
        if let State::Queueing(queueing) = &mut this.state {
            let queued = ready!(queueing.as_mut().poll(cx));
            this.state = State::Over;
            this.state = State::Waiting { answer: queued?, rest: None };
        }
        this.poll_answer(cx)
    }
}

impl<A: Handler<M>, M: Request> Ask<'_, A, M> {
    /// Polls for the answer to a message that was sent.
    fn poll_answer(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<M::Reply, AskError<M>>> {
        let State::Waiting { answer, rest } = &mut self.state else {
            // Polled again after it was ready: a future may do anything but misbehave.
            return Poll::Pending;
        };
        if let Poll::Ready(answer) = Pin::new(answer).poll(cx) {
            self.state = State::Over;
            let lost = Err(Unanswered::DeadLetter(DeadReason::Stopped));
            return Poll::Ready(understand(answer.unwrap_or(lost)));
        }
        if rest.is_none() {
            match prepare(self.target, self.sent, self.timeout) {
                Ok(prepared) => *rest = Some(prepared),
                Err(cycle) => {
                    self.state = State::Over;
                    return Poll::Ready(Err(deadlock(self.target, cycle)));
                }
            }
        }
        if let Some(rest) = rest {
            ready!(Pin::new(&mut rest.timer).poll(cx));
        }
        self.state = State::Over;
        Poll::Ready(Err(AskError::TimedOut(self.timeout)))
    }
}

/// Prepares for a wait. The error is the cycle that it would close.
fn prepare<A: Actor>(
    target: &Cell<A>,
    sent: Option<Duration>,
    timeout: Duration,
) -> Result<Rest, Vec<ActorId>> {
    let system = target.system();
    let asker = turn::current(system.address(), |turn| turn.actor);
    let waiting = match asker {
        Some(asker) => Some(system.wait_graph().wait(system, asker, target.id())?),
        None => None,
    };
    let seam = system.seam();
    let sent = sent.unwrap_or_else(|| seam.elapsed());
    Ok(Rest { timer: seam.deadline(sent, timeout), _waiting: waiting })
}

#[cold]
fn deadlock<A: Actor, M: Request>(target: &Cell<A>, cycle: Vec<ActorId>) -> AskError<M> {
    target.system().emit(|| SystemEvent::WouldDeadlock { cycle: cycle.clone() });
    AskError::WouldDeadlock { cycle }
}

#[inline]
fn understand<M: Request>(answer: Answer<M>) -> Result<M::Reply, AskError<M>> {
    answer.map_err(|unanswered| match unanswered {
        Unanswered::Refused(error) => AskError::Refused(error),
        Unanswered::Failed(failure) => AskError::Failed(failure),
        Unanswered::DeadLetter(reason) => AskError::DeadLetter(reason),
    })
}

impl<A: Handler<M>, M: Request> fmt::Debug for Ask<'_, A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask<{}>({})", M::name(), self.target.path())
    }
}
