//! How events, commands and snapshots are written down, and read again.
//!
//! Every row carries a checksum of all that it says, where it stands included: SQLite has none in its
//! pages.

use std::time::Duration;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, NewEvent, Position, Snapshot, StoredEvent, StreamName, Version,
    decode_metadata, decode_tags, encode_metadata, encode_tags,
};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, ValueRef};

use crate::checksum::Checksum;
use crate::error::{Damage, Fault};

/// The columns of [`EventRow`].
pub(crate) const EVENT_COLUMNS: &str =
    "position, stream, version, kind, schema, at, id, data, tags, metadata, checksum";

/// An append with all that can be encoded before its turn has come.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) append: Append,
    /// One for each event, in order.
    pub(crate) events: Vec<PreparedEvent>,
    /// Room for what becomes of the streams.
    pub(crate) versions: Vec<Version>,
    pub(crate) bytes: usize,
}

#[derive(Debug)]
pub(crate) struct PreparedEvent {
    pub(crate) tags: Option<String>,
    pub(crate) metadata: String,
    /// Of everything but position and version.
    checksum: u32,
}

impl Prepared {
    pub(crate) fn new(append: Append) -> Result<Self, AppendError> {
        append.check()?;
        let (mut events, mut bytes) = (Vec::new(), 0);
        for part in &append.streams {
            for event in &part.events {
                let prepared = PreparedEvent::new(&part.stream, append.at, event)
                    .map_err(|source| AppendError::Refused { source: source.into() })?;
                bytes += event.data.len() + prepared.metadata.len();
                events.push(prepared);
            }
        }
        bytes += append.command.as_ref().map_or(0, |command| command.reply.len());
        bytes += append.snapshots.iter().map(|snapshot| snapshot.data.len()).sum::<usize>();
        let versions = Vec::with_capacity(append.streams.len());
        Ok(Prepared { append, events, versions, bytes })
    }
}

impl PreparedEvent {
    fn new(stream: &StreamName, at: Timestamp, event: &NewEvent) -> serde_json::Result<Self> {
        let (tags, metadata) = (encode_tags(event)?, encode_metadata(event, at)?);
        let checksum = event_checksum(stream, nanos(at), event, tags.as_deref(), &metadata).end();
        Ok(PreparedEvent { tags, metadata, checksum })
    }

    /// The checksum of the event at its place.
    pub(crate) fn checksum_at(&self, position: i64, version: i64) -> u32 {
        placed(Checksum::after(self.checksum), position, version)
    }
}

fn event_checksum(
    stream: &StreamName,
    at: i64,
    event: &NewEvent,
    tags: Option<&str>,
    metadata: &str,
) -> Checksum {
    let mut checksum = Checksum::new();
    for part in [stream.category(), stream.key(), &event.name, tags.unwrap_or_default(), metadata] {
        checksum.add_text(part.as_bytes());
    }
    checksum.add_text(&event.data);
    checksum.add(&event.id.0.to_be_bytes());
    checksum.add(&event.schema.to_be_bytes());
    checksum.add(&at.to_be_bytes());
    checksum
}

fn placed(mut checksum: Checksum, position: i64, version: i64) -> u32 {
    checksum.add(&position.to_be_bytes());
    checksum.add(&version.to_be_bytes());
    checksum.end()
}

pub(crate) fn command_checksum(id: MessageId, reply: &[u8], position: i64) -> u32 {
    let mut checksum = Checksum::new();
    checksum.add(&id.0.to_be_bytes());
    checksum.add(&position.to_be_bytes());
    checksum.add(reply);
    checksum.end()
}

pub(crate) fn snapshot_checksum(snapshot: &Snapshot) -> u32 {
    let mut checksum = Checksum::new();
    checksum.add_text(snapshot.stream.category().as_bytes());
    checksum.add_text(snapshot.stream.key().as_bytes());
    checksum.add(&snapshot.fingerprint.to_be_bytes());
    checksum.add(&integer(snapshot.version.0).to_be_bytes());
    checksum.add(&snapshot.data);
    checksum.end()
}

pub(crate) fn document_checksum(table: &str, key: &str, data: &[u8]) -> u32 {
    let mut checksum = Checksum::new();
    checksum.add_text(table.as_bytes());
    checksum.add_text(key.as_bytes());
    checksum.add(data);
    checksum.end()
}

/// Whether what is there is what was stored.
pub(crate) fn same(place: impl Fn() -> String, stored: i64, found: u32) -> Result<(), Fault> {
    if stored == i64::from(found) {
        return Ok(());
    }
    // A checksum that is out of range is damaged itself.
    let stored = u32::try_from(stored).unwrap_or(!found);
    Err(Fault::damaged(place(), Damage::Checksum { stored, found }))
}

/// An event as its row says, before its stream and kind are known by name.
pub(crate) struct EventRow<'r> {
    pub(crate) position: i64,
    pub(crate) stream: i64,
    pub(crate) version: i64,
    pub(crate) kind: i64,
    schema: u32,
    at: i64,
    id: [u8; 16],
    data: &'r [u8],
    tags: Option<&'r str>,
    metadata: &'r str,
    checksum: i64,
}

impl<'r> EventRow<'r> {
    /// From a row of [`EVENT_COLUMNS`].
    pub(crate) fn read(row: &'r Row<'_>) -> Result<Self, Fault> {
        let position = row.get(0)?;
        let bytes = |column: usize| {
            let value = row.get_ref(column)?;
            value.as_bytes().map_err(|error| wrong_type(column, value, error))
        };
        let text = |column: usize| {
            let value = row.get_ref(column)?;
            value.as_str().map_err(|error| wrong_type(column, value, error))
        };
        let read = || -> rusqlite::Result<Self> {
            let is_tagged = row.get_ref(8)? != ValueRef::Null;
            Ok(EventRow {
                position,
                stream: row.get(1)?,
                version: row.get(2)?,
                kind: row.get(3)?,
                schema: row.get(4)?,
                at: row.get(5)?,
                id: row.get(6)?,
                data: bytes(7)?,
                tags: if is_tagged { Some(text(8)?) } else { None },
                metadata: text(9)?,
                checksum: row.get(10)?,
            })
        };
        read().map_err(|error| malformed(&place(position), "a column", &error))
    }

    /// The event, once `stream` and `name` are known; checked.
    pub(crate) fn event(
        self,
        stream: StreamName,
        name: std::sync::Arc<str>,
    ) -> Result<StoredEvent, Fault> {
        let place = || place(self.position);
        let tags = match self.tags {
            None => Vec::new(),
            Some(tags) => decode_tags(tags).map_err(|why| malformed(&place(), "a tag", &*why))?,
        };
        let (id, at) = (MessageId(u128::from_be_bytes(self.id)), timestamp(self.at));
        let metadata = decode_metadata(self.metadata, id, at)
            .map_err(|error| malformed(&place(), "its metadata", &error))?;
        let data = self.data.to_vec();
        let event = NewEvent { id, name, schema: self.schema, data, tags, metadata };
        let found = event_checksum(&stream, self.at, &event, self.tags, self.metadata);
        same(place, self.checksum, placed(found, self.position, self.version))?;
        Ok(StoredEvent {
            position: position(self.position),
            stream,
            version: Version(self.version.unsigned_abs()),
            recorded_at: at,
            event,
        })
    }
}

fn wrong_type(column: usize, value: ValueRef<'_>, error: FromSqlError) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, value.data_type(), error.into())
}

pub(crate) fn place(position: i64) -> String {
    format!("the event at position {position}")
}

fn malformed(place: &str, what: &'static str, why: &dyn std::fmt::Display) -> Fault {
    Fault::damaged(place, Damage::Malformed { what, why: why.to_string() })
}

/// Positions and versions are counted from 1, and stay far below the largest integer of SQLite.
pub(crate) fn position(sequence: i64) -> Position {
    Position::from_sequence(sequence.unsigned_abs())
}

/// As an integer of SQLite; beyond the largest is as good as the largest.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whole nanoseconds since 1970, up to the year 2554; the bits above the largest integer of SQLite
/// are kept in its sign.
pub(crate) fn nanos(at: Timestamp) -> i64 {
    u64::try_from(at.0.as_nanos()).unwrap_or(u64::MAX).cast_signed()
}

fn timestamp(nanos: i64) -> Timestamp {
    Timestamp(Duration::from_nanos(nanos.cast_unsigned()))
}
