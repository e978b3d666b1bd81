//! The system, as its users hold it.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::actor::Actor;
use super::actor_ref::{ActorRef, AnyActorRef};
use super::builder::SystemBuilder;
use super::error::{LookupError, PublishDecodedError, PublishError, SpawnError};
use super::event::{DeadReason, SystemEvent};
use super::id::ActorId;
use super::ledger::{Counters, Entry};
use super::observe::{self, Metrics};
use super::props::IntoProps;
use super::recorder::Recorder;
use super::shutdown::{self, DrainReport, Termination};
use super::spawn;
use super::subscription::{Subscription, WaitFor};
use super::system::System;
use super::tree::Tree;
use super::untyped::{self, UntypedRejection};
use crate::limits;
use crate::message::{Event, Metadata, Request};
use crate::model;

/// A system of actors. Cloning it is cheap; when the last clone is dropped without
/// [`ActorSystem::shutdown`], everything in it is dropped too.
#[derive(Clone)]
pub struct ActorSystem {
    system: Arc<System>,
    /// `None` in the hands of the system's own actors, who do not keep it.
    _owner: Option<Arc<Owner>>,
}

struct Owner(Arc<System>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl ActorSystem {
    /// A system to be configured and started.
    pub fn builder() -> SystemBuilder {
        SystemBuilder::new()
    }

    /// The first hold on a system that was just made.
    pub(crate) fn owning(system: Arc<System>) -> Self {
        let owner = Arc::new(Owner(Arc::clone(&system)));
        ActorSystem { system, _owner: Some(owner) }
    }

    pub(crate) fn inner(&self) -> &Arc<System> {
        &self.system
    }

    pub(crate) fn of(system: &Arc<System>) -> Self {
        ActorSystem { system: Arc::clone(system), _owner: None }
    }

    /// Starts an actor, supervised by the system's root.
    ///
    /// # Errors
    ///
    /// [`SpawnError`] when its name is taken, its configuration cannot work, or its `#[on_start]`
    /// fails; and when the system is shutting down.
    ///
    /// # Cancel safety
    ///
    /// An actor whose start nobody waits for any more is taken away again.
    #[inline]
    pub async fn spawn<A: Actor>(
        &self,
        actor: impl IntoProps<A>,
    ) -> Result<ActorRef<A>, SpawnError> {
        spawn::spawn(&self.system, None, actor.into_props()).await
    }

    /// Starts an actor under a name that nobody else in the system has.
    ///
    /// # Errors
    ///
    /// As for [`ActorSystem::spawn`].
    pub async fn spawn_named<A: Actor>(
        &self,
        name: impl Into<String>,
        actor: impl IntoProps<A>,
    ) -> Result<ActorRef<A>, SpawnError> {
        spawn::spawn(&self.system, None, actor.into_props().named(name)).await
    }

    /// Publishes an event to every actor with a handler for it, except the one that publishes it.
    ///
    /// When the future is ready, each of them has handled the event or has it in its mailbox. Idle
    /// actors may handle it on the publisher's thread. A full mailbox is dealt with by its overflow
    /// policy; where that is to wait, the publisher waits, after all others have got the event, at
    /// most [`limits::SEND_TIMEOUT`].
    ///
    /// # Errors
    ///
    /// [`PublishError`] when the system has ended.
    pub async fn publish<E: Event>(&self, event: E) -> Result<(), PublishError> {
        self.system.publish(event).await
    }

    /// Publishes an event, also to the actor that publishes it.
    ///
    /// # Errors
    ///
    /// [`PublishError`] when the system has ended.
    pub async fn publish_to_all<E: Event>(&self, event: E) -> Result<(), PublishError> {
        self.system.publish_except(event, None).await
    }

    /// Sends a command or a query to the actor with this id, whatever its type.
    ///
    /// # Errors
    ///
    /// [`SendToError`] with the message: when there is no such actor, which also makes the message
    /// a dead letter; when the actor does not handle its type; and when it has no room.
    pub fn send<M: Request>(&self, to: ActorId, message: M) -> Result<(), SendToError<M>> {
        let Some(cell) = self.system.registry().by_id(to) else {
            self.system.ledger().count(Entry::Sent);
            let reason = DeadReason::NoSuchActor;
            self.system.dead_letter(M::name(), M::KIND, None, to, reason);
            return Err(SendToError::NoSuchActor(message));
        };
        let identity = cell.identity();
        let pushed = untyped::push(&cell, TypeId::of::<M>(), Box::new(message));
        pushed.map_err(|rejection| {
            let (boxed, make): (_, fn(M) -> SendToError<M>) = match rejection {
                UntypedRejection::Unhandled(message) => {
                    let name = M::name().to_owned();
                    self.system.emit(|| SystemEvent::Unhandled { message: name, actor: identity });
                    (message, SendToError::Unhandled)
                }
                UntypedRejection::Full(message) => (message, SendToError::Full),
                UntypedRejection::Stopped(message) => (message, SendToError::NoSuchActor),
            };
            unbox(boxed).map_or(SendToError::Lost, make)
        })
    }

    /// A stream of the events of type `E` from now on, for whoever is not an actor.
    #[must_use]
    pub fn subscribe<E: Event>(&self) -> Subscription<E> {
        self.system.bus().subscribe(limits::SUBSCRIPTION_CAPACITY)
    }

    /// The same, with room for `capacity` events that wait to be looked at.
    #[must_use]
    pub fn subscribe_with<E: Event>(&self, capacity: usize) -> Subscription<E> {
        self.system.bus().subscribe(capacity)
    }

    /// Waits for the next event of type `E`, from now on: also from before it is awaited.
    pub fn wait_for<E: Event>(&self) -> WaitFor<E> {
        self.wait_for_matching(|_| true)
    }

    /// Waits for the next event of type `E` that matches.
    pub fn wait_for_matching<E: Event>(
        &self,
        matches: impl FnMut(&E) -> bool + Send + 'static,
    ) -> WaitFor<E> {
        WaitFor::new(self.subscribe(), matches)
    }

    /// The actor of this name and type.
    ///
    /// # Errors
    ///
    /// [`LookupError`] when there is none, or it is of another type.
    pub fn lookup<A: Actor>(&self, name: &str) -> Result<ActorRef<A>, LookupError> {
        self.lookup_any(name)?.downcast()
    }

    /// The actor of this name.
    ///
    /// # Errors
    ///
    /// [`LookupError`] when there is none.
    pub fn lookup_any(&self, name: &str) -> Result<AnyActorRef, LookupError> {
        let found = self.system.registry().by_name(name).map(AnyActorRef);
        found.ok_or_else(|| LookupError::NoSuchName { name: name.to_owned() })
    }

    /// The actor of this id.
    ///
    /// # Errors
    ///
    /// [`LookupError`] when there is none.
    pub fn actor(&self, id: ActorId) -> Result<AnyActorRef, LookupError> {
        let found = self.system.registry().by_id(id).map(AnyActorRef);
        found.ok_or(LookupError::NoSuchActor { id })
    }

    /// All actors, in the order of their start.
    #[must_use]
    pub fn actors(&self) -> Vec<AnyActorRef> {
        self.system.registry().all().into_iter().map(AnyActorRef).collect()
    }

    /// The supervision tree, to be looked at or printed.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::of(&self.system)
    }

    /// The books: how many messages ended how.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.system.ledger().totals()
    }

    /// The books, the handling times, and what waits.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        observe::metrics(&self.system)
    }

    /// Whether handlers are observed from here on, as by [`SystemBuilder::observe`].
    pub fn set_observe(&self, on: bool) {
        self.system.set_observe(on);
    }

    /// The messages that can be decoded by name.
    #[must_use]
    pub fn messages(&self) -> &model::Registry {
        self.system.messages()
    }

    /// Publishes a decoded event.
    ///
    /// # Errors
    ///
    /// [`PublishDecodedError`] when the message is not an event, or the system has ended.
    pub async fn publish_decoded(
        &self,
        decoded: model::Decoded,
    ) -> Result<(), PublishDecodedError> {
        self.system.publish_decoded(decoded).await
    }

    /// Sends a decoded command or query to the actor with this id.
    ///
    /// # Errors
    ///
    /// [`SendToError`] with the message.
    pub fn send_decoded(
        &self,
        to: ActorId,
        decoded: model::Decoded,
    ) -> Result<(), SendToError<model::AnyMessage>> {
        let (entry, message) = decoded.into_parts();
        let Some(cell) = self.system.registry().by_id(to) else {
            self.system.ledger().count(Entry::Sent);
            let reason = DeadReason::NoSuchActor;
            self.system.dead_letter((entry.name)(), entry.kind, None, to, reason);
            return Err(SendToError::NoSuchActor(message));
        };
        let identity = cell.identity();
        untyped::push(&cell, (entry.type_id)(), message).map_err(|rejection| match rejection {
            UntypedRejection::Unhandled(message) => {
                let name = (entry.name)().to_owned();
                self.system.emit(|| SystemEvent::Unhandled { message: name, actor: identity });
                SendToError::Unhandled(message)
            }
            UntypedRejection::Full(message) => SendToError::Full(message),
            UntypedRejection::Stopped(message) => SendToError::NoSuchActor(message),
        })
    }

    /// Adds a listener to everything that is published.
    pub fn record(&self, recorder: Arc<dyn Recorder>) {
        self.system.add_recorder(recorder);
    }

    /// Whether every message gets metadata from here on, so that causes can be followed.
    pub fn set_causality(&self, on: bool) {
        self.system.set_causality(on);
    }

    /// The metadata of a first message sent now, to start a conversation with a tenant or a trace.
    #[must_use]
    pub fn new_metadata(&self) -> Metadata {
        let seam = self.system.seam();
        Metadata::first(seam.message_id(), seam.timestamp())
    }

    /// Time since the system's start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.system.seam().elapsed()
    }

    /// Waits, by the system's clock.
    pub async fn sleep(&self, duration: Duration) {
        self.system.seam().sleep(duration).await;
    }

    /// Runs `work` as the system runs its own: in a simulation, under its control.
    pub fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.system.seam().spawn(work);
    }

    /// The number of threads that run actors.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.system.seam().workers()
    }

    /// A random number below `bound`, by the system's entropy.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.system.seam().below(bound)
    }

    /// Ends the system: no actor is started any more; each one, the last started first, handles what
    /// waits for it and ends. After [`limits::SHUTDOWN_TIMEOUT`] the rest is killed.
    pub async fn shutdown(&self) -> DrainReport {
        self.shutdown_within(limits::SHUTDOWN_TIMEOUT).await
    }

    /// The same, with another limit.
    pub async fn shutdown_within(&self, limit: Duration) -> DrainReport {
        let limit = limit.min(limits::DURATION_MAX);
        shutdown::shutdown(&self.system, limit).await.report.clone()
    }

    /// Waits until the system has ended, by [`ActorSystem::shutdown`] or because a critical actor
    /// failed.
    pub async fn terminated(&self) -> Arc<Termination> {
        self.system.terminated().await
    }
}

fn unbox<M: 'static>(message: Box<dyn Any + Send>) -> Option<M> {
    message.downcast::<M>().ok().map(|message| *message)
}

impl fmt::Debug for ActorSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorSystem").field("counters", &self.counters()).finish_non_exhaustive()
    }
}

/// Why a message was not sent to an id. It comes back in the error.
#[non_exhaustive]
pub enum SendToError<M> {
    /// There is no such actor, or it has ended.
    NoSuchActor(M),
    /// The actor does not handle messages of this type.
    Unhandled(M),
    /// The mailbox is full.
    Full(M),
    /// The message could not be given back.
    Lost,
}

impl<M> fmt::Display for SendToError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendToError::NoSuchActor(_) => "there is no such actor",
            SendToError::Unhandled(_) => "the actor does not handle messages of this type",
            SendToError::Full(_) => "the mailbox is full",
            SendToError::Lost => "the message could not be given back",
        })
    }
}

impl<M> fmt::Debug for SendToError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendToError::NoSuchActor(_) => "NoSuchActor(..)",
            SendToError::Unhandled(_) => "Unhandled(..)",
            SendToError::Full(_) => "Full(..)",
            SendToError::Lost => "Lost",
        })
    }
}

impl<M> std::error::Error for SendToError<M> {}
