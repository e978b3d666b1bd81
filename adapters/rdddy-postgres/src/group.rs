//! What is committed together, as the columns that the server's `rdddy_append` takes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rdddy_core::message::MessageId;
use rdddy_core::store::{
    Append, AppendError, Appended, CommandRecord, Expected, Position, StoredCommand, StreamName,
    encode_metadata, encode_tags,
};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use crate::error::{Damage, Fault};
use crate::record::{self, column, integer, nanos, small};

pub(crate) type Outcome = Result<Appended, AppendError>;

/// An append with all that can be encoded before its turn has come.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) append: Append,
    /// Tags and metadata of each event, in order.
    encoded: Vec<(Option<String>, String)>,
    condition: Option<(String, i64)>,
    pub(crate) bytes: usize,
}

impl Prepared {
    pub(crate) fn new(append: Append) -> Result<Self, AppendError> {
        append.check()?;
        let encode = || -> serde_json::Result<Vec<(Option<String>, String)>> {
            let events = append.streams.iter().flat_map(|part| &part.events);
            events
                .map(|event| Ok((encode_tags(event)?, encode_metadata(event, append.at)?)))
                .collect()
        };
        let encoded = encode().map_err(|source| AppendError::Refused { source: source.into() })?;
        let condition = append.nothing_new.as_ref().map(|new| {
            let after = new.after.as_ref().unwrap_or(&Position::START);
            (record::query(&new.query), integer(after.sequence()))
        });
        let events = append.streams.iter().flat_map(|part| &part.events);
        let mut bytes: usize = events.map(|event| event.data.len()).sum();
        bytes += encoded.iter().map(|(_, metadata)| metadata.len()).sum::<usize>();
        bytes += append.command.as_ref().map_or(0, |command| command.reply.len());
        bytes += append.snapshots.iter().map(|snapshot| snapshot.data.len()).sum::<usize>();
        Ok(Prepared { append, encoded, condition, bytes })
    }
}

macro_rules! columns {
    ($($name:ident: $element:ty, $type:ident;)+) => {
        /// One list for each parameter.
        #[derive(Default)]
        struct Columns<'a> { $($name: Vec<$element>,)+ }

        impl Columns<'_> {
            const TYPES: &'static [Type] = &[$(Type::$type,)+];

            fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
                vec![$(&self.$name,)+]
            }
        }
    };
}

columns! {
    a_at: i64, INT8_ARRAY;
    a_command: Option<Vec<u8>>, BYTEA_ARRAY;
    a_reply: Option<&'a [u8]>, BYTEA_ARRAY;
    a_same: i32, INT4_ARRAY;
    a_query: Option<&'a str>, TEXT_ARRAY;
    a_after: Option<i64>, INT8_ARRAY;
    a_parts: i32, INT4_ARRAY;
    a_events: i32, INT4_ARRAY;
    p_category: &'a [u8], BYTEA_ARRAY;
    p_key: &'a [u8], BYTEA_ARRAY;
    p_expected: Option<i64>, INT8_ARRAY;
    p_event: Option<Vec<u8>>, BYTEA_ARRAY;
    p_before: i32, INT4_ARRAY;
    p_after: i32, INT4_ARRAY;
    p_events: i32, INT4_ARRAY;
    e_append: i32, INT4_ARRAY;
    e_part: i32, INT4_ARRAY;
    e_in_append: i32, INT4_ARRAY;
    e_in_part: i32, INT4_ARRAY;
    e_category: &'a [u8], BYTEA_ARRAY;
    e_key: &'a [u8], BYTEA_ARRAY;
    e_id: Vec<u8>, BYTEA_ARRAY;
    e_name: &'a [u8], BYTEA_ARRAY;
    e_schema: i32, INT4_ARRAY;
    e_data: &'a [u8], BYTEA_ARRAY;
    e_tags: Option<&'a str>, TEXT_ARRAY;
    e_metadata: &'a str, TEXT_ARRAY;
    t_append: i32, INT4_ARRAY;
    t_in_append: i32, INT4_ARRAY;
    t_tag: &'a [u8], BYTEA_ARRAY;
    s_append: i32, INT4_ARRAY;
    s_category: &'a [u8], BYTEA_ARRAY;
    s_key: &'a [u8], BYTEA_ARRAY;
    s_fingerprint: i64, INT8_ARRAY;
    s_version: i64, INT8_ARRAY;
    s_data: &'a [u8], BYTEA_ARRAY;
}

/// What the appends of a group know of one another.
#[derive(Default)]
struct Known<'a> {
    /// The last part on each stream so far.
    streams: BTreeMap<&'a StreamName, i32>,
    /// The part that each last event was written by.
    last: BTreeMap<MessageId, i32>,
    commands: BTreeMap<MessageId, i32>,
}

impl<'a> Columns<'a> {
    fn new(group: &'a [Prepared]) -> Self {
        let (mut columns, mut known) = (Columns::default(), Known::default());
        for prepared in group {
            columns.add(prepared, &mut known);
        }
        columns
    }

    fn add(&mut self, prepared: &'a Prepared, known: &mut Known<'a>) {
        let append = &prepared.append;
        let number = small(self.a_at.len() + 1);
        let command = append.command.as_ref();
        let same = command.map_or(0, |command| match known.commands.entry(command.id) {
            Entry::Occupied(earlier) => *earlier.get(),
            Entry::Vacant(none) => {
                none.insert(number);
                0
            }
        });
        self.a_at.push(nanos(append.at));
        self.a_command.push(command.map(|command| id_bytes(command.id)));
        self.a_reply.push(command.map(|command| &command.reply[..]));
        self.a_same.push(same);
        let condition = prepared.condition.as_ref();
        self.a_query.push(condition.map(|(query, _)| query.as_str()));
        self.a_after.push(condition.map(|(_, after)| *after));
        self.a_parts.push(small(append.streams.len()));
        self.a_events.push(small(prepared.encoded.len()));
        let mut encoded = prepared.encoded.iter();
        let mut in_append = 0;
        for part in &append.streams {
            let at = small(self.p_key.len() + 1);
            self.p_category.push(part.stream.category().as_bytes());
            self.p_key.push(part.stream.key().as_bytes());
            self.p_expected.push(match part.expected {
                Expected::NoStream => Some(0),
                Expected::Version(version) | Expected::After { version, .. } => {
                    Some(integer(version.0))
                }
                _ => None,
            });
            let after = part.expected.event();
            self.p_event.push(after.map(id_bytes));
            self.p_after.push(after.map_or(-1, |event| *known.last.get(&event).unwrap_or(&0)));
            self.p_before.push(known.streams.insert(&part.stream, at).unwrap_or(0));
            self.p_events.push(small(part.events.len()));
            if let Some(last) = part.events.last() {
                known.last.insert(last.id, at);
            }
            for ((in_part, event), (tags, metadata)) in (1..).zip(&part.events).zip(&mut encoded) {
                in_append += 1;
                self.e_append.push(number);
                self.e_part.push(at);
                self.e_in_append.push(in_append);
                self.e_in_part.push(in_part);
                self.e_category.push(part.stream.category().as_bytes());
                self.e_key.push(part.stream.key().as_bytes());
                self.e_id.push(id_bytes(event.id));
                self.e_name.push(event.name.as_bytes());
                self.e_schema.push(event.schema.cast_signed());
                self.e_data.push(&event.data);
                self.e_tags.push(tags.as_deref());
                self.e_metadata.push(metadata);
                for tag in &event.tags {
                    self.t_append.push(number);
                    self.t_in_append.push(in_append);
                    self.t_tag.push(tag.as_str().as_bytes());
                }
            }
        }
        for snapshot in &append.snapshots {
            self.s_append.push(number);
            self.s_category.push(snapshot.stream.category().as_bytes());
            self.s_key.push(snapshot.stream.key().as_bytes());
            self.s_fingerprint.push(snapshot.fingerprint.cast_signed());
            self.s_version.push(integer(snapshot.version.0));
            self.s_data.push(&snapshot.data);
        }
    }
}

pub(crate) fn id_bytes(id: MessageId) -> Vec<u8> {
    id.0.to_be_bytes().to_vec()
}

/// The statement that commits a group.
pub(crate) async fn prepare(client: &Client) -> Result<Statement, Fault> {
    let list: Vec<String> = (1..=Columns::TYPES.len()).map(|number| format!("${number}")).collect();
    let sql = format!("select * from rdddy_append({})", list.join(", "));
    Ok(client.prepare_typed(&sql, Columns::TYPES).await?)
}

/// Commits `group` in one round trip: an outcome for each.
pub(crate) async fn commit(
    client: &Client,
    statement: &Statement,
    group: &[Prepared],
) -> Result<Vec<Outcome>, Fault> {
    let columns = Columns::new(group);
    let rows = client.query(statement, &columns.parameters()).await?;
    if rows.len() != group.len() {
        return Err(Fault::damaged(PLACE, Damage::Missing));
    }
    let mut first_part = 1;
    let mut outcomes = Vec::with_capacity(group.len());
    for (prepared, row) in group.iter().zip(&rows) {
        outcomes.push(outcome(group, prepared, first_part, row)?);
        first_part += prepared.append.streams.len();
    }
    Ok(outcomes)
}

const PLACE: &str = "what the function rdddy_append says";

fn outcome(
    group: &[Prepared],
    prepared: &Prepared,
    first_part: usize,
    row: &Row,
) -> Result<Outcome, Fault> {
    let append = &prepared.append;
    let number = |at| column::<Option<i64>>(row, at, PLACE, "a number");
    let unexpected = || Fault::damaged(PLACE, Damage::Missing);
    let index = column::<Option<i32>>(row, 2, PLACE, "an index")?;
    let index = index.and_then(|index| usize::try_from(index).ok());
    let repeated = |reply: Vec<u8>| -> Result<Outcome, Fault> {
        let id = append.command.as_ref().ok_or_else(unexpected)?.id;
        let position = record::position(number(1)?.ok_or_else(unexpected)?);
        let command = CommandRecord { id, reply };
        Ok(Ok(Appended::Repeated(StoredCommand { command, position })))
    };
    match column::<&str>(row, 0, PLACE, "the outcome")? {
        "stored" => {
            let versions: Vec<i64> = column(row, 5, PLACE, "the versions")?;
            let versions = versions.into_iter().map(record::version).collect();
            let position = record::position(number(1)?.ok_or_else(unexpected)?);
            Ok(Ok(Appended::Stored { position, versions }))
        }
        "known" => repeated(column(row, 4, PLACE, "the reply")?),
        "same" => {
            let same = index.and_then(|index| group.get(index.checked_sub(1)?));
            let same = same.and_then(|same| same.append.command.as_ref()).ok_or_else(unexpected)?;
            repeated(same.reply.clone())
        }
        "conflict" => {
            let part = index.and_then(|index| append.streams.get(index.checked_sub(first_part)?));
            let part = part.ok_or_else(unexpected)?;
            let found = record::version(number(3)?.ok_or_else(unexpected)?);
            let (stream, expected) = (part.stream.clone(), part.expected);
            Ok(Err(AppendError::Conflict { stream, expected, found }))
        }
        _ => {
            let new = append.nothing_new.as_ref().ok_or_else(unexpected)?;
            let found = record::position(number(3)?.ok_or_else(unexpected)?);
            let (query, after) = (Box::new(new.query.clone()), new.after.clone());
            Ok(Err(AppendError::SomethingNew { query, after, found }))
        }
    }
}
