//! The state of a stream at some version, so that not all of it has to be read.

use super::{StreamName, Version};

/// A state that was folded from a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream it was folded from.
    pub stream: StreamName,
    /// Identifies the fold that made it. A snapshot of another fold is not found.
    pub fingerprint: u64,
    /// The last event that is folded into it.
    pub version: Version,
    /// The state, in the host's encoding.
    pub data: Vec<u8>,
}
