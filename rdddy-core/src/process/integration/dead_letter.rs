//! What came and could not be taken, kept until somebody has looked.

use serde::{Deserialize, Serialize};

use super::CloudEvent;
use crate::message::{Event, EventScope, Kind, Message, Sealed, Timestamp};
use crate::store::{CommitError, ReadError};

/// The table of all dead letters, by when they came.
pub(super) const DEAD_LETTERS: &str = "rdddy.dead_letters";

/// An event that came and could not be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// By which it is found.
    pub id: String,
    /// What came.
    pub event: CloudEvent,
    /// Why it could not be taken.
    pub why: String,
    /// When it came.
    pub at: Timestamp,
}

/// An event from elsewhere could not be taken. It is kept as a dead letter, unless there are too many.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DeadLettered {
    /// Where it came from.
    pub source: String,
    /// What was said to have happened.
    pub event_type: String,
    /// Why it could not be taken.
    pub why: String,
    /// Whether it is kept.
    pub kept: bool,
}

impl Sealed for DeadLettered {}

impl Message for DeadLettered {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.DeadLettered"
    }
}

impl Event for DeadLettered {
    const SCOPE: EventScope = EventScope::Domain;
}

/// Why nothing could be done about dead letters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeadLetterError {
    /// There is none with this id.
    #[error("there is no dead letter `{id}`")]
    Unknown {
        /// The id.
        id: String,
    },
    /// It still cannot be taken.
    #[error("it still cannot be taken: {why}")]
    Again {
        /// Why not.
        why: String,
    },
    /// The store could not be read.
    #[error("dead letters cannot be read")]
    Read(#[from] ReadError),
    /// The store could not be written.
    #[error("a dead letter cannot be removed")]
    Commit(#[from] CommitError),
    /// A letter cannot be understood.
    #[error("a dead letter cannot be understood")]
    Malformed(#[from] serde_json::Error),
}
