//! How events and queries are written down, and read again.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    EventQuery, NewEvent, Position, StoredEvent, StreamName, Version, Within, decode_metadata,
    decode_tags,
};
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::error::{Damage, Fault};

/// The columns of an event, of the table that is called `e`.
pub(crate) const EVENT_COLUMNS: &str = "e.position, e.category, e.key, e.version, e.at, e.id, \
     e.name, e.schema, e.data, e.tags, e.metadata";

/// Names that many events of a page have. To look through some is faster than to allocate one.
#[derive(Default)]
pub(crate) struct Shared(Vec<Arc<str>>);

impl Shared {
    const MOST: usize = 16;

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| ***known == *name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        if self.0.len() < Shared::MOST {
            self.0.push(Arc::clone(&name));
        }
        name
    }
}

/// The event in the columns from `first` on, which are [`EVENT_COLUMNS`].
pub(crate) fn event(row: &Row, first: usize, shared: &mut Shared) -> Result<StoredEvent, Fault> {
    let number: i64 = column(row, first, "an event", "its position")?;
    let of = Of { row, first, number };
    let category = shared.name(of.text(1, "its category")?);
    let stream = StreamName::new(category, of.text(2, "its key")?)
        .map_err(|error| of.malformed("the name of its stream", &error))?;
    let tags = match of.column::<Option<&str>>(9, "its tags")? {
        None => Vec::new(),
        Some(tags) => {
            decode_tags(tags).map_err(|error| of.malformed("the list of its tags", &*error))?
        }
    };
    let id: &[u8] = of.column(5, "its id")?;
    let id = id.try_into().map_err(|error| of.malformed("its id", &error))?;
    let id = MessageId(u128::from_be_bytes(id));
    let at = Timestamp(Duration::from_nanos(of.column::<i64>(4, "its time")?.cast_unsigned()));
    let metadata = decode_metadata(of.column(10, "its metadata")?, id, at)
        .map_err(|error| of.malformed("its metadata", &error))?;
    let event = NewEvent {
        id,
        name: shared.name(of.text(6, "its name")?),
        schema: of.column::<i32>(7, "its schema")?.cast_unsigned(),
        data: of.column::<&[u8]>(8, "its data")?.to_vec(),
        tags,
        metadata,
    };
    Ok(StoredEvent {
        position: position(number),
        stream,
        version: version(of.column(3, "its version")?),
        recorded_at: at,
        event,
    })
}

/// The columns of an event, which say where they stand only if something is wrong with them.
struct Of<'r> {
    row: &'r Row,
    first: usize,
    number: i64,
}

impl<'r> Of<'r> {
    fn column<T: FromSql<'r>>(&self, nth: usize, what: &'static str) -> Result<T, Fault> {
        self.row.try_get(self.first + nth).map_err(|error| self.malformed(what, &error))
    }

    fn text(&self, nth: usize, what: &'static str) -> Result<&'r str, Fault> {
        let bytes: &[u8] = self.column(nth, what)?;
        std::str::from_utf8(bytes).map_err(|error| self.malformed(what, &error))
    }

    fn malformed(&self, what: &'static str, why: &dyn std::error::Error) -> Fault {
        malformed(&place(self.number), what, why)
    }
}

/// One column of a row; one of another type is damage.
pub(crate) fn column<'r, T: FromSql<'r>>(
    row: &'r Row,
    index: usize,
    place: &str,
    what: &'static str,
) -> Result<T, Fault> {
    row.try_get(index).map_err(|error| malformed(place, what, &error))
}

/// `query` as the server's search takes it.
pub(crate) fn query(query: &EventQuery) -> String {
    let (category, key) = match query.within() {
        Some(Within::Category(category)) => (Some(&**category), None),
        Some(Within::Stream(stream)) => (Some(stream.category()), Some(stream.key())),
        _ => (None, None),
    };
    let items = query.items().iter().map(|item| {
        let names: Vec<Value> = item.names().iter().map(|name| hex(name)).collect();
        let tags: Vec<Value> = item.tags().iter().map(|tag| hex(tag.as_str())).collect();
        json!({ "names": names, "tags": tags })
    });
    let items: Vec<Value> = items.collect();
    json!({ "category": category.map(hex), "key": key.map(hex), "items": items }).to_string()
}

fn hex(text: &str) -> Value {
    let digits = text.bytes().fold(String::with_capacity(text.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    Value::String(digits)
}

pub(crate) fn place(position: i64) -> String {
    format!("the event at position {position}")
}

pub(crate) fn malformed(place: &str, what: &'static str, why: &dyn std::error::Error) -> Fault {
    let why = why.source().map_or_else(|| why.to_string(), |source| format!("{why}: {source}"));
    Fault::damaged(place, Damage::Malformed { what, why })
}

/// Positions and versions are counted from 1, and stay far below the largest integer of PostgreSQL.
pub(crate) fn position(sequence: i64) -> Position {
    Position::from_sequence(sequence.unsigned_abs())
}

pub(crate) fn version(number: i64) -> Version {
    Version(number.unsigned_abs())
}

/// As an integer of PostgreSQL; beyond the largest is as good as the largest.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number of something in a group, which has far fewer than fit.
pub(crate) fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Whole nanoseconds since 1970, up to the year 2554; the highest bit is kept in the sign.
pub(crate) fn nanos(at: Timestamp) -> i64 {
    u64::try_from(at.0.as_nanos()).unwrap_or(u64::MAX).cast_signed()
}
