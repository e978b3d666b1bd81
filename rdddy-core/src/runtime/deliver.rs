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
    // SAFETY: the caller's promise. The content leaves the envelope with `run`: a request is read by
    // its handler, and a share of an event is the subject's. Only then is the envelope's memory given
    // back.
    unsafe {
        if parcel.terms().is_some() || handling.accepts.is_some() {
            return open_with_terms(parcel, cell);
        }
        let subject = Subject::of_content(handling, parcel.content());
        let step = run(cell, handling, subject, Terms::PLAIN, Reply::Nobody);
        parcel.discard();
        step
    }
}

/// # Safety
///
/// As for [`open`].
#[inline(never)]
unsafe fn open_with_terms(mut parcel: Parcel, cell: CellRef<'_>) -> Step {
    let handling = parcel.handling();
    let content = parcel.content();
    let reply = parcel.terms().and_then(|terms| terms.reply.as_ref());
    if reply.is_some_and(tokio::sync::oneshot::Sender::is_closed) {
        // Nobody waits any more.
        cell.dead_letter(handling, DeadReason::Expired);
        return Step::Done;
    }
    // SAFETY: as for `open`.
    unsafe {
        if !accepts(cell, handling, handling.subject(content)) {
            return Step::Stash(parcel);
        }
        let mut terms = parcel.take_terms();
        let reply = Reply::from(terms.reply.take());
        let step = handle(cell, handling, Subject::of_content(handling, content), terms, reply);
        parcel.discard();
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

/// Handles a message for whoever waits for the answer; `terms` have no reply of their own.
///
/// # Safety
///
/// As for [`open`]; `subject` is what `handling` is for, and what is borrowed in it outlives the
/// call, as does a caller's place for the answer.
pub(crate) unsafe fn handle(
    cell: CellRef<'_>,
    handling: &'static Handling,
    subject: Subject,
    terms: Terms,
    reply: Reply,
) -> Step {
    // SAFETY: the caller's promise.
    unsafe { run(cell, handling, subject, terms, reply) }
}

/// # Safety
///
/// As for [`handle`].
#[inline(always)]
unsafe fn run(
    cell: CellRef<'_>,
    handling: &'static Handling,
    subject: Subject,
    terms: Terms,
    reply: Reply,
) -> Step {
    match handling.how {
        // SAFETY: the caller's promise.
        How::Later(table) => unsafe { frame::launch(table, cell, handling, subject, terms, reply) },
        How::Now(_) => {
            let Terms { metadata, reply: _, deadline, attempt } = terms;
            let turn = Turn::new(cell, metadata, deadline);
            let pending = Pending { handling, reply, kept: None, attempt };
            // SAFETY: the caller's promise.
            unsafe { call(cell, subject, turn, pending) }
        }
        How::Stop => Step::Stop,
    }
}

/// Runs a handler that does not wait.
///
/// # Safety
///
/// As for [`handle`].
#[inline(always)]
unsafe fn call(cell: CellRef<'_>, mut subject: Subject, turn: Turn, mut pending: Pending) -> Step {
    let How::Now(handler) = pending.handling.how else { return Step::Done };
    let probe = Probe::if_observed(cell, pending.handling, turn.metadata.as_deref());
    // SAFETY: the caller's promise; the turn outlives the guard.
    let called = unsafe {
        let _current = Current::enter(&raw const turn);
        let _entered = probe.as_deref().map(Probe::enter);
        let (turn, pending) = (&turn, &mut pending);
        catch_unwind(AssertUnwindSafe(|| handler(cell, turn, subject.pointer(), pending)))
    };
    drop(probe);
    let step = match called {
        Ok(Ok(())) => Step::Done,
        Ok(Err(failure)) => fail(cell, failure, &subject, turn, pending),
        Err(panic) => fail(cell, Failure::Panic(panic_message(&*panic)), &subject, turn, pending),
    };
    // SAFETY: the handler has ended.
    unsafe { subject.release() };
    step
}

#[cold]
#[inline(never)]
fn fail(
    cell: CellRef<'_>,
    failure: Failure,
    subject: &Subject,
    turn: Turn,
    pending: Pending,
) -> Step {
    // SAFETY: an event is alive until its subject is released.
    unsafe { settle::fail(cell, failure, subject.pointer(), turn.metadata, pending) }
}
