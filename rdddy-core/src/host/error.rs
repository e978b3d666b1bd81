//! Why a command was not carried out, and why a system cannot host.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::message::{ContractBreach, Request};
use crate::model::SourceLocation;
use crate::runtime::Failure;
use crate::store::{AppendError, EventDecodeError, NameError, ReadError, Version};

/// Why a command was not carried out.
#[non_exhaustive]
pub enum ExecuteError<C: Request> {
    /// The aggregate refused: the error that the command declares.
    Refused(C::Error),
    /// A contract of the aggregate did not hold: a defect. Nothing was stored.
    Breach(ContractBreach),
    /// Deciding or applying panicked: a defect. Nothing was stored.
    Failed(Failure),
    /// Others were first, again and again; or once, if the command cannot be decided again because it
    /// is not `Clone`.
    Conflict(Arc<AppendError>),
    /// The store did not take the events.
    Store(Arc<AppendError>),
    /// The aggregate could not be read.
    Read(HostReadError),
    /// The key cannot name a stream.
    Key(NameError),
    /// No aggregate decides about this command.
    NoOwner,
    /// The system has no store: see [`SystemBuilder::store`](crate::runtime::SystemBuilder::store).
    NoStore,
    /// The reply cannot be stored with the command's id: its type lacks serde's traits.
    ReplyNotStorable,
    /// What is stored is malformed: the reply to a repeated command, or an event that cannot be
    /// written.
    Malformed(Arc<serde_json::Error>),
    /// The system is shutting down.
    ShuttingDown,
}

/// Why an aggregate could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostReadError {
    /// The store did not answer.
    #[error(transparent)]
    Store(Arc<ReadError>),
    /// A stored event is not one of the aggregate's, or cannot be read.
    #[error("event {version} of `{stream}` cannot be read")]
    Event {
        /// The stream.
        stream: String,
        /// Which one.
        version: u64,
        /// What is wrong with it.
        source: Arc<EventDecodeError>,
    },
    /// Events of the stream are missing, or come twice.
    #[error("`{stream}` has event {found} where event {expected} belongs")]
    Gap {
        /// The stream.
        stream: String,
        /// The event that should be next.
        expected: u64,
        /// The one that is.
        found: u64,
    },
    /// The state of an aggregate whose state is stored cannot be read.
    #[error("the state of `{stream}` cannot be read")]
    State {
        /// The stream.
        stream: String,
        /// What is wrong with it.
        source: Arc<StateError>,
    },
    /// Applying a stored event panicked.
    #[error("`{stream}` cannot be folded: {failure}")]
    Fold {
        /// The stream.
        stream: String,
        /// What happened.
        failure: Failure,
    },
}

/// What is wrong with a stored state. Its events are there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Events have happened, and no state was stored with them: the aggregate was not
    /// `stored = state` then.
    #[error("there are events, and no state")]
    Missing,
    /// The events end before it.
    #[error("it is of version {version}, and there is no such event")]
    Ahead {
        /// Its version.
        version: Version,
    },
    /// It does not look like its type.
    #[error("that of version {version} is malformed")]
    Malformed {
        /// Its version.
        version: Version,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

impl<C: Request> ExecuteError<C> {
    /// The aggregate's own error, if it refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&C::Error> {
        match self {
            ExecuteError::Refused(error) => Some(error),
            _ => None,
        }
    }
}

impl<C: Request> fmt::Display for ExecuteError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = C::name();
        match self {
            ExecuteError::Refused(_) => write!(f, "{name} was refused"),
            ExecuteError::Breach(breach) => write!(f, "{name} broke a contract: {breach}"),
            ExecuteError::Failed(failure) => write!(f, "deciding about {name} failed: {failure}"),
            ExecuteError::Conflict(_) => write!(f, "{name} was overtaken by others"),
            ExecuteError::Store(_) => write!(f, "what {name} led to was not stored"),
            ExecuteError::Read(_) => write!(f, "the aggregate of {name} could not be read"),
            ExecuteError::Key(_) => write!(f, "the key of {name} cannot name a stream"),
            ExecuteError::NoOwner => write!(f, "no aggregate decides about {name}"),
            ExecuteError::NoStore => f.write_str("the system was started without a store"),
            ExecuteError::ReplyNotStorable => {
                write!(f, "the reply of {name} does not implement serde's traits")
            }
            ExecuteError::Malformed(_) => write!(f, "something that {name} stores is malformed"),
            ExecuteError::ShuttingDown => f.write_str("the system is shutting down"),
        }
    }
}

impl<C: Request> fmt::Debug for ExecuteError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecuteError::Refused(error) => f.debug_tuple("Refused").field(error).finish(),
            ExecuteError::Breach(breach) => f.debug_tuple("Breach").field(breach).finish(),
            ExecuteError::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            ExecuteError::Conflict(error) => f.debug_tuple("Conflict").field(error).finish(),
            ExecuteError::Store(error) => f.debug_tuple("Store").field(error).finish(),
            ExecuteError::Read(error) => f.debug_tuple("Read").field(error).finish(),
            ExecuteError::Key(error) => f.debug_tuple("Key").field(error).finish(),
            ExecuteError::NoOwner => f.write_str("NoOwner"),
            ExecuteError::NoStore => f.write_str("NoStore"),
            ExecuteError::ReplyNotStorable => f.write_str("ReplyNotStorable"),
            ExecuteError::Malformed(error) => f.debug_tuple("Malformed").field(error).finish(),
            ExecuteError::ShuttingDown => f.write_str("ShuttingDown"),
        }
    }
}

impl<C: Request> Error for ExecuteError<C> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ExecuteError::Refused(error) => Some(error),
            ExecuteError::Conflict(error) | ExecuteError::Store(error) => Some(&**error),
            ExecuteError::Read(error) => Some(error),
            ExecuteError::Key(error) => Some(error),
            ExecuteError::Malformed(error) => Some(&**error),
            _ => None,
        }
    }
}

/// Why a system cannot host what it was told to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// Two aggregates decide about one command, which is then routed to neither.
    #[error(
        "`{command}` has two owners: `{first}` ({first_location}) and `{second}` ({second_location})"
    )]
    TwoOwners {
        /// The command.
        command: &'static str,
        /// One owner.
        first: &'static str,
        /// Where its block stands.
        first_location: SourceLocation,
        /// The other owner.
        second: &'static str,
        /// Where its block stands.
        second_location: SourceLocation,
    },
    /// Policies, sagas and projections follow the events of a store.
    #[error("a process needs a store: give the system one with `.store(..)`")]
    NoStore,
    /// How far a process has read is kept in documents, and the store has none.
    #[error("`{process}` needs documents, which the store does not keep: give `.documents(..)`")]
    NoDocuments {
        /// The process.
        process: &'static str,
    },
    /// An event that crosses the border of the system is not meant to.
    #[error(
        "`{process}` is given `{event}`, which is not meant for others: it lacks \
         `#[event(integration)]`, or `#[event(external)]` where it only comes in"
    )]
    NotForOthers {
        /// The outbox or inbox.
        process: &'static str,
        /// The event.
        event: &'static str,
    },
    /// An outbox is not told what to send.
    #[error("`{process}` sends nothing: give it `.sends::<..>()`")]
    NothingToSend {
        /// The outbox.
        process: &'static str,
    },
    /// Two processes have one name, and would read for one another.
    #[error("two processes are called `{process}`")]
    ProcessTwice {
        /// The name.
        process: &'static str,
    },
    /// Two processes answer one query.
    #[error("`{query}` is answered twice: by `{first}` and by `{second}`")]
    TwoAnswers {
        /// The query.
        query: &'static str,
        /// Who answers it.
        first: &'static str,
        /// Who answers it as well.
        second: &'static str,
    },
}
