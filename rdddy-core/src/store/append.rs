//! One all-or-nothing unit of writing, and what comes of it.

use super::{AppendError, EventQuery, NewEvent, Position, Snapshot, StreamName, Version};
use crate::limits;
use crate::message::{MessageId, Timestamp};

/// What is stored together, or not at all.
///
/// A store looks first whether it knows the command, then checks the conditions, then stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// When it was decided.
    pub at: Timestamp,
    /// The streams that are added to, each once.
    pub streams: Vec<StreamAppend>,
    /// Fails when something has happened that the decision did not see.
    pub nothing_new: Option<NothingNew>,
    /// The command that is answered; a known one is not carried out again.
    pub command: Option<CommandRecord>,
    /// Snapshots to keep.
    pub snapshots: Vec<Snapshot>,
}

/// Events for one stream, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamName,
    /// What the stream must look like.
    pub expected: Expected,
    /// The events; none to check the stream only.
    pub events: Vec<NewEvent>,
}

/// What a stream must look like for an append to succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// Anything will do.
    Any,
    /// It has no events.
    NoStream,
    /// It is at this version; [`Version::NONE`] means the same as `NoStream`.
    Version(Version),
    /// It is at this version, by this very event. Of a decision on top of an append that is still on
    /// its way: should that one fail, somebody else's event may take its place.
    After {
        /// The version.
        version: Version,
        /// The event that brought it there.
        event: MessageId,
    },
}

impl Expected {
    /// Whether a stream at `found` is as expected, but for [`Expected::event`].
    #[must_use]
    pub fn allows(self, found: Version) -> bool {
        match self {
            Expected::Any => true,
            Expected::NoStream => found == Version::NONE,
            Expected::Version(version) | Expected::After { version, .. } => found == version,
        }
    }

    /// The event that must be the stream's last one, if it matters which.
    #[must_use]
    pub fn event(self) -> Option<MessageId> {
        match self {
            Expected::After { event, .. } => Some(event),
            _ => None,
        }
    }
}

/// A dynamic consistency boundary: no event that matches `query` may exist after `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NothingNew {
    /// What the decision depends on.
    pub query: EventQuery,
    /// What the decision has seen; `None` when it counts on there being no such event at all.
    pub after: Option<Position>,
}

/// A command and its answer, stored with the events that it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRecord {
    /// Identifies the command.
    pub id: MessageId,
    /// The answer, in the host's encoding.
    pub reply: Vec<u8>,
}

/// A command that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCommand {
    /// The command and its first answer.
    pub command: CommandRecord,
    /// Where its events end; the head at that time when it had none.
    pub position: Position,
}

/// What came of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is durable, and readable at the position.
    Stored {
        /// Where the last of its events stands; the head when it had none.
        position: Position,
        /// The versions that its streams are at now, in the order of the append.
        versions: Vec<Version>,
    },
    /// The command was known. Nothing was stored.
    Repeated(StoredCommand),
}

impl Append {
    /// Nothing yet, decided at `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Append { at, streams: Vec::new(), nothing_new: None, command: None, snapshots: Vec::new() }
    }

    /// Also `events` for `stream`, if that is as `expected`.
    #[must_use]
    pub fn to(mut self, stream: StreamName, expected: Expected, events: Vec<NewEvent>) -> Self {
        self.streams.push(StreamAppend { stream, expected, events });
        self
    }

    /// Only if no event that matches `query` exists after `after`.
    #[must_use]
    pub fn if_nothing_new(mut self, query: EventQuery, after: Option<Position>) -> Self {
        self.nothing_new = Some(NothingNew { query, after });
        self
    }

    /// As the answer `reply` to the command `id`.
    #[must_use]
    pub fn answering(mut self, id: MessageId, reply: Vec<u8>) -> Self {
        self.command = Some(CommandRecord { id, reply });
        self
    }

    /// Also this snapshot.
    #[must_use]
    pub fn with_snapshot(mut self, snapshot: Snapshot) -> Self {
        self.snapshots.push(snapshot);
        self
    }

    /// Checks it against the limits that all stores share. A store calls this first.
    ///
    /// # Errors
    ///
    /// [`AppendError::TooLarge`] beyond a limit, [`AppendError::StreamTwice`] when a stream is
    /// listed more than once.
    pub fn check(&self) -> Result<(), AppendError> {
        let mut seen = std::collections::BTreeSet::new();
        let (mut count, mut bytes) = (0, 0);
        for part in &self.streams {
            if !seen.insert(&part.stream) {
                return Err(AppendError::StreamTwice { stream: part.stream.clone() });
            }
            count += part.events.len();
            for event in &part.events {
                within("the name of an event", event.name.len(), limits::MESSAGE_NAME_MAX)?;
                within("the data of an event", event.data.len(), limits::ENCODED_MESSAGE_MAX)?;
                within("the tags of an event", event.tags.len(), limits::TAGS_PER_EVENT_MAX)?;
                bytes += event.data.len();
            }
        }
        bytes += self.command.as_ref().map_or(0, |command| command.reply.len());
        bytes += self.snapshots.iter().map(|snapshot| snapshot.data.len()).sum::<usize>();
        let items = self.nothing_new.as_ref().map_or(0, |new| new.query.items().len());
        within("the items of a query", items, limits::QUERY_ITEMS_MAX)?;
        within("the events of an append", count, limits::APPEND_EVENTS_MAX)?;
        within("the bytes of an append", bytes, limits::APPEND_BYTES_MAX)
    }
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<(), AppendError> {
    if size > limit {
        return Err(AppendError::TooLarge { what, size, limit });
    }
    Ok(())
}
