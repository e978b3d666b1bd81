//! Why a decision across streams was not taken.

use crate::host::NoStore;
use crate::store::{AppendError, EventDecodeError, NameError, Position, ReadError};

/// Why nothing was decided. `X` is how the decision itself refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError<X> {
    /// The decision says no.
    #[error("{0}")]
    Refused(X),
    /// Others were first, each time.
    #[error("others were first, {attempts} times")]
    Conflict {
        /// How often it was decided.
        attempts: u32,
        /// The last conflict.
        source: AppendError,
    },
    /// What it depends on could not be read.
    #[error("what the decision depends on cannot be read")]
    Read(#[from] ReadError),
    /// An event that it depends on could not be decoded.
    #[error("the event at position {position} cannot be decoded")]
    Event {
        /// Where the event stands.
        position: Position,
        /// Why.
        source: EventDecodeError,
    },
    /// An event has a tag that cannot be stored.
    #[error("a tag of `{event}` cannot be stored")]
    Tag {
        /// The name of the event.
        event: &'static str,
        /// Why.
        source: NameError,
    },
    /// An event could not be encoded.
    #[error("`{event}` cannot be encoded")]
    Encode {
        /// The name of the event.
        event: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// The reply could not be encoded, or the stored one is not of this type. A stored reply of
    /// another type means that the command id was used before, for something else.
    #[error("the reply of the command cannot be encoded or decoded")]
    Reply {
        /// Why.
        source: serde_json::Error,
    },
    /// The store refused.
    #[error("the decision was not stored")]
    Append(#[source] AppendError),
    /// The system has no store.
    #[error(transparent)]
    NoStore(#[from] NoStore),
}

impl<X> DecideError<X> {
    /// Whether the same decision may succeed later. Without a command id,
    /// [`AppendError::Unacknowledged`] may already be stored.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            DecideError::Conflict { .. } => true,
            DecideError::Read(error) => error.is_transient(),
            DecideError::Append(error) => error.is_transient(),
            _ => false,
        }
    }

    /// What the decision itself says, if it is that.
    #[must_use]
    pub fn refusal(self) -> Option<X> {
        match self {
            DecideError::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}
