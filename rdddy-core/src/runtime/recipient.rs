//! A reference to whatever handles one type of message.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::actor_ref::ActorRef;
use super::cell::Cell;
use super::error::{AskError, SendError};
use super::handler::Handler;
use super::id::{ActorId, ActorPath};
use crate::message::Request;

type Sending<'a, M> = Pin<Box<dyn Future<Output = Result<(), SendError<M>>> + Send + 'a>>;
type Asking<'a, M> =
    Pin<Box<dyn Future<Output = Result<<M as Request>::Reply, AskError<M>>> + Send + 'a>>;

/// A reference to an actor that handles `M`, whatever else it is.
pub struct Recipient<M: Request>(Arc<dyn Receive<M>>);

trait Receive<M: Request>: Send + Sync {
    fn tell(self: Arc<Self>, message: M) -> Sending<'static, M>;
    fn try_tell(self: Arc<Self>, message: M) -> Result<(), SendError<M>>;
    fn ask(self: Arc<Self>, message: M) -> Asking<'static, M>;
    fn id(&self) -> ActorId;
    fn path(&self) -> ActorPath;
    fn waiting(&self) -> usize;
    fn is_alive(&self) -> bool;
}

impl<A: Handler<M>, M: Request> Receive<M> for Cell<A> {
    fn tell(self: Arc<Self>, message: M) -> Sending<'static, M> {
        Box::pin(async move { ActorRef::new(self).tell(message).await })
    }

    fn try_tell(self: Arc<Self>, message: M) -> Result<(), SendError<M>> {
        ActorRef::new(self).try_tell(message)
    }

    fn ask(self: Arc<Self>, message: M) -> Asking<'static, M> {
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
