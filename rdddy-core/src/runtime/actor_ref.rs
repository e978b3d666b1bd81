//! References to actors. An [`ActorRef`] is a logical identity: it outlives restarts.
#![expect(unsafe_code, reason = "packs messages for their own handling")]

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::actor::Actor;
use super::actor_system::ActorSystem;
use super::any_cell::AnyCell;
use super::ask::Ask;
use super::cell::{Cell, CellRef};
use super::envelope::{Parcel, Terms};
use super::error::{LookupError, SendError};
use super::event::StopReason;
use super::forward::Forward;
use super::handler::Handler;
use super::handling::Handling;
use super::id::{ActorId, ActorPath};
use super::lifecycle::{self, Ending};
use super::recipient::Recipient;
use super::tell::{Tell, try_tell};
use super::turn::{self, Deadline};
use crate::message::Request;

/// A reference to an actor, across its restarts.
pub struct ActorRef<A: Actor>(Arc<Cell<A>>);

impl<A: Actor> ActorRef<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        ActorRef(cell)
    }

    #[inline]
    pub(crate) fn cell(&self) -> &Arc<Cell<A>> {
        &self.0
    }

    /// Sends a command or a query without waiting for its handling.
    ///
    /// Messages from one sender to one actor keep their order. When the mailbox is full, its
    /// overflow policy decides; by default the sender waits for room.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped before it is ready, the message was not sent.
    #[inline]
    pub fn tell<M: Request>(&self, message: M) -> Tell<'_, M>
    where
        A: Handler<M>,
    {
        Tell::new(CellRef::from(&self.0), Handling::of_request::<A, M>(), message)
    }

    /// Sends a command or a query if there is room for it right now.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    #[inline]
    pub fn try_tell<M: Request>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handler<M>,
    {
        try_tell(CellRef::from(&self.0), Handling::of_request::<A, M>(), message)
    }

    /// Sends a command or a query and waits for its answer, for at most
    /// [`limits::ASK_TIMEOUT`](crate::limits::ASK_TIMEOUT) or what [`Ask::timeout`] says. An asker that is itself being asked
    /// waits no longer than its own asker does.
    #[inline]
    pub fn ask<M: Request>(&self, message: M) -> Ask<'_, M>
    where
        A: Handler<M>,
    {
        Ask::new(CellRef::from(&self.0), Handling::of_request::<A, M>(), message)
    }

    /// Has this actor answer the message at hand, by handling `message`: the handler returns the
    /// [`Forward`] instead of a reply.
    #[must_use = "a handler forwards by returning this"]
    pub fn forward<M: Request>(&self, message: M) -> Forward<M::Reply, M::Error>
    where
        A: Handler<M>,
    {
        let system = self.0.system();
        // Looked at while the message at hand is being handled: it is the cause, and its asker's
        // deadline holds.
        let metadata = system.metadata(M::name);
        let deadline = turn::current(system.address(), |turn| turn.deadline);
        let deadline = deadline.unwrap_or(Deadline::NONE);
        // SAFETY: the handling of an `M`.
        let parcel = unsafe { Parcel::pack(Handling::of_request::<A, M>(), message) };
        let terms = Terms { metadata, deadline, ..Terms::PLAIN };
        Forward::new(Arc::clone(&self.0) as Arc<dyn AnyCell>, parcel, terms)
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

    /// Which life of the actor this is, counted from 1.
    #[must_use]
    pub fn incarnation(&self) -> u32 {
        self.0.incarnation()
    }

    /// Messages that wait in the mailbox.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether the actor has not ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.0.is_closed()
    }

    /// Ends the actor after everything that waits for it already. What comes later becomes dead
    /// letters. See [`ActorRef::stopped`] to wait for the end.
    pub fn stop(&self) {
        lifecycle::tell_stop(CellRef::from(&self.0));
    }

    /// Ends the actor at once: a handler that waits is cancelled, and what waits in the mailbox
    /// becomes dead letters.
    pub fn kill(&self) {
        let cell = Arc::clone(&self.0) as Arc<dyn AnyCell>;
        self.0.system().seam().spawn(async move {
            if lifecycle::acquire(&cell, true).await {
                lifecycle::end(CellRef::from(&cell), Ending::Killed);
            }
        });
    }

    /// Waits until the actor has ended.
    pub async fn stopped(&self) -> StopReason {
        let extra = self.0.extra_or_init();
        if extra.ended().is_none() && self.0.is_closed() && self.0.system().has_ended() {
            // The system was dropped, and everything in it.
            return StopReason::Shutdown;
        }
        extra.when_ended().await.unwrap_or(StopReason::Shutdown)
    }

    /// A reference that does not keep the actor's memory.
    #[must_use]
    pub fn downgrade(&self) -> WeakActorRef<A> {
        WeakActorRef(Arc::downgrade(&self.0))
    }

    /// A reference to whatever handles `M`.
    #[must_use]
    pub fn recipient<M: Request>(&self) -> Recipient<M>
    where
        A: Handler<M>,
    {
        let cell = Arc::clone(&self.0) as Arc<dyn AnyCell>;
        Recipient::new(cell, Handling::of_request::<A, M>())
    }

    /// The system the actor belongs to.
    #[must_use]
    pub fn system(&self) -> ActorSystem {
        ActorSystem::of(self.0.system())
    }

    /// A reference that has forgotten the actor's type.
    #[must_use]
    pub fn erase(&self) -> AnyActorRef {
        AnyActorRef(Arc::clone(&self.0) as Arc<dyn AnyCell>)
    }
}

impl<A: Actor> Clone for ActorRef<A> {
    fn clone(&self) -> Self {
        ActorRef(Arc::clone(&self.0))
    }
}

impl<A: Actor> PartialEq for ActorRef<A> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<A: Actor> Eq for ActorRef<A> {}

impl<A: Actor> Hash for ActorRef<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl<A: Actor> fmt::Debug for ActorRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorRef({})", self.path())
    }
}

/// A reference that does not keep the actor's memory.
pub struct WeakActorRef<A: Actor>(std::sync::Weak<Cell<A>>);

impl<A: Actor> WeakActorRef<A> {
    /// The reference, if the actor has not ended.
    #[must_use]
    pub fn upgrade(&self) -> Option<ActorRef<A>> {
        self.0.upgrade().filter(|cell| !cell.is_closed()).map(ActorRef)
    }
}

impl<A: Actor> Clone for WeakActorRef<A> {
    fn clone(&self) -> Self {
        WeakActorRef(self.0.clone())
    }
}

impl<A: Actor> fmt::Debug for WeakActorRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakActorRef({})", A::NAME)
    }
}

/// An actor's reference to itself. It never waits: a full mailbox gives the message back, since the
/// actor cannot make room while it handles a message.
pub struct SelfRef<A: Actor>(Arc<Cell<A>>);

impl<A: Actor> SelfRef<A> {
    pub(crate) fn new(cell: Arc<Cell<A>>) -> Self {
        SelfRef(cell)
    }

    /// Sends a message to the actor itself.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when the mailbox is full.
    pub fn tell<M: Request>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handler<M>,
    {
        ActorRef::new(Arc::clone(&self.0)).try_tell(message)
    }

    /// Does not exist: an actor that asks itself waits for the very message it is handling.
    ///
    /// # Errors
    ///
    /// It cannot be called.
    pub fn ask<M: Request>(&self, message: M) -> Result<M::Reply, SendError<M>>
    where
        Self: AskItself,
    {
        Err(SendError::Full(message))
    }

    /// The actor's id.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.0.id()
    }

    /// A reference to hand to others.
    #[must_use]
    pub fn actor_ref(&self) -> ActorRef<A> {
        ActorRef(Arc::clone(&self.0))
    }
}

impl<A: Actor> Clone for SelfRef<A> {
    fn clone(&self) -> Self {
        SelfRef(Arc::clone(&self.0))
    }
}

impl<A: Actor> fmt::Debug for SelfRef<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SelfRef({})", self.0.path())
    }
}

/// Implemented by nothing: see [`SelfRef::ask`].
#[diagnostic::on_unimplemented(
    message = "rdddy::E009: an actor cannot ask itself: the answer would wait behind this very message",
    label = "asks the actor that is handling this message",
    note = "help: call the method, or `cx.me().tell(..)`, or `cx.pipe(..)`"
)]
pub trait AskItself {}

/// A reference to an actor whose type is not known.
#[derive(Clone)]
pub struct AnyActorRef(pub(crate) Arc<dyn AnyCell>);

impl AnyActorRef {
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

    /// The name of the actor's type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    /// Messages that wait in the mailbox.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether the actor has not ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.0.is_closed()
    }

    /// Ends the actor after everything that waits for it already.
    pub fn stop(&self) {
        lifecycle::tell_stop(CellRef::from(&self.0));
    }

    /// The reference to an `A`.
    ///
    /// # Errors
    ///
    /// [`LookupError::WrongType`] when the actor is not one.
    pub fn downcast<A: Actor>(&self) -> Result<ActorRef<A>, LookupError> {
        let cell = Arc::clone(&self.0).into_any().downcast::<Cell<A>>();
        cell.map(ActorRef)
            .map_err(|_| LookupError::WrongType { expected: A::NAME, found: self.0.type_name() })
    }
}

impl fmt::Debug for AnyActorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyActorRef({})", self.path())
    }
}
