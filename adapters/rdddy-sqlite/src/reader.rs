//! Reads: each a look at one state of the file, on a connection that never writes.

use std::sync::Arc;

use rdddy_core::limits::READ_PAGE_MAX;
use rdddy_core::message::MessageId;
use rdddy_core::store::{
    CommandRecord, EventQuery, Page, Position, Snapshot, StoredCommand, StoredEvent, StreamName,
    Version,
};
use rusqlite::{Connection, OptionalExtension};

use crate::cache::Cache;
use crate::error::{Damage, Fault};
use crate::limits;
use crate::record::{self, EVENT_COLUMNS, EventRow, integer, same};
use crate::search::{Search, stream_id};

pub(crate) struct Reader {
    pub(crate) connection: Connection,
    names: Names,
}

/// Streams and names of events by their numbers, which never change.
struct Names {
    streams: Cache<i64, StreamName>,
    kinds: Cache<i64, Arc<str>>,
}

/// The names on one page. They are shared by its events alone: to count who shares what, while other
/// threads let go of the events of the page before, would take longer than to read an event.
#[derive(Default)]
struct Shown {
    /// The one whose page it is, if it is one's.
    stream: Option<(i64, StreamName)>,
    kinds: Vec<(i64, Arc<str>)>,
}

/// So many are found faster one by one than by their hash.
const KINDS_SHOWN: usize = 16;

impl Reader {
    pub(crate) fn new(connection: Connection) -> Self {
        let streams = Cache::new(limits::NAMES_REMEMBERED);
        let kinds = Cache::new(limits::NAMES_REMEMBERED);
        Reader { connection, names: Names { streams, kinds } }
    }

    pub(crate) fn read_stream(
        &mut self,
        stream: &StreamName,
        from: Version,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let look = self.connection.unchecked_transaction()?;
        let Some(id) = stream_id(&look, stream)? else { return Ok(Vec::new()) };
        let first = integer(from.0.max(1));
        let mut statement = look.prepare_cached(&format!(
            "select {EVENT_COLUMNS} from events where stream = ?1 and version >= ?2 \
             order by version limit ?3"
        ))?;
        let mut rows = statement.query((id, first, page(limit)))?;
        let own = StreamName::new(stream.category(), stream.key()).ok().map(|own| (id, own));
        let (mut events, mut shown) = (Vec::new(), Shown { stream: own, ..Shown::default() });
        while let Some(row) = rows.next()? {
            let row = EventRow::read(row)?;
            let expected = first.saturating_add(integer(events.len() as u64));
            if row.version != expected {
                let place = format!("version {expected} of the stream {stream}");
                return Err(Fault::damaged(place, Damage::Missing));
            }
            events.push(self.names.event(&look, &mut shown, row)?);
        }
        Ok(events)
    }

    pub(crate) fn read(
        &mut self,
        query: &EventQuery,
        after: &Position,
        limit: usize,
    ) -> Result<Page, Fault> {
        let look = self.connection.unchecked_transaction()?;
        let (head, after) = (head(&look)?, integer(after.sequence()));
        let mut search = Search::new(&look, query)?;
        let limit = page(limit);
        let (mut events, mut last) = (Vec::new(), after);
        let mut room = limit;
        if search.is_everything() {
            self.names.scan(&look, after, limit, |event| events.push(event))?;
            room = limit - integer(events.len() as u64);
            last = after.saturating_add(integer(events.len() as u64));
        } else {
            let mut found = Vec::new();
            while room > 0 {
                let Some(next) = search.first(&look, last.saturating_add(1))? else { break };
                found.push(next);
                (last, room) = (next, room - 1);
            }
            // What stands side by side is read as one.
            for run in found.chunk_by(|one, next| one.saturating_add(1) == *next) {
                match run {
                    [one] => events.push(self.names.event_at(&look, *one)?),
                    [first, ..] => {
                        let (count, before) = (events.len(), first.saturating_sub(1));
                        let length = integer(run.len() as u64);
                        self.names.scan(&look, before, length, |event| events.push(event))?;
                        if events.len() - count < run.len() {
                            return Err(Fault::damaged(record::place(last), Damage::Missing));
                        }
                    }
                    [] => {}
                }
            }
        }
        let reached = if room > 0 { head.max(after) } else { last };
        Ok(Page { events, reached: record::position(reached), at_head: reached >= head })
    }

    pub(crate) fn find_command(&self, id: MessageId) -> Result<Option<StoredCommand>, Fault> {
        find_command(&self.connection, id)
    }

    pub(crate) fn load_snapshot(
        &self,
        stream: &StreamName,
        fingerprint: u64,
    ) -> Result<Option<Snapshot>, Fault> {
        let mut statement = self.connection.prepare_cached(
            "select version, data, checksum from snapshots \
             where stream = (select id from streams where category = ?1 and key = ?2) \
             and fingerprint = ?3",
        )?;
        let key = (stream.category(), stream.key(), fingerprint.cast_signed());
        let found = statement.query_row(key, |row| {
            let version: i64 = row.get(0)?;
            let version = Version(version.unsigned_abs());
            let snapshot =
                Snapshot { stream: stream.clone(), fingerprint, version, data: row.get(1)? };
            Ok((snapshot, row.get::<_, i64>(2)?))
        });
        let Some((snapshot, stored)) = found.optional()? else { return Ok(None) };
        let place = || format!("a snapshot of the stream {stream}");
        same(place, stored, record::snapshot_checksum(&snapshot))?;
        Ok(Some(snapshot))
    }

    /// Gives all events after `after` in order, at most `limit` of them, and checks that none is
    /// missing in between.
    pub(crate) fn scan(
        &mut self,
        after: i64,
        limit: i64,
        take: impl FnMut(StoredEvent),
    ) -> Result<(), Fault> {
        self.names.scan(&self.connection, after, limit, take)
    }
}

impl Names {
    fn scan(
        &mut self,
        connection: &Connection,
        after: i64,
        limit: i64,
        mut take: impl FnMut(StoredEvent),
    ) -> Result<(), Fault> {
        let mut statement = connection.prepare_cached(&format!(
            "select {EVENT_COLUMNS} from events where position > ?1 order by position limit ?2"
        ))?;
        let mut rows = statement.query((after, limit))?;
        let (mut expected, mut shown) = (after, Shown::default());
        while let Some(row) = rows.next()? {
            let row = EventRow::read(row)?;
            expected = expected.saturating_add(1);
            if row.position != expected {
                return Err(Fault::damaged(record::place(expected), Damage::Missing));
            }
            take(self.event(connection, &mut shown, row)?);
        }
        Ok(())
    }

    fn event_at(&mut self, connection: &Connection, position: i64) -> Result<StoredEvent, Fault> {
        let mut statement = connection
            .prepare_cached(&format!("select {EVENT_COLUMNS} from events where position = ?1"))?;
        let mut rows = statement.query([position])?;
        match rows.next()? {
            Some(row) => self.event(connection, &mut Shown::default(), EventRow::read(row)?),
            None => Err(Fault::damaged(record::place(position), Damage::Missing)),
        }
    }

    fn event(
        &mut self,
        connection: &Connection,
        shown: &mut Shown,
        row: EventRow<'_>,
    ) -> Result<StoredEvent, Fault> {
        let stream = match &shown.stream {
            Some((id, stream)) if *id == row.stream => stream.clone(),
            _ => self.stream(connection, row.stream)?,
        };
        let name = match shown.kinds.iter().find(|(id, _)| *id == row.kind) {
            Some((_, name)) => Arc::clone(name),
            None => {
                let name: Arc<str> = (*self.kind(connection, row.kind)?).into();
                if shown.kinds.len() < KINDS_SHOWN {
                    shown.kinds.push((row.kind, Arc::clone(&name)));
                }
                name
            }
        };
        row.event(stream, name)
    }

    fn stream(&mut self, connection: &Connection, id: i64) -> Result<StreamName, Fault> {
        if let Some(known) = self.streams.get(&id) {
            return Ok(known.clone());
        }
        let place = || format!("the name of stream {id}");
        let mut statement =
            connection.prepare_cached("select category, key from streams where id = ?1")?;
        let found: Option<(String, String)> =
            statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (category, key) = found.ok_or_else(|| Fault::damaged(place(), Damage::Missing))?;
        let name = StreamName::new(category, key).map_err(|error| {
            let why = error.to_string();
            Fault::damaged(place(), Damage::Malformed { what: "the name", why })
        })?;
        self.streams.insert(id, name.clone());
        Ok(name)
    }

    fn kind(&mut self, connection: &Connection, id: i64) -> Result<Arc<str>, Fault> {
        if let Some(known) = self.kinds.get(&id) {
            return Ok(Arc::clone(known));
        }
        let mut statement = connection.prepare_cached("select name from kinds where id = ?1")?;
        let found: Option<String> = statement.query_row([id], |row| row.get(0)).optional()?;
        let missing = || Fault::damaged(format!("the name of kind {id}"), Damage::Missing);
        let name: Arc<str> = found.ok_or_else(missing)?.into();
        self.kinds.insert(id, Arc::clone(&name));
        Ok(name)
    }
}

/// The position of the last event.
pub(crate) fn head(connection: &Connection) -> Result<i64, Fault> {
    let mut statement = connection.prepare_cached("select position from head where one = 1")?;
    let found = statement.query_row([], |row| row.get(0)).optional()?;
    found.ok_or_else(|| Fault::damaged("the head of the store", Damage::Missing))
}

/// The command `id`, if it was carried out.
pub(crate) fn find_command(
    connection: &Connection,
    id: MessageId,
) -> Result<Option<StoredCommand>, Fault> {
    let mut statement = connection
        .prepare_cached("select reply, position, checksum from commands where id = ?1")?;
    let found = statement.query_row([id.0.to_be_bytes()], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    let Some((reply, position, stored)) = found.optional()? else { return Ok(None) };
    let found = record::command_checksum(id, &reply, position);
    same(|| format!("the command {id}"), stored, found)?;
    let position = record::position(position);
    Ok(Some(StoredCommand { command: CommandRecord { id, reply }, position }))
}

fn page(limit: usize) -> i64 {
    integer(limit.min(READ_PAGE_MAX) as u64)
}
