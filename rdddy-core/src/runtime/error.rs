//! Why a send, an ask or a start did not succeed. What could not be delivered is given back.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::event::{DeadReason, Failure};
use super::id::ActorId;
use crate::message::{ErrorData, Request};
use crate::model::error_data;

/// Any error of a user.
pub type BoxError = Box<dyn Error + Send + Sync + 'static>;

/// An error as data: what it said, and what it was caused by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorReport {
    message: String,
    causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<ErrorData>>,
}

impl ErrorReport {
    /// A report that says `message`.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        ErrorReport { message: message.into(), causes: Vec::new(), data: None }
    }

    /// The report of any error, with its chain of causes.
    #[must_use]
    pub fn of(error: impl Into<BoxError>) -> Self {
        Self::of_ref(&*error.into())
    }

    /// The report of a borrowed error, with its chain of causes.
    #[must_use]
    pub fn of_ref(error: &(dyn Error + 'static)) -> Self {
        let causes = std::iter::successors(error.source(), |cause| (*cause).source());
        ErrorReport {
            message: error.to_string(),
            causes: causes.map(ToString::to_string).collect(),
            data: error_data(error).map(Box::new),
        }
    }

    /// What the error said.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What it was caused by, nearest first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What a domain error says about itself, if the error or one of its causes is one: the first of
    /// them. Its type derives `DomainError` and is not generic.
    #[must_use]
    pub fn data(&self) -> Option<&ErrorData> {
        self.data.as_deref()
    }
}

impl fmt::Display for ErrorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ErrorReport {
    fn from(error: E) -> Self {
        ErrorReport::of_ref(&error)
    }
}

/// Why a message was not sent. It comes back in the error.
pub enum SendError<M> {
    /// The mailbox is full, and its policy is to say so.
    Full(M),
    /// The mailbox had no room in time.
    TimedOut(M),
    /// The actor has ended.
    Stopped(M),
}

impl<M> SendError<M> {
    /// The message.
    pub fn into_message(self) -> M {
        match self {
            SendError::Full(message)
            | SendError::TimedOut(message)
            | SendError::Stopped(message) => message,
        }
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendError::Full(_) => "the mailbox is full",
            SendError::TimedOut(_) => "the mailbox had no room in time",
            SendError::Stopped(_) => "the actor has ended",
        })
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendError::Full(_) => "Full(..)",
            SendError::TimedOut(_) => "TimedOut(..)",
            SendError::Stopped(_) => "Stopped(..)",
        })
    }
}

impl<M> Error for SendError<M> {}

/// Why an ask got no reply.
#[non_exhaustive]
pub enum AskError<M: Request> {
    /// The handler refused: the error that the message declares.
    Refused(M::Error),
    /// The handler failed.
    Failed(Failure),
    /// The message was accepted, but not handled.
    DeadLetter(DeadReason),
    /// There was no answer in time.
    TimedOut(Duration),
    /// The answer would have waited for itself.
    WouldDeadlock {
        /// The actors that wait for one another, in order.
        cycle: Vec<ActorId>,
    },
    /// The mailbox is full, and its policy is to say so.
    Full(M),
    /// The actor has ended.
    Stopped(M),
}

impl<M: Request> AskError<M> {
    /// The handler's refusal, if it was one.
    ///
    /// # Errors
    ///
    /// The error itself when it was not.
    pub fn into_refusal(self) -> Result<M::Error, Self> {
        match self {
            AskError::Refused(error) => Ok(error),
            other => Err(other),
        }
    }

    /// The handler's refusal, if it was one.
    pub fn refusal(&self) -> Option<&M::Error> {
        match self {
            AskError::Refused(error) => Some(error),
            _ => None,
        }
    }
}

/// What an [`AskError`] says, whatever was asked.
enum Said<'a> {
    Refused(&'a dyn fmt::Debug),
    Failed(&'a Failure),
    DeadLetter(DeadReason),
    TimedOut(Duration),
    WouldDeadlock(&'a [ActorId]),
    Full,
    Stopped,
}

impl Said<'_> {
    fn display(&self, message: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Refused(_) => write!(f, "{message} was refused"),
            Said::Failed(failure) => write!(f, "the handler of {message} failed: {failure}"),
            Said::DeadLetter(reason) => write!(f, "{message} was not handled: {reason}"),
            Said::TimedOut(after) => write!(f, "no answer to {message} within {after:?}"),
            Said::WouldDeadlock(cycle) => {
                write!(f, "asking {message} would deadlock: ")?;
                cycle.iter().try_for_each(|actor| write!(f, "{actor} -> "))?;
                cycle.first().map_or(Ok(()), |first| write!(f, "{first}"))
            }
            Said::Full => f.write_str("the mailbox is full"),
            Said::Stopped => f.write_str("the actor has ended"),
        }
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Refused(error) => f.debug_tuple("Refused").field(error).finish(),
            Said::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            Said::DeadLetter(reason) => f.debug_tuple("DeadLetter").field(reason).finish(),
            Said::TimedOut(after) => f.debug_tuple("TimedOut").field(after).finish(),
            Said::WouldDeadlock(cycle) => {
                f.debug_struct("WouldDeadlock").field("cycle", cycle).finish()
            }
            Said::Full => f.write_str("Full(..)"),
            Said::Stopped => f.write_str("Stopped(..)"),
        }
    }
}

impl<M: Request> AskError<M> {
    fn said(&self) -> Said<'_> {
        match self {
            AskError::Refused(error) => Said::Refused(error),
            AskError::Failed(failure) => Said::Failed(failure),
            AskError::DeadLetter(reason) => Said::DeadLetter(*reason),
            AskError::TimedOut(after) => Said::TimedOut(*after),
            AskError::WouldDeadlock { cycle } => Said::WouldDeadlock(cycle),
            AskError::Full(_) => Said::Full,
            AskError::Stopped(_) => Said::Stopped,
        }
    }
}

impl<M: Request> fmt::Display for AskError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().display(M::name(), f)
    }
}

impl<M: Request> fmt::Debug for AskError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().debug(f)
    }
}

impl<M: Request> Error for AskError<M> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.refusal().map(|error| error as _)
    }
}

/// A configuration that can never work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadConfig {
    /// A mailbox of capacity 0 accepts nothing.
    #[error("a mailbox of capacity 0 can never accept a message")]
    MailboxOfZero,
    /// A mailbox larger than [`limits::MAILBOX_CAPACITY_MAX`](crate::limits::MAILBOX_CAPACITY_MAX).
    #[error("a mailbox of capacity {capacity} is larger than is supported")]
    MailboxTooLarge {
        /// What was asked for.
        capacity: u32,
    },
    /// A pool without members has nobody to send to.
    #[error("a pool of 0 members has nobody to send a message to")]
    EmptyPool,
    /// A pool with more members than
    /// [`limits::POOL_MEMBERS_MAX`](crate::limits::POOL_MEMBERS_MAX).
    #[error("a pool of {members} members is larger than is supported")]
    PoolTooLarge {
        /// What was asked for.
        members: usize,
    },
    /// A back-off whose first wait is longer than its longest, or that is absurdly long.
    #[error(
        "the first wait of a back-off must not be longer than its longest, and that not longer than a hundred years"
    )]
    Backoff,
    /// A period of no time, or of an absurdly long one, to count restarts in.
    #[error(
        "the period that restarts are counted in must be longer than nothing and at most a hundred years"
    )]
    Period,
    /// A timeout of no time, or an absurdly long one.
    #[error("a timeout must be longer than nothing and at most a hundred years")]
    Timeout,
}

/// Why an actor was not spawned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// Another actor has the name.
    #[error("the name \"{name}\" is taken")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Its configuration can never work.
    #[error("the configuration cannot work")]
    Config(#[from] BadConfig),
    /// Building it, or its `#[on_start]`, failed.
    #[error("the actor did not start: {0}")]
    StartFailed(Failure),
    /// The system is shutting down.
    #[error("the system is shutting down")]
    ShuttingDown,
    /// There are more than four billion actors.
    #[error("there are too many actors")]
    TooManyActors,
}

/// Why a system was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// It was started outside of a tokio runtime.
    #[error("a system starts inside a tokio runtime: add #[tokio::main], or enter a runtime first")]
    NoRuntime,
    /// Its configuration can never work.
    #[error("the configuration cannot work")]
    Config(#[from] BadConfig),
    /// A message or an actor is registered in a way that cannot be.
    #[error("the registry is not consistent")]
    Registry(#[from] crate::model::RegistryError),
    /// What runs on top of the actors cannot start.
    #[error("what runs on the system cannot start: {0}")]
    Host(ErrorReport),
}

/// Why an event was not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The system has ended.
    #[error("the system has ended")]
    Ended,
}

/// Why a decoded message was not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishDecodedError {
    /// Only events are published.
    #[error("{name} is not an event, so it cannot be published")]
    NotAnEvent {
        /// The name of the message.
        name: &'static str,
    },
    /// The system has ended.
    #[error("the system has ended")]
    Ended,
}

/// Why an actor was not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// No actor has this name.
    #[error("no actor is named \"{name}\"")]
    NoSuchName {
        /// The name.
        name: String,
    },
    /// No actor has this id, or it has ended.
    #[error("there is no actor {id}")]
    NoSuchActor {
        /// The id.
        id: ActorId,
    },
    /// The actor is of another type.
    #[error("the actor is a {found}, not a {expected}")]
    WrongType {
        /// The type asked for.
        expected: &'static str,
        /// The actor's type.
        found: &'static str,
    },
}
