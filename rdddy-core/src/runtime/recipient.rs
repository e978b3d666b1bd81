//! A reference to whatever handles one type of message.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::actor_system::ActorSystem;
use super::any_cell::AnyCell;
use super::ask::Ask;
use super::cell::CellRef;
use super::error::{AskError, SendError};
use super::event::DeadReason;
use super::handling::Handling;
use super::id::{ActorId, ActorPath};
use super::ledger::Entry;
use super::tell::{Tell, try_tell};
use crate::message::Request;

pub(crate) type Sending<M> = Pin<Box<dyn Future<Output = Result<(), SendError<M>>> + Send>>;
pub(crate) type Asking<M> =
    Pin<Box<dyn Future<Output = Result<<M as Request>::Reply, AskError<M>>> + Send>>;

/// A reference to an actor that handles `M`, whatever else it is.
pub struct Recipient<M: Request> {
    cell: Arc<dyn AnyCell>,
    handling: &'static Handling,
    message: PhantomData<fn(M)>,
}

impl<M: Request> Recipient<M> {
    /// `handling` is how the actor in `cell` handles an `M`.
    pub(crate) fn new(cell: Arc<dyn AnyCell>, handling: &'static Handling) -> Self {
        Recipient { cell, handling, message: PhantomData }
    }

    fn target(&self) -> CellRef<'_> {
        CellRef::from(&self.cell)
    }

    /// See [`ActorRef::tell`](super::ActorRef::tell).
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub fn tell(&self, message: M) -> Tell<'_, M> {
        Tell::new(self.target(), self.handling, message)
    }

    /// See [`ActorRef::try_tell`](super::ActorRef::try_tell).
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub fn try_tell(&self, message: M) -> Result<(), SendError<M>> {
        try_tell(self.target(), self.handling, message)
    }

    /// See [`ActorRef::ask`](super::ActorRef::ask).
    ///
    /// # Errors
    ///
    /// [`AskError`] when there is no reply.
    pub fn ask(&self, message: M) -> Ask<'_, M> {
        Ask::new(self.target(), self.handling, message)
    }

    /// The same as `tell`, without a borrow of the recipient.
    pub(crate) fn tell_owned(&self, message: M) -> Sending<M> {
        let me = self.clone();
        Box::pin(async move { me.tell(message).await })
    }

    /// The same as `ask`, without a borrow of the recipient.
    pub(crate) fn ask_owned(&self, message: M) -> Asking<M> {
        let me = self.clone();
        Box::pin(async move { me.ask(message).await })
    }

    /// Messages that wait or are being handled.
    pub(crate) fn load(&self) -> usize {
        self.waiting() + usize::from(!self.cell.is_idle())
    }

    pub(crate) fn system(&self) -> ActorSystem {
        ActorSystem::of(self.cell.system())
    }

    /// Makes a message that the actor did not take a dead letter.
    pub(crate) fn bury(&self, reason: DeadReason) {
        self.cell.system().ledger().count(Entry::Sent);
        self.target().dead_letter(self.handling, reason);
    }

    /// The actor's id.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.cell.id()
    }

    /// The actor's place in the supervision tree.
    #[must_use]
    pub fn path(&self) -> ActorPath {
        self.cell.path()
    }

    /// Messages that wait in the actor's mailbox.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.cell.waiting()
    }

    /// Whether the actor has not ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.cell.is_closed()
    }
}

impl<M: Request> Clone for Recipient<M> {
    fn clone(&self) -> Self {
        Recipient::new(Arc::clone(&self.cell), self.handling)
    }
}

impl<M: Request> fmt::Debug for Recipient<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient<{}>({})", M::name(), self.path())
    }
}
