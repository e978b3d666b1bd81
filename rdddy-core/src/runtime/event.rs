//! What the system itself says: every failure, restart, dead letter and overflow is an event.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::error::ErrorReport;
use super::id::{ActorId, ActorPath};
use crate::message::{ContractBreach, Event, EventScope, Kind, Message, Sealed};

/// Which actor an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActorIdentity {
    /// Its id.
    pub id: ActorId,
    /// Its place in the supervision tree.
    pub path: ActorPath,
    /// Its type.
    pub type_name: &'static str,
}

impl fmt::Display for ActorIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.path, f)
    }
}

/// Why a handler, or a hook, of an actor failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// It returned an error, and nobody waited for an answer.
    Error(ErrorReport),
    /// It panicked, saying this.
    Panic(String),
    /// A contract did not hold.
    Breach(ContractBreach),
    /// It did not finish in the time given by `#[handler(timeout = ..)]`, or by the limit on hooks.
    TimedOut(Duration),
    /// A child exceeded its restart budget.
    Child {
        /// The child.
        child: ActorPath,
        /// Its last failure.
        failure: Arc<Failure>,
    },
    /// An actor that it is linked to failed.
    Link {
        /// That actor.
        actor: ActorPath,
    },
    /// A simulation made it crash.
    Injected,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(report) => write!(f, "error: {report}"),
            Failure::Panic(message) => write!(f, "panic: {message}"),
            Failure::Breach(breach) => write!(f, "contract: {breach}"),
            Failure::TimedOut(limit) => write!(f, "not finished within {limit:?}"),
            Failure::Child { child, failure } => write!(f, "child {child} failed: {failure}"),
            Failure::Link { actor } => write!(f, "linked actor {actor} failed"),
            Failure::Injected => f.write_str("crash injected by the simulation"),
        }
    }
}

/// Why an actor ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// It was told to stop, or stopped itself, after what it had to do.
    Stopped,
    /// It was killed.
    Killed,
    /// Its supervisor, or the whole system, stopped.
    Shutdown,
    /// It failed and was not restarted.
    Failed(Failure),
}

/// Why a message was not handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadReason {
    /// Its receiver had ended, or ended before the message's turn came.
    Stopped,
    /// No actor has the given id or name.
    NoSuchActor,
    /// The asker's deadline passed, or the asker went away, before the message's turn came.
    Expired,
    /// The mailbox was full: `Overflow::DropOldest`, `DropNewest` or `DeadLetter`.
    Overflow,
    /// There was no room in time for an event.
    NoRoom,
    /// The receiver's stash was full.
    StashFull,
    /// It failed its actor as often as it may.
    Poison,
    /// The receiver was killed while it handled the message.
    Killed,
    /// The actor it was forwarded to did not take it.
    Forward,
}

impl fmt::Display for DeadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DeadReason::Stopped => "its receiver has ended",
            DeadReason::NoSuchActor => "there is no such actor",
            DeadReason::Expired => "nobody waits for the answer any more",
            DeadReason::Overflow => "the mailbox was full",
            DeadReason::NoRoom => "the mailbox had no room in time",
            DeadReason::StashFull => "the stash was full",
            DeadReason::Poison => "it failed its actor twice",
            DeadReason::Killed => "its receiver was killed while handling it",
            DeadReason::Forward => "the actor it was forwarded to did not take it",
        })
    }
}

/// What the system itself says.
///
/// Subscribe to it like to any event: by a `#[handler]` of `&SystemEvent`, or from outside by
/// `system.subscribe::<SystemEvent>()`. A failure in a handler of system events is counted and
/// supervised, but never published, so there are no storms.
///
/// Written with serde, the name of its kind is the field `event`: `{"event": "handler_failed", ..}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SystemEvent {
    /// An actor was started.
    Started {
        /// The actor.
        actor: ActorIdentity,
    },
    /// A handler failed.
    HandlerFailed {
        /// The actor.
        actor: ActorIdentity,
        /// The name of the message.
        message: &'static str,
        /// Why.
        failure: Failure,
        /// How often this message has failed its actor, this time included.
        attempt: u32,
        /// The error was the answer to an ask: the asker decides, not the supervisor.
        answered: bool,
    },
    /// A contract of an actor did not hold. A `HandlerFailed` follows.
    ContractBreached {
        /// The actor.
        actor: ActorIdentity,
        /// The contract.
        breach: ContractBreach,
    },
    /// An actor is about to be restarted.
    Restarting {
        /// The actor.
        actor: ActorIdentity,
        /// Why.
        failure: Failure,
        /// How long its supervisor waits first.
        backoff: Duration,
    },
    /// An actor was restarted.
    Restarted {
        /// The actor.
        actor: ActorIdentity,
        /// Which life it begins, counted from 1.
        incarnation: u32,
    },
    /// A child exceeded its restart budget, and its supervisor fails in its turn.
    Escalated {
        /// The child.
        child: ActorIdentity,
        /// Its supervisor; `None` for the system's root.
        supervisor: Option<ActorIdentity>,
        /// The child's last failure.
        failure: Failure,
    },
    /// An actor ended.
    Stopped {
        /// The actor.
        actor: ActorIdentity,
        /// Why.
        reason: StopReason,
    },
    /// An actor that was spawned from a value failed: it can neither be built anew nor, without
    /// `#[on_restart]`, be mended, so it ends. Spawn it with `Props::new` to have it restarted.
    NotRestartable {
        /// The actor.
        actor: ActorIdentity,
    },
    /// A message was not handled.
    DeadLetter {
        /// The name of the message.
        message: &'static str,
        /// Command, query or event.
        kind: Kind,
        /// Its receiver, if it was ever known.
        actor: Option<ActorIdentity>,
        /// The id it was sent to.
        to: ActorId,
        /// Why.
        reason: DeadReason,
    },
    /// A message was sent, by id, to an actor that does not handle its type.
    Unhandled {
        /// The name of the message.
        message: String,
        /// Its receiver.
        actor: ActorIdentity,
    },
    /// A mailbox was full and its policy did not let the message in.
    Overflowed {
        /// The actor.
        actor: ActorIdentity,
        /// The name of the message.
        message: &'static str,
        /// The mailbox's capacity.
        capacity: u32,
    },
    /// An ask would have waited for itself.
    WouldDeadlock {
        /// The actors that wait for one another, in order.
        cycle: Vec<ActorId>,
    },
    /// A system-wide invariant does not hold.
    InvariantBroken {
        /// Its name.
        invariant: &'static str,
        /// The actor that had just handled a message.
        actor: ActorIdentity,
    },
    /// A critical actor ended by failing, and the system stops.
    CriticalFailure {
        /// The actor.
        actor: ActorIdentity,
        /// Why.
        failure: Failure,
    },
}

impl Sealed for SystemEvent {}

impl Message for SystemEvent {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.SystemEvent"
    }
}

impl Event for SystemEvent {
    const SCOPE: EventScope = EventScope::Domain;
}

/// An actor that the receiver watches has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Terminated {
    /// The actor.
    pub actor: ActorIdentity,
    /// Why.
    pub reason: StopReason,
}

impl Sealed for Terminated {}

impl Message for Terminated {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.Terminated"
    }
}

impl Event for Terminated {}
