//! Finds the positions of events that match a query, by the indexes.
//!
//! A query is a tree of sets of positions: alternatives, things that must all hold, and lists that an
//! index gives in order. Each node answers one question: which is your first position from here on?

use std::collections::VecDeque;

use rdddy_core::store::{EventQuery, StreamName, Within};
use rusqlite::{Connection, OptionalExtension, ToSql};

use crate::error::Fault;
use crate::limits;

/// A set of positions, looked at from the front to the back.
pub(crate) enum Search {
    List(List),
    /// Positions in any of them; none when there are none.
    Any(Vec<Search>),
    /// Positions in all of them.
    All(Vec<Search>),
}

impl Search {
    /// What `query` selects, as `connection` sees it now.
    pub(crate) fn new(connection: &Connection, query: &EventQuery) -> Result<Self, Fault> {
        let (category, stream) = match query.within() {
            None => (None, None),
            Some(Within::Category(category)) => (Some(&**category), None),
            Some(Within::Stream(stream)) => (None, Some(stream)),
            Some(_) => return Ok(Search::Any(Vec::new())),
        };
        let mut alternatives = Vec::new();
        for item in query.items() {
            let mut parts = Vec::new();
            if !item.names().is_empty() {
                let mut kinds = Vec::new();
                for name in item.names() {
                    kinds.extend(kinds_named(connection, name, category)?);
                }
                parts.push(Search::Any(kinds));
            } else if let Some(category) = category {
                parts.push(Search::Any(kinds_of(connection, category)?));
            }
            let tags = item.tags().iter().map(|tag| Source::Tag(tag.as_str().to_owned()));
            parts.extend(tags.map(Search::list));
            if parts.is_empty() {
                parts.push(Search::list(Source::Everything));
            }
            alternatives.push(Search::All(parts));
        }
        let items = match (alternatives.is_empty(), category) {
            (false, _) => Some(Search::Any(alternatives)),
            (true, Some(category)) => Some(Search::Any(kinds_of(connection, category)?)),
            (true, None) => None,
        };
        let stream = match stream {
            None => None,
            Some(stream) => Some(match stream_id(connection, stream)? {
                Some(stream) => Search::list(Source::Stream { stream, version: 1 }),
                None => Search::Any(Vec::new()),
            }),
        };
        Ok(match (stream, items) {
            (None, None) => Search::list(Source::Everything),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(stream), Some(items)) => Search::All(vec![stream, items]),
        })
    }

    /// Whether every event is in it.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Search::List(List { source: Source::Everything, .. }))
    }

    /// The first position at or after `from`, which never decreases from call to call.
    pub(crate) fn first(
        &mut self,
        connection: &Connection,
        from: i64,
    ) -> Result<Option<i64>, Fault> {
        match self {
            Search::List(list) => list.first(connection, from),
            Search::Any(parts) => {
                let mut least = None;
                for part in parts {
                    let found = part.first(connection, from)?;
                    least = [least, found].into_iter().flatten().min();
                }
                Ok(least)
            }
            Search::All(parts) => {
                let mut from = from;
                loop {
                    let before = from;
                    for part in &mut *parts {
                        let Some(found) = part.first(connection, from)? else { return Ok(None) };
                        from = found;
                    }
                    if from == before || parts.len() == 1 {
                        return Ok(Some(from));
                    }
                }
            }
        }
    }

    fn list(source: Source) -> Self {
        Search::List(List { source, ahead: VecDeque::new(), ended: false, batch: 1 })
    }
}

/// Positions in the order of an index, a few read ahead.
pub(crate) struct List {
    source: Source,
    ahead: VecDeque<i64>,
    ended: bool,
    batch: i64,
}

enum Source {
    Everything,
    Kind(i64),
    Tag(String),
    /// Before `version` there is nothing of interest.
    Stream {
        stream: i64,
        version: i64,
    },
}

impl List {
    fn first(&mut self, connection: &Connection, from: i64) -> Result<Option<i64>, Fault> {
        loop {
            while let Some(position) = self.ahead.front().copied() {
                if position >= from {
                    return Ok(Some(position));
                }
                self.ahead.pop_front();
            }
            if self.ended {
                return Ok(None);
            }
            self.read_ahead(connection, from)?;
        }
    }

    /// More at a time the longer it goes on.
    fn read_ahead(&mut self, connection: &Connection, from: i64) -> Result<(), Fault> {
        let batch = self.batch;
        self.batch = (batch * 4).min(limits::SEARCH_BATCH_MAX);
        let ahead = &mut self.ahead;
        match &mut self.source {
            Source::Everything => collect(
                connection,
                "select position from events where position >= ?1 order by position limit ?2",
                &[&from, &batch],
                ahead,
            ),
            Source::Kind(kind) => collect(
                connection,
                "select position from events indexed by events_by_kind \
                 where kind = ?1 and position >= ?2 order by position limit ?3",
                &[kind, &from, &batch],
                ahead,
            ),
            Source::Tag(tag) => collect(
                connection,
                "select position from tags where tag = ?1 and position >= ?2 \
                 order by position limit ?3",
                &[tag, &from, &batch],
                ahead,
            ),
            Source::Stream { stream, version } => {
                *version = version_at(connection, *stream, *version, from)?;
                collect(
                    connection,
                    "select position from events indexed by events_by_stream \
                     where stream = ?1 and version >= ?2 order by version limit ?3",
                    &[stream, version, &batch],
                    ahead,
                )
            }
        }?;
        self.ended = i64::try_from(self.ahead.len()).is_ok_and(|found| found < batch);
        Ok(())
    }
}

fn collect(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
    into: &mut VecDeque<i64>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        into.push_back(row.get(0)?);
    }
    Ok(())
}

/// The first version of `stream`, not before `least`, whose event stands at or after `from`: found by
/// halving, because both grow together.
fn version_at(connection: &Connection, stream: i64, least: i64, from: i64) -> Result<i64, Fault> {
    let (mut low, mut high) = (least, latest_version(connection, stream)? + 1);
    let mut statement = connection
        .prepare_cached("select position from events where stream = ?1 and version = ?2")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<i64> = statement.query_row((stream, middle), |row| row.get(0)).optional()?;
        match at {
            Some(at) if at < from => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// How many events `stream` has.
pub(crate) fn latest_version(connection: &Connection, stream: i64) -> Result<i64, Fault> {
    let mut statement = connection
        .prepare_cached("select coalesce(max(version), 0) from events where stream = ?1")?;
    Ok(statement.query_row([stream], |row| row.get(0))?)
}

/// The number of a stream that exists.
pub(crate) fn stream_id(
    connection: &Connection,
    stream: &StreamName,
) -> Result<Option<i64>, Fault> {
    let mut statement =
        connection.prepare_cached("select id from streams where category = ?1 and key = ?2")?;
    Ok(statement.query_row((stream.category(), stream.key()), |row| row.get(0)).optional()?)
}

fn kinds_named(
    connection: &Connection,
    name: &str,
    category: Option<&str>,
) -> Result<Vec<Search>, Fault> {
    let mut statement = connection.prepare_cached(
        "select id from kinds where name = ?1 and category = coalesce(?2, category) order by id",
    )?;
    kinds(statement.query((name, category))?)
}

fn kinds_of(connection: &Connection, category: &str) -> Result<Vec<Search>, Fault> {
    let mut statement =
        connection.prepare_cached("select id from kinds where category = ?1 order by id")?;
    kinds(statement.query([category])?)
}

fn kinds(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Search>, Fault> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Search::list(Source::Kind(row.get(0)?)));
    }
    Ok(found)
}
