//! The one thread that writes: it commits all that waits as one group, without waiting for more.
//!
//! Each append of a group is looked at on the state that those before it leave. One that is refused
//! has written nothing, so the others are not harmed. When a write itself fails the group is rolled
//! back, and each append is tried in a transaction of its own. Callers are answered, and readers are
//! told, after the commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use rdddy_core::message::MessageId;
use rdddy_core::store::{
    Append, AppendError, Appended, NothingNew, Position, Snapshot, StoredCommand, StreamName,
    Version,
};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;

use crate::cache::Cache;
use crate::error::{Closed, Fault};
use crate::job::{Group, Job};
use crate::queue::Taker;
use crate::reader::find_command;
use crate::record::{self, Prepared, PreparedEvent, integer};
use crate::search::{Search, latest_version, stream_id};
use crate::statements::Statements;
use crate::{document, limits};

type Outcome = Result<Appended, AppendError>;

pub(crate) struct Writer<'c> {
    connection: &'c Connection,
    /// Where the streams of the append in hand are, in its order; those that are not there are new.
    found: Vec<Option<StreamState>>,
    statements: Statements<'c>,
    streams: Cache<StreamName, StreamState>,
    kinds: Kinds,
    /// Of what is committed, and told to readers.
    head: watch::Sender<u64>,
    /// Of what is written, committed or not.
    written: i64,
    /// Why nothing is written any more.
    broken: Option<Closed>,
}

#[derive(Clone, Copy)]
struct StreamState {
    id: i64,
    version: i64,
}

/// Why a transaction failed.
enum Failed {
    /// Nothing of it is stored.
    Before(Fault),
    /// It may be stored.
    AtCommit(Fault),
}

impl<'c> Writer<'c> {
    pub(crate) fn new(connection: &'c Connection, head: watch::Sender<u64>) -> Result<Self, Fault> {
        let statements = Statements::prepare(connection)?;
        let written = integer(*head.borrow());
        let streams = Cache::new(limits::STREAMS_REMEMBERED);
        let kinds = Kinds::default();
        let found = Vec::new();
        Ok(Writer { connection, found, statements, streams, kinds, head, written, broken: None })
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self, taker: Taker<'_, Job>) {
        let Taker(queue) = taker;
        while let Some(jobs) = queue.take(limits::GROUP_APPENDS_MAX, limits::GROUP_BYTES_MAX) {
            let mut group = Group::default();
            group.extend(jobs);
            // Those who were answered a moment ago come back while the first are written. They join
            // the same commit, which waits for nobody.
            self.commit(&mut group, |group| {
                let more = limits::GROUP_APPENDS_MAX.saturating_sub(group.jobs.len());
                let bytes = limits::GROUP_BYTES_MAX.checked_sub(group.bytes);
                group.extend(bytes.map_or(Vec::new(), |bytes| queue.take_waiting(more, bytes)))
            });
            group.jobs.into_iter().for_each(Job::answer);
        }
    }

    /// Commits `group`, and what `join` adds to it before. Each job has its outcome then.
    fn commit(&mut self, group: &mut Group, join: impl FnMut(&mut Group) -> bool) {
        if self.broken.is_some() {
            group.fail(|| self.refuse());
            return;
        }
        match self.transaction(group, join) {
            Ok(()) => {}
            Err(Failed::Before(fault)) => match group.jobs.as_mut_slice() {
                [one] => one.fail(fault.append()),
                _ => {
                    for job in std::mem::take(&mut group.jobs) {
                        group.jobs.extend(self.alone(job));
                    }
                }
            },
            Err(Failed::AtCommit(fault)) => {
                let broken = Closed::Broken(format!("{fault:?}"));
                group.fail(|| AppendError::Unacknowledged { source: Box::new(broken.clone()) });
                self.broken = Some(broken);
            }
        }
    }

    fn alone(&mut self, job: Job) -> Vec<Job> {
        let mut group = Group { jobs: vec![job], bytes: 0 };
        self.commit(&mut group, |_| false);
        group.jobs
    }

    fn refuse(&self) -> AppendError {
        let broken = self.broken.clone().unwrap_or(Closed::Gone);
        AppendError::Refused { source: broken.into() }
    }

    fn transaction(
        &mut self,
        group: &mut Group,
        join: impl FnMut(&mut Group) -> bool,
    ) -> Result<(), Failed> {
        let before = self.written;
        let outcome = self.write(group, join).map_err(Failed::Before).and_then(|()| {
            // A commit that failed to write has the effect of none; after one that failed to
            // synchronize, nobody knows what the disk holds.
            self.statements.commit.execute([]).map(|_| ()).map_err(|error| {
                let fault = Fault::from(error);
                if fault.is_io() { Failed::AtCommit(fault) } else { Failed::Before(fault) }
            })
        });
        if outcome.is_err() {
            self.roll_back(before);
        } else {
            // Documents are nothing that anybody waits for.
            let written = self.written.unsigned_abs();
            self.head.send_if_modified(|head| std::mem::replace(head, written) != written);
        }
        outcome
    }

    fn write(
        &mut self,
        group: &mut Group,
        mut join: impl FnMut(&mut Group) -> bool,
    ) -> Result<(), Fault> {
        let before = self.written;
        self.statements.begin.execute([])?;
        let mut done = 0;
        loop {
            for job in &mut group.jobs[done..] {
                match job {
                    Job::Append(append) => append.outcome = Some(self.append(&mut append.work)?),
                    Job::Commit(commit) => {
                        commit.outcome = Some(document::write(self.connection, &commit.work)?);
                    }
                }
            }
            done = group.jobs.len();
            if !join(group) {
                break;
            }
        }
        if self.written != before {
            self.statements.move_head.execute([self.written])?;
        }
        Ok(())
    }

    fn roll_back(&mut self, before: i64) {
        if !self.connection.is_autocommit() && self.statements.roll_back.execute([]).is_err() {
            self.broken = Some(Closed::Broken("it could not be rolled back".to_owned()));
        }
        self.written = before;
        self.streams.clear();
        self.kinds.clear();
    }

    /// Looks at one append, and writes it if nothing is in its way.
    fn append(&mut self, prepared: &mut Prepared) -> Result<Outcome, Fault> {
        let append = &prepared.append;
        let refusal = self.refusal(append)?;
        if let Some(known) = self.repeated(append, prepared.events.len(), refusal.is_some())? {
            return Ok(Ok(Appended::Repeated(known)));
        }
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        let mut versions = std::mem::take(&mut prepared.versions);
        let mut events = prepared.events.iter();
        for (nth, part) in append.streams.iter().enumerate() {
            let mut state = match self.found.get(nth).copied().flatten() {
                Some(found) => found,
                None if part.events.is_empty() => StreamState { id: 0, version: 0 },
                None => self.new_stream(&part.stream)?,
            };
            for (event, prepared) in part.events.iter().zip(&mut events) {
                state.version += 1;
                let kind = self.kinds.get(self.connection, &event.name, part.stream.category())?;
                self.insert(state, kind, record::nanos(append.at), event, prepared)?;
            }
            if !part.events.is_empty() {
                self.streams.replace(&part.stream, state);
            }
            versions.push(Version(state.version.unsigned_abs()));
        }
        for snapshot in &append.snapshots {
            self.save_snapshot(snapshot)?;
        }
        Ok(Ok(Appended::Stored { position: record::position(self.written), versions }))
    }

    /// The command of `append` if it was carried out before. If not it is written down, with the
    /// `events` that are about to be, unless the append `is_refused`.
    fn repeated(
        &mut self,
        append: &Append,
        events: usize,
        is_refused: bool,
    ) -> Result<Option<StoredCommand>, Fault> {
        let Some(command) = &append.command else { return Ok(None) };
        if !is_refused {
            let ends = self.written.saturating_add(integer(events as u64));
            let checksum = record::command_checksum(command.id, &command.reply, ends);
            let (id, reply) = (command.id.0.to_be_bytes(), &command.reply);
            if self.statements.insert_command.execute((id, reply, ends, checksum))? == 1 {
                return Ok(None);
            }
        }
        find_command(self.connection, command.id)
    }

    /// What is in the way of `append`.
    fn refusal(&mut self, append: &Append) -> Result<Option<AppendError>, Fault> {
        self.found.clear();
        for part in &append.streams {
            let state = self.stream(&part.stream)?;
            self.found.push(state);
            let found = Version(state.map_or(0, |state| state.version).unsigned_abs());
            let other = match (part.expected.event(), state) {
                (Some(event), Some(state)) => !is_last(self.connection, state, event)?,
                (expected, _) => expected.is_some(),
            };
            if other || !part.expected.allows(found) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Ok(Some(AppendError::Conflict { stream, expected, found }));
            }
        }
        let Some(NothingNew { query, after }) = &append.nothing_new else { return Ok(None) };
        let seen = integer(after.as_ref().unwrap_or(&Position::START).sequence());
        if seen >= self.written {
            return Ok(None);
        }
        let mut unseen = Search::new(self.connection, query)?;
        let found = unseen.first(self.connection, seen.saturating_add(1))?;
        Ok(found.map(|found| AppendError::SomethingNew {
            query: Box::new(query.clone()),
            after: after.clone(),
            found: record::position(found),
        }))
    }

    fn stream(&mut self, stream: &StreamName) -> Result<Option<StreamState>, Fault> {
        if let Some(known) = self.streams.get(stream) {
            return Ok(Some(*known));
        }
        let Some(id) = stream_id(self.connection, stream)? else { return Ok(None) };
        let state = StreamState { id, version: latest_version(self.connection, id)? };
        self.streams.insert(stream.clone(), state);
        Ok(Some(state))
    }

    fn new_stream(&mut self, stream: &StreamName) -> Result<StreamState, Fault> {
        self.connection
            .prepare_cached("insert into streams(category, key) values (?1, ?2)")?
            .execute((stream.category(), stream.key()))?;
        let state = StreamState { id: self.connection.last_insert_rowid(), version: 0 };
        self.streams.insert(stream.clone(), state);
        Ok(state)
    }

    fn insert(
        &mut self,
        at_stream: StreamState,
        kind: i64,
        at: i64,
        event: &rdddy_core::store::NewEvent,
        prepared: &PreparedEvent,
    ) -> Result<(), Fault> {
        let position = self.written + 1;
        self.statements.insert_event.execute(rusqlite::params![
            position,
            at_stream.id,
            at_stream.version,
            kind,
            event.schema,
            at,
            event.id.0.to_be_bytes(),
            event.data,
            prepared.tags,
            prepared.metadata,
            prepared.checksum_at(position, at_stream.version),
        ])?;
        for tag in &event.tags {
            self.statements.insert_tag.execute((tag.as_str(), position))?;
        }
        self.written = position;
        Ok(())
    }

    /// Keeps `snapshot` unless a later one of the same fold is kept.
    fn save_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), Fault> {
        let id = match self.stream(&snapshot.stream)? {
            Some(known) => known.id,
            None => self.new_stream(&snapshot.stream)?.id,
        };
        self.connection
            .prepare_cached(
                "insert into snapshots values (?1, ?2, ?3, ?4, ?5) \
                 on conflict(stream, fingerprint) do update set \
                 version = excluded.version, data = excluded.data, checksum = excluded.checksum \
                 where excluded.version >= version",
            )?
            .execute((
                id,
                snapshot.fingerprint.cast_signed(),
                integer(snapshot.version.0),
                &snapshot.data,
                record::snapshot_checksum(snapshot),
            ))?;
        Ok(())
    }
}

/// The numbers of pairs of an event's name and its stream's category.
#[derive(Default)]
struct Kinds {
    by_name: BTreeMap<Arc<str>, BTreeMap<String, i64>>,
    count: usize,
}

impl Kinds {
    fn get(
        &mut self,
        connection: &Connection,
        name: &Arc<str>,
        category: &str,
    ) -> Result<i64, Fault> {
        if let Some(known) = self.by_name.get(name).and_then(|kinds| kinds.get(category)) {
            return Ok(*known);
        }
        let found = connection
            .prepare_cached("select id from kinds where name = ?1 and category = ?2")?
            .query_row((&**name, category), |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => {
                connection
                    .prepare_cached("insert into kinds(name, category) values (?1, ?2)")?
                    .execute((&**name, category))?;
                connection.last_insert_rowid()
            }
        };
        if self.count >= limits::NAMES_REMEMBERED {
            self.clear();
        }
        self.count += 1;
        self.by_name.entry(Arc::clone(name)).or_default().insert(category.to_owned(), id);
        Ok(id)
    }

    fn clear(&mut self) {
        *self = Kinds::default();
    }
}

/// Whether `event` is the last one of a stream.
fn is_last(connection: &Connection, stream: StreamState, event: MessageId) -> Result<bool, Fault> {
    let mut select =
        connection.prepare_cached("select id from events where stream = ?1 and version = ?2")?;
    let mut rows = select.query((stream.id, stream.version))?;
    let id: Option<Vec<u8>> = rows.next()?.map(|row| row.get(0)).transpose()?;
    Ok(id.is_some_and(|id| id == event.0.to_be_bytes()))
}
