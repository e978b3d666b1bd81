//! Events as a store sees them: a name, bytes, and what they are found by.

use std::sync::Arc;

use super::{Position, StreamName, Tag, Version};
use crate::message::{MessageId, Metadata, Timestamp};

/// An event to be stored. A store never looks into its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Identifies the event.
    pub id: MessageId,
    /// Its stable name: `sales.OrderPlaced`.
    pub name: Arc<str>,
    /// Version of its shape, counted from 1.
    pub schema: u32,
    /// Its content as JSON.
    pub data: Vec<u8>,
    /// What it is about.
    pub tags: Vec<Tag>,
    /// What is known about it beside its content.
    pub metadata: Metadata,
}

/// An event that has been stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Where it stands in the store.
    pub position: Position,
    /// The stream it belongs to.
    pub stream: StreamName,
    /// Where it stands in its stream, counted from 1.
    pub version: Version,
    /// When it was decided, by the clock of the system that appended it.
    pub recorded_at: Timestamp,
    /// What was stored.
    pub event: NewEvent,
}
