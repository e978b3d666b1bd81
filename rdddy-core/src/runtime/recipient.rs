//! A reference to whatever handles one type of message.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::actor_ref::ActorRef;
use super::actor_system::ActorSystem;
use super::cell::Cell;
use super::error::{AskError, SendError};
use super::event::DeadReason;
use super::handler::Handler;
use super::id::{ActorId, ActorPath};
use super::ledger::Entry;
use crate::message::Request;

pub(crate) type Sending<M> = Pin<Box<dyn Future<Output = Result<(), SendError<M>>> + Send>>;
pub(crate) type Asking<M> =
    Pin<Box<dyn Future<Output = Result<<M as Request>::Reply, AskError<M>>> + Send>>;

/// A reference to an actor that handles `M`, whatever else it is.
pub struct Recipient<M: Request>(Arc<dyn Receive<M>>);

trait Receive<M: Request>: Send + Sync {
    fn tell(self: Arc<Self>, message: M) -> Sending<M>;
    fn try_tell(self: Arc<Self>, message: M) -> Result<(), SendError<M>>;
    fn ask(self: Arc<Self>, message: M) -> Asking<M>;
    fn id(&self) -> ActorId;
    fn path(&self) -> ActorPath;
    fn waiting(&self) -> usize;
    fn is_alive(&self) -> bool;
    fn is_idle(&self) -> bool;
    fn system(&self) -> ActorSystem;
    fn bury(&self, reason: DeadReason);
}

impl<A: Handler<M>, M: Request> Receive<M> for Cell<A> {
    fn tell(self: Arc<Self>, message: M) -> Sending<M> {
        Box::pin(async move { ActorRef::new(self).tell(message).await })
    }

    fn try_tell(self: Arc<Self>, message: M) -> Result<(), SendError<M>> {
        ActorRef::new(self).try_tell(message)
    }

    fn ask(self: Arc<Self>, message: M) -> Asking<M> {
        Box::pin(async move { ActorRef::new(self).ask(message).await })
    }

    fn id(&self) -> ActorId {
        Cell::id(self)
    }

    fn path(&self) -> ActorPath {
        Cell::path(self)
    }

    fn waiting(&self) -> usize {
        super::any_cell::AnyCell::waiting(self)
    }

    fn is_alive(&self) -> bool {
        !self.is_closed()
    }

    fn is_idle(&self) -> bool {
        Cell::is_idle(self)
    }

    fn system(&self) -> ActorSystem {
        ActorSystem::of(Cell::system(self))
    }

    fn bury(&self, reason: DeadReason) {
        let system = Cell::system(self);
        system.ledger().count(Entry::Sent);
        system.dead_letter(M::name(), M::KIND, Some(self.identity()), Cell::id(self), reason);
    }
}

impl<M: Request> Recipient<M> {
    pub(crate) fn new<A: Handler<M>>(cell: Arc<Cell<A>>) -> Self {
        Recipient(cell)
    }

    /// See [`ActorRef::tell`].
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub async fn tell(&self, message: M) -> Result<(), SendError<M>> {
        Arc::clone(&self.0).tell(message).await
    }

    /// See [`ActorRef::try_tell`].
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub fn try_tell(&self, message: M) -> Result<(), SendError<M>> {
        Arc::clone(&self.0).try_tell(message)
    }

    /// See [`ActorRef::ask`].
    ///
    /// # Errors
    ///
    /// [`AskError`] when there is no reply.
    pub async fn ask(&self, message: M) -> Result<M::Reply, AskError<M>> {
        Arc::clone(&self.0).ask(message).await
    }

    /// The same, without a borrow of the recipient.
    pub(crate) fn tell_owned(&self, message: M) -> Sending<M> {
        Arc::clone(&self.0).tell(message)
    }

    /// The same, without a borrow of the recipient.
    pub(crate) fn ask_owned(&self, message: M) -> Asking<M> {
        Arc::clone(&self.0).ask(message)
    }

    /// Messages that wait or are being handled.
    pub(crate) fn load(&self) -> usize {
        self.0.waiting() + usize::from(!self.0.is_idle())
    }

    pub(crate) fn system(&self) -> ActorSystem {
        self.0.system()
    }

    /// Makes a message that the actor did not take a dead letter.
    pub(crate) fn bury(&self, reason: DeadReason) {
        self.0.bury(reason);
    }

    /// The actor's id.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.0.id()
    }

    /// The actor's place in the supervision tree.
    #[must_use]
    pub fn path(&self) -> ActorPath {
        self.0.path()
    }

    /// Messages that wait in the actor's mailbox.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether the actor has not ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.0.is_alive()
    }
}

impl<M: Request> Clone for Recipient<M> {
    fn clone(&self) -> Self {
        Recipient(Arc::clone(&self.0))
    }
}

impl<M: Request> fmt::Debug for Recipient<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient<{}>({})", M::name(), self.path())
    }
}
