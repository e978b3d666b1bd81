//! Letting another actor answer.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::any_cell::AnyCell;
use super::cell::CellRef;
use super::envelope::{Parcel, Terms};
use super::event::DeadReason;
use super::ledger::Entry;
use super::offer::{Offering, Refusal, Refused};
use super::reply::ReplyTo;
use crate::limits;

/// What is left to do of a forward that could not be done at once.
pub(crate) type Dispatch = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An answer that another actor gives: made by [`ActorRef::forward`](super::ActorRef::forward), and
/// returned by a handler instead of a reply.
pub struct Forward<R, E> {
    forwarded: Box<Forwarded>,
    answers: PhantomData<fn() -> (R, E)>,
}

struct Forwarded {
    to: Arc<dyn AnyCell>,
    parcel: Parcel,
    /// What the message carries, but for the way of its answer.
    terms: Terms,
}

impl<R, E> Forward<R, E> {
    /// The answer to what is in the parcel.
    pub(crate) fn new(to: Arc<dyn AnyCell>, parcel: Parcel, terms: Terms) -> Self {
        Forward { forwarded: Box::new(Forwarded { to, parcel, terms }), answers: PhantomData }
    }

    /// Forwards at once, or returns what is left to do.
    pub(crate) fn dispatch(self, reply: Option<ReplyTo>) -> Option<Dispatch> {
        let Forwarded { to, parcel, terms } = *self.forwarded;
        dispatch(to, parcel, Terms { reply, ..terms })
    }
}

fn dispatch(to: Arc<dyn AnyCell>, mut parcel: Parcel, terms: Terms) -> Option<Dispatch> {
    if terms.reply.is_some() || terms.metadata.is_some() {
        parcel.set_terms(terms);
    }
    match CellRef::from(&to).offer_as_is(parcel) {
        Ok(()) => None,
        Err(Refused { parcel, why: Refusal::Wait }) => Some(Box::pin(async move {
            let offering = Offering::new(Arc::clone(&to), parcel, limits::SEND_TIMEOUT);
            if let Err(refused) = offering.await {
                failed(&to, refused);
            }
        })),
        Err(refused) => {
            failed(&to, refused);
            None
        }
    }
}

/// Ends a message that could not be forwarded.
fn failed(to: &Arc<dyn AnyCell>, refused: Refused) {
    to.system().ledger().count(Entry::Sent);
    CellRef::from(to).bury(refused.parcel, DeadReason::Forward);
}

impl<R, E> fmt::Debug for Forward<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward").finish_non_exhaustive()
    }
}
