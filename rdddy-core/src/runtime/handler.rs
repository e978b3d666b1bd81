//! How an actor handles a message: what `#[handler]` generates.

use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::bus::Bus;
use super::cell::Cell;
use super::context::Context;
use super::error::{BoxError, ErrorReport};
use super::forward::Forward;
use super::handling::Handling;
use super::untyped::Boxing;
use crate::message::{ContractBreach, Event, Kind, Request};

/// Handles a command or a query.
#[diagnostic::on_unimplemented(
    message = "rdddy::E017: `{Self}` does not handle `{M}`",
    label = "`{Self}` has no handler for `{M}`",
    note = "help: add `#[handler] fn …(&mut self, message: {M})` to the `#[actor]` block of `{Self}`"
)]
pub trait Handler<M: Request>: Actor {
    /// What `#[handler(..)]` says.
    const OPTIONS: HandlerOptions = HandlerOptions::new();

    /// Handles `message`.
    fn handle(
        &mut self,
        message: M,
        cx: &mut Context<Self>,
    ) -> impl Future<Output = Outcome<M::Reply, M::Error>> + Send;

    /// Whether `message` can be handled in the present state; otherwise it is stashed.
    fn accepts(&self, message: &M) -> bool {
        let _ = message;
        true
    }

    /// A copy to hand to the next incarnation, should `message` fail this one.
    fn keep(message: &M) -> Option<M> {
        let _ = message;
        None
    }
}

/// Handles an event. Events are shared by all their handlers, hence the reference.
#[diagnostic::on_unimplemented(
    message = "rdddy::E017: `{Self}` does not handle `{E}`",
    label = "`{Self}` has no handler for `{E}`",
    note = "help: add `#[handler] fn …(&mut self, event: &{E})` to the `#[actor]` block of `{Self}`"
)]
pub trait EventHandler<E: Event>: Actor {
    /// What `#[handler(..)]` says.
    const OPTIONS: HandlerOptions = HandlerOptions::new();

    /// Handles `event`.
    fn handle(
        &mut self,
        event: &E,
        cx: &mut Context<Self>,
    ) -> impl Future<Output = EventOutcome> + Send;

    /// Whether `event` can be handled in the present state; otherwise it is stashed.
    fn accepts(&self, event: &E) -> bool {
        let _ = event;
        true
    }
}

/// How the handling of a command or query ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<R, E> {
    /// It was accepted, and this is the answer.
    Reply(R),
    /// It was refused.
    Refuse(E),
    /// A contract did not hold.
    Breach(ContractBreach),
    /// Another actor answers.
    Forward(Forward<R, E>),
}

/// How the handling of an event ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventOutcome {
    /// Handled.
    Done,
    /// The handler returned an error.
    Fail(ErrorReport),
    /// A contract did not hold.
    Breach(ContractBreach),
}

/// What a handler of a command or query may return: the reply, a `Result`, an [`Outcome`], or a
/// [`Forward`].
#[diagnostic::on_unimplemented(
    message = "rdddy::E006: a handler returning `{Self}` does not answer what its message declares: reply `{R}`, error `{E}`",
    label = "does not fit the declared reply",
    note = "help: return `{R}` or `Result<{R}, {E}>`, or change `reply = ..` and `error = ..` on the message"
)]
pub trait IntoOutcome<R, E> {
    /// Converts the returned value.
    fn into_outcome(self) -> Outcome<R, E>;
}

impl<R, E> IntoOutcome<R, E> for R {
    #[inline]
    fn into_outcome(self) -> Outcome<R, E> {
        Outcome::Reply(self)
    }
}

impl<R, E> IntoOutcome<R, E> for Result<R, E> {
    #[inline]
    fn into_outcome(self) -> Outcome<R, E> {
        match self {
            Ok(reply) => Outcome::Reply(reply),
            Err(error) => Outcome::Refuse(error),
        }
    }
}

impl<R, E> IntoOutcome<R, E> for Outcome<R, E> {
    #[inline]
    fn into_outcome(self) -> Outcome<R, E> {
        self
    }
}

impl<R, E> IntoOutcome<R, E> for Forward<R, E> {
    #[inline]
    fn into_outcome(self) -> Outcome<R, E> {
        Outcome::Forward(self)
    }
}

/// What a handler of an event may return: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "rdddy::E006: an event cannot be answered, but its handler returns `{Self}`: it is delivered to every subscriber and nobody waits",
    label = "an event handler returns nothing, or `Result<(), E>`",
    note = "help: return `()` and publish what follows, or make the message a command"
)]
pub trait IntoEventOutcome {
    /// Converts the returned value.
    fn into_event_outcome(self) -> EventOutcome;
}

impl IntoEventOutcome for () {
    #[inline]
    fn into_event_outcome(self) -> EventOutcome {
        EventOutcome::Done
    }
}

impl IntoEventOutcome for EventOutcome {
    #[inline]
    fn into_event_outcome(self) -> EventOutcome {
        self
    }
}

impl<E: Into<BoxError>> IntoEventOutcome for Result<(), E> {
    #[inline]
    fn into_event_outcome(self) -> EventOutcome {
        match self {
            Ok(()) => EventOutcome::Done,
            Err(error) => EventOutcome::Fail(ErrorReport::of(error)),
        }
    }
}

/// In which order waiting messages are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lane {
    /// Before all user messages.
    Control,
    /// In the order of arrival.
    #[default]
    User,
}

/// What `#[handler(..)]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerOptions {
    /// Its lane.
    pub lane: Lane,
    /// Runs on a thread of its own, so that it may block.
    pub blocking: bool,
    /// How long it may wait before it is cancelled and counts as failed.
    pub timeout: Option<Duration>,
    /// A message that fails the actor is handed to the next incarnation once more.
    pub redeliver: bool,
    /// It never waits: its future is ready when it is first polled.
    pub immediate: bool,
    /// It does not accept every message in every state.
    pub selective: bool,
}

impl HandlerOptions {
    /// User lane, not blocking, no timeout, no redelivery; may wait, and accepts every message.
    #[must_use]
    pub const fn new() -> Self {
        HandlerOptions {
            lane: Lane::User,
            blocking: false,
            timeout: None,
            redeliver: false,
            immediate: false,
            selective: false,
        }
    }

    /// In `lane`.
    #[must_use]
    pub const fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// On a thread of its own.
    #[must_use]
    pub const fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Cancelled after `timeout`.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// A message that fails the actor is handed to the next incarnation once more.
    #[must_use]
    pub const fn redeliver(mut self) -> Self {
        self.redeliver = true;
        self
    }

    /// It never waits: its future is ready when it is first polled.
    #[must_use]
    pub const fn immediate(mut self) -> Self {
        self.immediate = true;
        self
    }

    /// `accepts` decides about each message.
    #[must_use]
    pub const fn selective(mut self) -> Self {
        self.selective = true;
        self
    }
}

impl Default for HandlerOptions {
    fn default() -> Self {
        HandlerOptions::new()
    }
}

/// Has an actor hear an event.
type Subscribe = fn(&Bus, &Arc<dyn AnyCell>, &'static Handling);

/// One line of an actor's dispatch table.
pub struct HandlerEntry<A: Actor> {
    handler: AnyHandler,
    actor: PhantomData<fn(A)>,
}

/// The same, whatever the actor.
pub(crate) struct AnyHandler {
    pub(crate) type_id: fn() -> TypeId,
    pub(crate) handling: &'static Handling,
    /// For events: what takes them out of boxes and back.
    pub(crate) boxing: Option<Boxing>,
    subscribe: Option<Subscribe>,
}

impl<A: Actor> HandlerEntry<A> {
    /// The line of a command or a query.
    #[must_use]
    pub const fn request<M: Request>() -> Self
    where
        A: Handler<M>,
    {
        let handling = Handling::of_request::<A, M>();
        let type_id = TypeId::of::<M>;
        let handler = AnyHandler { type_id, handling, boxing: None, subscribe: None };
        HandlerEntry { handler, actor: PhantomData }
    }

    /// The line of an event.
    #[must_use]
    pub const fn event<E: Event>() -> Self
    where
        A: EventHandler<E>,
    {
        let handler = AnyHandler {
            type_id: TypeId::of::<E>,
            handling: Handling::of_event::<A, E>(),
            boxing: Some(Boxing::of::<E>()),
            subscribe: Some(Bus::subscribe_actor::<E>),
        };
        HandlerEntry { handler, actor: PhantomData }
    }

    /// The type of the message.
    #[must_use]
    pub fn type_id(&self) -> TypeId {
        (self.handler.type_id)()
    }

    /// The stable name of the message.
    #[must_use]
    pub fn message(&self) -> &'static str {
        (self.handler.handling.name)()
    }

    /// The kind of the message.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.handler.handling.kind
    }

    /// Has the actor in `cell` hear the event, if it is one.
    #[inline]
    pub(crate) fn subscribe(&self, cell: &Arc<Cell<A>>, bus: &Bus) {
        if let Some(subscribe) = self.handler.subscribe {
            subscribe(bus, &(Arc::clone(cell) as Arc<dyn AnyCell>), self.handler.handling);
        }
    }
}

/// The handler of messages of a type, if there is one.
pub(crate) fn find<A: Actor>(
    handlers: &'static [HandlerEntry<A>],
    message: TypeId,
) -> Option<&'static AnyHandler> {
    // Not `handler.type_id()`: on a reference that is the one of `Any`.
    handlers.iter().map(|entry| &entry.handler).find(|handler| (handler.type_id)() == message)
}

impl<A: Actor> fmt::Debug for HandlerEntry<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.message())
    }
}
