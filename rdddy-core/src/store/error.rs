//! Why a store refused.

use super::{EventQuery, Expected, Position, StreamName, Version};

/// What the adapter or its database says is wrong.
pub type StoreCause = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A stream is not as expected. The caller decides anew on its present state.
    #[error("stream `{stream}` is at version {found}, not as expected: {expected:?}")]
    Conflict {
        /// The stream.
        stream: StreamName,
        /// What was expected.
        expected: Expected,
        /// What was found.
        found: Version,
    },
    /// An event exists that the decision did not see. The caller decides anew.
    #[error("an event at position {found} matches the decision's query and was not seen by it")]
    SomethingNew {
        /// What the decision depends on.
        query: Box<EventQuery>,
        /// What it had seen.
        after: Option<Position>,
        /// The first such event.
        found: Position,
    },
    /// It is beyond a limit; it never fits.
    #[error("{what}: {size}, more than the limit of {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size, in bytes or pieces.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// One stream is listed more than once.
    #[error("stream `{stream}` is listed twice in one append")]
    StreamTwice {
        /// The stream.
        stream: StreamName,
    },
    /// The store refused before it stored anything, for a reason that may pass. Nothing is stored.
    #[error("the event store is not available")]
    Unavailable {
        /// What the store says.
        source: StoreCause,
    },
    /// The acknowledgement was lost: it may be stored, or not. Sending it again with the same
    /// command id is safe.
    #[error("whether the append was stored is not known")]
    Unacknowledged {
        /// What the store says.
        source: StoreCause,
    },
    /// The store refuses to write until somebody has looked: disk full, read only, no permission.
    #[error("the event store refuses to write")]
    Refused {
        /// What the store says.
        source: StoreCause,
    },
    /// What is stored is damaged.
    #[error("the event store is damaged: {place}")]
    Corrupt {
        /// Where.
        place: String,
        /// What the store says.
        source: StoreCause,
    },
}

impl AppendError {
    /// Whether the same append may succeed later. A conflict is not transient: the decision has to
    /// be taken anew, see [`AppendError::is_conflict`].
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, AppendError::Unavailable { .. } | AppendError::Unacknowledged { .. })
    }

    /// Whether deciding anew, on the present state, may succeed.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, AppendError::Conflict { .. } | AppendError::SomethingNew { .. })
    }
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store does not answer, for a reason that may pass.
    #[error("the event store is not available")]
    Unavailable {
        /// What the store says.
        source: StoreCause,
    },
    /// The store refuses to read until somebody has looked.
    #[error("the event store refuses to read")]
    Refused {
        /// What the store says.
        source: StoreCause,
    },
    /// What is stored is damaged.
    #[error("the event store is damaged: {place}")]
    Corrupt {
        /// Where.
        place: String,
        /// What the store says.
        source: StoreCause,
    },
}

impl ReadError {
    /// Whether the same read may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, ReadError::Unavailable { .. })
    }
}
