//! What a handler may do beside changing its actor's state.

use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use super::actor::Actor;
use super::actor_ref::{ActorRef, SelfRef};
use super::actor_system::ActorSystem;
use super::any_cell::AnyCell;
use super::cell::{Cell, CellRef};
use super::error::{PublishError, SpawnError};
use super::event::Terminated;
use super::handler::EventHandler;
use super::id::{ActorId, ActorPath};
use super::props::IntoProps;
use super::turn::Turn;
use crate::message::{Event, Metadata, Timestamp};

/// What a handler may do beside changing its actor's state: reach itself, its children and the
/// system, and learn about the message at hand.
pub struct Context<A: Actor> {
    /// Borrowed from whoever runs the handler, which keeps the cell alive.
    cell: ManuallyDrop<Arc<Cell<A>>>,
    turn: &'static Turn,
}

impl<A: Actor> Context<A> {
    /// # Safety
    ///
    /// The cell, of an `A`, and the turn outlive the context.
    #[expect(unsafe_code, reason = "a context is made for every message; a count would cost more")]
    #[inline]
    pub(crate) unsafe fn new(cell: CellRef<'_>, turn: *const Turn) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Context { cell: cell.typed(), turn: &*turn } }
    }

    pub(crate) fn cell(&self) -> &Arc<Cell<A>> {
        &self.cell
    }

    pub(crate) fn turn(&self) -> &Turn {
        self.turn
    }

    /// The actor itself. It can be told, but not asked: the answer would wait behind the very
    /// message being handled.
    #[must_use]
    pub fn me(&self) -> SelfRef<A> {
        SelfRef::new(Arc::clone(&self.cell))
    }

    /// A reference to the actor, to hand to others.
    #[must_use]
    pub fn actor_ref(&self) -> ActorRef<A> {
        ActorRef::new(Arc::clone(&self.cell))
    }

    /// The actor's id.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.turn.actor
    }

    /// The actor's place in the supervision tree.
    #[must_use]
    pub fn path(&self) -> ActorPath {
        self.cell.path()
    }

    /// Which life of the actor this is, counted from 1.
    #[must_use]
    pub fn incarnation(&self) -> u32 {
        self.cell.incarnation()
    }

    /// The system.
    #[must_use]
    pub fn system(&self) -> ActorSystem {
        ActorSystem::of(self.cell.system())
    }

    /// What is known about the message at hand beside its content, if anybody asked for that.
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.turn.metadata.as_deref()
    }

    /// How long the asker still waits, if the message at hand was asked.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.turn.deadline.left(self.cell.system().seam().elapsed())
    }

    /// The time, by the system's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.cell.system().seam().timestamp()
    }

    /// Waits, by the system's clock. The actor handles nothing else meanwhile; see
    /// [`Context::after`] for a message to itself later.
    pub async fn sleep(&self, duration: Duration) {
        self.cell.system().seam().sleep(duration).await;
    }

    /// Publishes an event to every actor that handles it, except this one.
    ///
    /// # Errors
    ///
    /// See [`ActorSystem::publish`].
    pub async fn publish<E: Event>(&self, event: E) -> Result<(), PublishError> {
        self.cell.system().publish(event).await
    }

    /// Starts a child, supervised by this actor: it ends with it.
    ///
    /// # Errors
    ///
    /// See [`ActorSystem::spawn`].
    pub async fn spawn<B: Actor>(
        &self,
        child: impl IntoProps<B>,
    ) -> Result<ActorRef<B>, SpawnError> {
        let parent: Arc<dyn AnyCell> = Arc::clone(&self.cell) as _;
        super::spawn::spawn(self.cell.system(), Some(&parent), child.into_props()).await
    }

    /// Ends this actor after the present message. What still waits becomes dead letters.
    pub fn stop(&mut self) {
        self.cell.request_stop();
    }

    /// Puts everything that was stashed back, in order, before what waits in the mailbox.
    pub fn unstash_all(&mut self) {
        self.cell.unstash();
    }

    /// Asks to be told when `other` ends: by a handler of [`Terminated`]. When it has ended already,
    /// that comes at once.
    pub fn watch<B: Actor>(&mut self, other: &ActorRef<B>)
    where
        A: EventHandler<Terminated>,
    {
        super::watch::watch(&self.cell, other.cell());
    }

    /// Ties the fates of the two actors: when one fails for good, so does the other.
    pub fn link<B: Actor>(&mut self, other: &ActorRef<B>) {
        super::watch::link(&self.cell, other.cell());
    }
}

impl<A: Actor> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("actor", &self.path()).finish_non_exhaustive()
    }
}
