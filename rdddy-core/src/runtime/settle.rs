//! What the end of a handler means: an answer, an entry in the books, a failure.
#![expect(unsafe_code, reason = "shares of events whose type is not known here")]

use std::error::Error;
use std::sync::Arc;

use super::cell::CellRef;
use super::envelope::{Parcel, Shared, Step, Terms};
use super::error::ErrorReport;
use super::event::{DeadReason, Failure, SystemEvent};
use super::handler::{EventOutcome, Outcome};
use super::handling::Handling;
use super::ledger::Entry;
use super::lifecycle::Failed;
use super::reply::{Lost, Reply};
use crate::limits;
use crate::message::{Kind, Message, Metadata};

/// What is left to do for a message that is being handled.
pub(crate) struct Pending {
    pub(crate) handling: &'static Handling,
    pub(crate) reply: Reply,
    /// A copy of a request, to be handed to the next incarnation.
    pub(crate) kept: Option<Parcel>,
    pub(crate) attempt: u32,
}

impl Pending {
    #[inline]
    fn take_reply(&mut self) -> Reply {
        std::mem::replace(&mut self.reply, Reply::Nobody)
    }
}

/// Answers a request, as its handler says. The error is how the handler failed.
#[inline]
pub(crate) fn settle_request<R: Send, E>(
    outcome: Outcome<R, E>,
    cell: CellRef<'_>,
    pending: &mut Pending,
) -> Result<(), Failure>
where
    E: Error + Send + Sync + 'static,
{
    if pending.handling.checked {
        cell.check_invariants()?;
    }
    let failure = match outcome {
        Outcome::Reply(reply) => {
            cell.system().ledger().count(Entry::Handled);
            pending.take_reply().answer(Ok::<R, E>(reply));
            return Ok(());
        }
        Outcome::Forward(forward) => {
            cell.system().ledger().count(Entry::Handled);
            let reply = pending.take_reply().into_channel();
            if let Some(waiting) = forward.dispatch(reply) {
                cell.system().seam().spawn(waiting);
            }
            return Ok(());
        }
        Outcome::Refuse(error) => {
            if pending.reply.is_awaited() {
                refused(cell, pending, &error);
                pending.take_reply().answer(Err::<R, E>(error));
                return Ok(());
            }
            Failure::Error(ErrorReport::of_ref(&error))
        }
        Outcome::Breach(breach) => Failure::Breach(breach),
    };
    Err(failure)
}

#[cold]
fn refused(cell: CellRef<'_>, pending: &Pending, error: &(dyn Error + 'static)) {
    cell.system().ledger().count(Entry::Refused);
    cell.system().emit(|| SystemEvent::HandlerFailed {
        actor: cell.identity(),
        message: (pending.handling.name)(),
        failure: Failure::Error(ErrorReport::of_ref(error)),
        attempt: pending.attempt,
        answered: true,
    });
}

/// Takes note of how the handling of an event ended. The error is how the handler failed.
#[inline]
pub(crate) fn settle_event(
    outcome: EventOutcome,
    cell: CellRef<'_>,
    pending: &mut Pending,
) -> Result<(), Failure> {
    if pending.handling.checked {
        cell.check_invariants()?;
    }
    match outcome {
        EventOutcome::Done => {
            cell.system().ledger().count(Entry::Handled);
            Ok(())
        }
        EventOutcome::Fail(report) => Err(Failure::Error(report)),
        EventOutcome::Breach(breach) => Err(Failure::Breach(breach)),
    }
}

/// Enters a failed message into the books: it is over, or it goes to the next incarnation.
///
/// # Safety
///
/// `subject` is the event, if it is one, and alive.
#[cold]
pub(crate) unsafe fn fail(
    cell: CellRef<'_>,
    failure: Failure,
    subject: *mut (),
    metadata: Option<Arc<Metadata>>,
    mut pending: Pending,
) -> Step {
    let (handling, attempt) = (pending.handling, pending.attempt);
    pending.take_reply().lose(Lost::Failed(failure.clone()));
    let again = match handling.share {
        Some(share) if handling.redeliver => {
            // SAFETY: the caller's promise; a share is what such an envelope holds.
            Some(unsafe {
                share(subject);
                Parcel::pack(handling, Shared(subject))
            })
        }
        _ => pending.kept.take(),
    };
    let redeliver = match again {
        Some(mut parcel) => {
            parcel.set_terms(Terms { metadata, attempt: attempt + 1, ..Terms::PLAIN });
            if attempt < limits::POISON_ATTEMPTS {
                Some(parcel)
            } else {
                cell.bury(parcel, DeadReason::Poison);
                None
            }
        }
        None => {
            cell.system().ledger().count(Entry::Failed);
            None
        }
    };
    let name = (handling.name)();
    let quiet = handling.kind == Kind::Event && name == SystemEvent::name();
    Step::Failed(Box::new(Failed { failure, message: Some(name), attempt, redeliver, quiet }))
}
