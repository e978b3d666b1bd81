//! Asking: a message, and the wait for its answer.
#![expect(unsafe_code, reason = "runs the handler of an idle actor on its asker")]

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;

use super::cell::CellRef;
use super::deliver;
use super::envelope::{Parcel, Terms};
use super::error::AskError;
use super::event::{DeadReason, SystemEvent};
use super::handling::Handling;
use super::id::ActorId;
use super::in_place;
use super::ledger::Entry;
use super::offer::{Offering, Refusal, Refused};
use super::reply::{Answer, InPlace, Lost, Place, Reply, Response};
use super::subject::Subject;
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
pub struct Ask<'a, M: Request> {
    message: Option<M>,
    wait: Wait<'a>,
    answers: PhantomData<fn() -> M>,
}

impl<M: Request> Unpin for Ask<'_, M> {}

/// The answer as it travels.
type AnswerTo<M> = Result<<M as Request>::Reply, <M as Request>::Error>;

impl<'a, M: Request> Ask<'a, M> {
    #[inline]
    pub(crate) fn new(target: CellRef<'a>, handling: &'static Handling, message: M) -> Self {
        let (timeout, stage) = (limits::ASK_TIMEOUT, Stage::Over);
        let wait = Wait { target, handling, timeout, sent: None, stage };
        Ask { message: Some(message), wait, answers: PhantomData }
    }

    /// Waits at most this long, from when the ask is sent. A timeout of nothing is over before the
    /// answer of a busy actor can come; one of more than a hundred years counts as a hundred.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.wait.timeout = timeout.min(limits::DURATION_MAX);
        self
    }

    /// Sends the message; the answer, if it was there at once.
    #[inline]
    fn send(&mut self, message: M) -> Option<Result<M::Reply, AskError<M>>> {
        let mut message = ManuallyDrop::new(message);
        let mut place = Place::<AnswerTo<M>>::new();
        let subject = (&raw mut message).cast();
        // SAFETY: the message and the place outlive the call; the message is the handler's if the
        // call says that it ran.
        if unsafe { self.wait.run_here(subject, Reply::Caller(place.untyped())) } {
            return match place.into_outcome() {
                Ok(answer) => Some(answer.map_err(AskError::Refused)),
                Err(became) => self.wait.follow(became).map(|lost| Err(lost.into())),
            };
        }
        // SAFETY: it is what the handling is for, and did not run.
        let parcel = unsafe { Parcel::pack(self.wait.handling, ManuallyDrop::into_inner(message)) };
        self.wait.send(parcel).err().map(into_error)
    }
}

/// # Safety
///
/// Whatever came back was packed from an `M`.
#[cold]
fn into_error<M: Request, R>(unanswered: Unanswered) -> Result<R, AskError<M>> {
    Err(match unanswered {
        Unanswered::Lost(lost) => lost.into(),
        Unanswered::TimedOut(limit) => AskError::TimedOut(limit),
        Unanswered::WouldDeadlock(cycle) => AskError::WouldDeadlock { cycle },
        Unanswered::Untaken(Refused { parcel, why }) => {
            // SAFETY: an ask packs its own message.
            let message = unsafe { parcel.unpack::<M>() };
            match why {
                Refusal::Closed => AskError::Stopped(message),
                Refusal::Full | Refusal::Wait => AskError::Full(message),
            }
        }
    })
}

impl<M: Request> From<Lost> for AskError<M> {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Failed(failure) => AskError::Failed(failure),
            Lost::DeadLetter(reason) => AskError::DeadLetter(reason),
        }
    }
}

impl<M: Request> Future for Ask<'_, M> {
    type Output = Result<M::Reply, AskError<M>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.message.is_some() && in_place::must_yield(this.wait.target.system()) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(message) = this.message.take()
            && let Some(ended) = this.send(message)
        {
            return Poll::Ready(ended);
        }
        Poll::Ready(match ready!(this.wait.poll(cx)) {
            // SAFETY: the answer to an `M` is made of this type.
            Ok(answer) => unsafe { answer.take::<AnswerTo<M>>() }.map_err(AskError::Refused),
            Err(unanswered) => into_error(unanswered),
        })
    }
}

/// The wait of an ask, whatever it asks.
struct Wait<'a> {
    target: CellRef<'a>,
    handling: &'static Handling,
    timeout: Duration,
    /// When it was sent, if that was looked at.
    sent: Option<Duration>,
    stage: Stage,
}

enum Stage {
    /// Waiting for room in the mailbox.
    Queueing(Box<Offering>, oneshot::Receiver<Response>),
    Waiting(oneshot::Receiver<Response>, Option<Rest>),
    /// Not sent, or over.
    Over,
}

/// What only an ask that really waits needs.
struct Rest {
    timer: Sleep,
    /// The wait of one actor for another, if the asker is one.
    _waiting: Option<Waiting>,
}

/// Why there is no answer.
enum Unanswered {
    Lost(Lost),
    TimedOut(Duration),
    WouldDeadlock(Vec<ActorId>),
    Untaken(Refused),
}

impl Wait<'_> {
    /// Runs the handler here and now, if the actor is idle; whether it did.
    ///
    /// # Safety
    ///
    /// `message` is what the handling is for, and whatever `reply` points to outlives the call. The
    /// message is not the caller's any more after a `true`.
    unsafe fn run_here(&self, message: *mut (), reply: Reply) -> bool {
        let (cell, handling) = (self.target, self.handling);
        let system = cell.system();
        if handling.blocking || !in_place::allowed(system) || !cell.claim_patiently() {
            return false;
        }
        // SAFETY: just claimed, and an idle cell is occupied; the rest is the caller's promise.
        unsafe {
            if !deliver::accepts(cell, handling, message) {
                cell.give_up();
                return false;
            }
            system.ledger().count(Entry::Sent);
            let metadata = system.metadata(handling.name);
            let deadline = Deadline::within(self.timeout);
            let terms = Terms { metadata, deadline, ..Terms::PLAIN };
            let subject = Subject::borrowed(message);
            let step = deliver::handle(cell, handling, subject, terms, reply);
            cell.after_in_place(step);
        }
        true
    }

    /// Goes on after a handler that ran here without answering: why it never will, or nothing.
    #[cold]
    fn follow(&mut self, became: InPlace) -> Option<Lost> {
        match became {
            InPlace::Later(later) => {
                self.stage = Stage::Waiting(later, None);
                None
            }
            InPlace::Lost(lost) => Some(lost),
            InPlace::Silent | InPlace::Answered => Some(Lost::DeadLetter(DeadReason::Killed)),
        }
    }

    /// Queues the message.
    fn send(&mut self, mut parcel: Parcel) -> Result<(), Unanswered> {
        let system = self.target.system();
        if turn::current(system.address(), |turn| turn.actor) == Some(self.target.id()) {
            return Err(self.deadlock(vec![self.target.id()]));
        }
        let now = system.seam().elapsed();
        self.sent = Some(now);
        let inherited = turn::current(system.address(), |turn| turn.deadline.left(now)).flatten();
        self.timeout = inherited.map_or(self.timeout, |left| left.min(self.timeout));
        let deadline = Deadline::at(now.saturating_add(self.timeout));
        let (reply, answer) = oneshot::channel();
        let metadata = system.metadata(self.handling.name);
        parcel.set_terms(Terms { metadata, reply: Some(reply), deadline, attempt: 1 });
        self.stage = match self.target.offer_as_is(parcel) {
            Ok(()) => Stage::Waiting(answer, None),
            Err(Refused { parcel, why: Refusal::Wait }) => {
                let offering = Offering::new(self.target.to_arc(), parcel, self.timeout);
                Stage::Queueing(Box::new(offering), answer)
            }
            Err(refused) => return Err(Unanswered::Untaken(refused)),
        };
        Ok(())
    }

    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<Answer, Unanswered>> {
        if let Stage::Queueing(offering, _) = &mut self.stage {
            let offered = ready!(Pin::new(offering).poll(cx));
            let Stage::Queueing(_, answer) = std::mem::replace(&mut self.stage, Stage::Over) else {
                return Poll::Pending;
            };
            match offered {
                Ok(()) => self.stage = Stage::Waiting(answer, None),
                Err(Refused { why: Refusal::Wait, .. }) => {
                    return Poll::Ready(Err(Unanswered::TimedOut(self.timeout)));
                }
                Err(refused) => return Poll::Ready(Err(Unanswered::Untaken(refused))),
            }
        }
        let Stage::Waiting(answer, rest) = &mut self.stage else {
            // Polled again after it was ready: a future may do anything but misbehave.
            return Poll::Pending;
        };
        if let Poll::Ready(response) = Pin::new(answer).poll(cx) {
            self.stage = Stage::Over;
            let lost = Err(Lost::DeadLetter(DeadReason::Stopped));
            return Poll::Ready(response.unwrap_or(lost).map_err(Unanswered::Lost));
        }
        if rest.is_none() {
            match prepare(self.target, self.sent, self.timeout) {
                Ok(prepared) => *rest = Some(prepared),
                Err(cycle) => {
                    self.stage = Stage::Over;
                    return Poll::Ready(Err(self.deadlock(cycle)));
                }
            }
        }
        if let Some(rest) = rest {
            ready!(Pin::new(&mut rest.timer).poll(cx));
        }
        self.stage = Stage::Over;
        Poll::Ready(Err(Unanswered::TimedOut(self.timeout)))
    }

    #[cold]
    fn deadlock(&self, cycle: Vec<ActorId>) -> Unanswered {
        self.target.system().emit(|| SystemEvent::WouldDeadlock { cycle: cycle.clone() });
        Unanswered::WouldDeadlock(cycle)
    }
}

/// Prepares for a wait. The error is the cycle that it would close.
fn prepare(
    target: CellRef<'_>,
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

impl<M: Request> fmt::Debug for Ask<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask<{}>({})", M::name(), self.wait.target.path())
    }
}
