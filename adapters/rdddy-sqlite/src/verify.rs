//! Looks whether what is stored is what was written.
//!
//! SQLite notices a page that makes no sense, but not one whose content changed. Checksums, positions
//! without gaps, and the head that is kept apart notice the rest.

use rdddy_core::store::StoredEvent;
use rusqlite::{Connection, OptionalExtension};

use crate::error::{Damage, Fault};
use crate::reader::{Reader, head};
use crate::record::{self, integer, same};
use crate::{document, limits};

/// The last events, with everything that leads to them: where the head is.
pub(crate) fn tail(connection: Connection) -> Result<i64, Fault> {
    let mut reader = Reader::new(connection);
    let head = head(&reader.connection)?;
    let last: i64 = reader.connection.query_row(
        "select coalesce(max(position), 0) from events",
        [],
        |row| row.get(0),
    )?;
    if last != head {
        let first = head.min(last).saturating_add(1);
        return Err(Fault::damaged(record::place(first), Damage::Missing));
    }
    let after = (head - integer(limits::VERIFIED_AT_OPEN)).max(0);
    let found = events(&mut reader, after, integer(limits::VERIFIED_AT_OPEN))?;
    if after.saturating_add(found) != head {
        return Err(Fault::damaged(record::place(after + found + 1), Damage::Missing));
    }
    Ok(head)
}

/// Everything. It takes as long as reading the whole store.
pub(crate) fn everything(reader: &mut Reader) -> Result<(), Fault> {
    structure(&reader.connection)?;
    let mut after = 0;
    loop {
        let found = events(reader, after, 4096)?;
        if found == 0 {
            break;
        }
        after += found;
    }
    commands(reader)?;
    snapshots(reader)?;
    document::verify(&reader.connection)
}

/// SQLite's own check: pages, and whether rows and indexes agree.
pub(crate) fn structure(connection: &Connection) -> Result<(), Fault> {
    let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    Err(Fault::damaged("the structure of the file", Damage::Structure(found)))
}

fn events(reader: &mut Reader, after: i64, limit: i64) -> Result<i64, Fault> {
    let mut events = Vec::new();
    reader.scan(after, limit, |event| events.push(event))?;
    for event in &events {
        indexes(&reader.connection, event)?;
    }
    Ok(integer(events.len() as u64))
}

/// Whether every index leads to `event`.
fn indexes(connection: &Connection, event: &StoredEvent) -> Result<(), Fault> {
    let position = integer(event.position.sequence());
    let (category, key) = (event.stream.category(), event.stream.key());
    let missing = |index| Fault::damaged(record::place(position), Damage::Index { index });
    let found: Option<i64> = connection
        .prepare_cached(
            "select position from events indexed by events_by_stream where version = ?3 \
             and stream = (select id from streams where category = ?1 and key = ?2)",
        )?
        .query_row((category, key, integer(event.version.0)), |row| row.get(0))
        .optional()?;
    if found != Some(position) {
        return Err(missing("streams"));
    }
    let found: Option<i64> = connection
        .prepare_cached(
            "select position from events indexed by events_by_kind where position = ?3 \
             and kind = (select id from kinds where name = ?1 and category = ?2)",
        )?
        .query_row((&*event.event.name, category, position), |row| row.get(0))
        .optional()?;
    if found != Some(position) {
        return Err(missing("names"));
    }
    for tag in &event.event.tags {
        let found: Option<i64> = connection
            .prepare_cached("select position from tags where tag = ?1 and position = ?2")?
            .query_row((tag.as_str(), position), |row| row.get(0))
            .optional()?;
        if found != Some(position) {
            return Err(missing("tags"));
        }
    }
    Ok(())
}

fn commands(reader: &Reader) -> Result<(), Fault> {
    let mut statement =
        reader.connection.prepare("select id, reply, position, checksum from commands")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, reply): ([u8; 16], Vec<u8>) = (row.get(0)?, row.get(1)?);
        let id = rdddy_core::message::MessageId(u128::from_be_bytes(id));
        let found = record::command_checksum(id, &reply, row.get(2)?);
        same(|| format!("the command {id}"), row.get(3)?, found)?;
    }
    Ok(())
}

fn snapshots(reader: &Reader) -> Result<(), Fault> {
    let mut statement = reader.connection.prepare(
        "select category, key, fingerprint from snapshots join streams on streams.id = stream",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (category, key): (String, String) = (row.get(0)?, row.get(1)?);
        let fingerprint: i64 = row.get(2)?;
        // A name that was damaged is found with the events of the stream.
        if let Ok(stream) = rdddy_core::store::StreamName::new(category, key) {
            reader.load_snapshot(&stream, fingerprint.cast_unsigned())?;
        }
    }
    Ok(())
}
