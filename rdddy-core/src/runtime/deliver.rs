//! Handling a message in a cell that the caller owns: one that waited, or one that its sender hands
//! over here and now.
#![expect(unsafe_code, reason = "runs handlers on the state of a cell's owner")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::cell::CellRef;
use super::envelope::{Parcel, Step, Terms};
use super::event::{DeadReason, Failure};
use super::frame::{self, panic_message};
use super::handling::{Handling, How};
use super::observe::Probe;
use super::reply::Reply;
use super::settle::{self, Pending};
use super::subject::Subject;
use super::turn::{Current, Turn};

/// Handles a message that waited.
///
/// # Safety
///
/// The parcel was packed for the cell's type of actor. The caller owns the cell, which is occupied,
/// and no longer does after [`Step::Suspended`].
#[inline]
pub(crate) unsafe fn open(parcel: Parcel, cell: CellRef<'_>) -> Step {
    let handling = parcel.handling();
    let content = parcel.content();
    let expired =
        parcel.terms().and_then(|terms| terms.reply.as_ref()).is_some_and(|r| r.is_closed());
    if expired {
        // Nobody waits any more.
        cell.dead_letter(handling, DeadReason::Expired);
        return Step::Done;
    }
    // SAFETY: the caller's promise. The content leaves the envelope with `handle`: a request is read
    // by its handler, and a share of an event is the subject's. Only then is the envelope's memory
    // given back.
    unsafe {
        if !accepts(cell, handling, handling.subject(content)) {
            return Step::Stash(parcel);
        }
        let mut parcel = parcel;
        let terms = parcel.take_terms();
        let step = handle(cell, handling, Subject::of_content(handling, content), terms);
        drop(parcel.open());
        step
    }
}

/// Whether the actor accepts a message in its present state.
///
/// # Safety
///
/// The caller owns the cell, which is occupied; `subject` is what `handling` is for.
#[inline]
pub(crate) unsafe fn accepts(cell: CellRef<'_>, handling: &Handling, subject: *const ()) -> bool {
    // SAFETY: the caller's promise.
    handling.accepts.is_none_or(|accepts| unsafe { accepts(cell, subject) })
}

/// Handles a message.
///
/// # Safety
///
/// As for [`open`]; `subject` is what `handling` is for, and what is borrowed in it outlives the call.
#[inline]
pub(crate) unsafe fn handle(
    cell: CellRef<'_>,
    handling: &'static Handling,
    subject: Subject,
    terms: Terms,
) -> Step {
    let reply = Reply::from(terms.reply);
    // SAFETY: the caller's promise.
    unsafe { handle_for(cell, handling, subject, Terms { reply: None, ..terms }, reply) }
}

/// The same, for whoever waits for the answer.
///
/// # Safety
///
/// As for [`handle`]; a caller's place for the answer outlives the call.
#[inline]
pub(crate) unsafe fn handle_for(
    cell: CellRef<'_>,
    handling: &'static Handling,
    mut subject: Subject,
    terms: Terms,
    reply: Reply,
) -> Step {
    let Terms { metadata, reply: _, deadline, attempt } = terms;
    let system = cell.system().address();
    let mut turn = Turn { actor: cell.id(), system, metadata, deadline };
    let mut pending = Pending { handling, reply, kept: None, attempt };
    let call = match handling.how {
        How::Now(call) => call,
        // SAFETY: the caller's promise.
        How::Later(table) => return unsafe { frame::launch(table, cell, subject, turn, pending) },
        How::Stop => return Step::Stop,
    };
    let probe = Probe::if_observed(cell, handling, turn.metadata.as_deref());
    // SAFETY: the caller's promise; the turn outlives the guard.
    let called = unsafe {
        let _current = Current::enter(&raw const turn);
        let _entered = probe.as_ref().map(Probe::enter);
        let (turn, pending) = (&turn, &mut pending);
        catch_unwind(AssertUnwindSafe(|| call(cell, turn, subject.pointer(), pending)))
    };
    drop(probe);
    let step = match called {
        Ok(Ok(())) => Step::Done,
        Ok(Err(failure)) => fail(cell, failure, &subject, &mut turn, pending),
        Err(panic) => {
            let failure = Failure::Panic(panic_message(&*panic));
            fail(cell, failure, &subject, &mut turn, pending)
        }
    };
    // SAFETY: the handler has ended.
    unsafe { subject.release() };
    step
}

#[cold]
fn fail(
    cell: CellRef<'_>,
    failure: Failure,
    subject: &Subject,
    turn: &mut Turn,
    pending: Pending,
) -> Step {
    // SAFETY: an event is alive until its subject is released.
    unsafe { settle::fail(cell, failure, subject.pointer(), turn, pending) }
}
