//! Documents: written by the thread that writes events, in the same groups.

use std::fmt;
use std::sync::Arc;

use rdddy_core::limits::READ_PAGE_MAX;
use rdddy_core::store::{
    AppendError, Commit, CommitError, Document, DocumentStore, ReadError, StoreFuture,
};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{Closed, Fault};
use crate::job::{Asked, Job};
use crate::lines::Lines;
use crate::record::{self, integer, same};

/// The documents of a store, as long as that is open.
#[derive(Clone)]
pub(crate) struct Documents(pub(crate) Arc<Lines>);

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

impl DocumentStore for Documents {
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError> {
        let submitted = commit.check().and_then(|()| {
            let (asked, answer) = Asked::new(commit);
            self.0.write(Job::Commit(asked))?;
            Ok(answer)
        });
        Box::pin(async move {
            let lost = |_| AppendError::Unacknowledged { source: Closed::Gone.into() };
            submitted?.await.map_err(lost)?.outcome
        })
    }

    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError> {
        let (table, key) = (table.to_owned(), key.to_owned());
        Box::pin(self.0.look(move |reader| get(&reader.connection, &table, &key)))
    }

    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError> {
        let (table, after) = (table.to_owned(), after.map(str::to_owned));
        let look = move |reader: &mut crate::reader::Reader| {
            page(&reader.connection, &table, after.as_deref(), limit)
        };
        Box::pin(self.0.look(look))
    }
}

/// Writes `commit` into the open transaction, unless its condition does not hold.
pub(crate) fn write(
    connection: &Connection,
    commit: &Commit,
) -> Result<Result<(), CommitError>, Fault> {
    if let Some(expected) = &commit.expected
        && get(connection, &expected.table, &expected.key)? != expected.data
    {
        let (table, key) = (expected.table.clone(), expected.key.clone());
        return Ok(Err(CommitError::Conflict { table, key }));
    }
    let mut clear = connection.prepare_cached("delete from documents where collection = ?1")?;
    for table in &commit.cleared {
        clear.execute([table])?;
    }
    let mut put = connection.prepare_cached(
        "insert into documents values (?1, ?2, ?3, ?4) on conflict(collection, key) \
             do update set data = excluded.data, checksum = excluded.checksum",
    )?;
    let mut remove =
        connection.prepare_cached("delete from documents where collection = ?1 and key = ?2")?;
    for write in &commit.writes {
        let (table, key) = (&write.table, &write.key);
        match &write.data {
            Some(data) => {
                let checksum = record::document_checksum(table, key, data);
                put.execute((table, key, data, checksum))?;
            }
            None => {
                remove.execute((table, key))?;
            }
        }
    }
    Ok(Ok(()))
}

fn get(connection: &Connection, table: &str, key: &str) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = connection.prepare_cached(
        "select data, checksum from documents where collection = ?1 and key = ?2",
    )?;
    let found = statement.query_row((table, key), |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((data, stored)): Option<(Vec<u8>, i64)> = found.optional()? else { return Ok(None) };
    checked(table, key, &data, stored)?;
    Ok(Some(data))
}

fn page(
    connection: &Connection,
    table: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Document>, Fault> {
    let limit = integer(limit.min(READ_PAGE_MAX) as u64);
    // A key may be empty, and then comes after nothing.
    let comparison = if after.is_some() { ">" } else { ">=" };
    let mut statement = connection.prepare_cached(&format!(
        "select key, data, checksum from documents \
         where collection = ?1 and key {comparison} ?2 order by key limit ?3"
    ))?;
    let mut rows = statement.query((table, after.unwrap_or_default(), limit))?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, data): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        checked(table, &key, &data, row.get(2)?)?;
        documents.push(Document { key, data });
    }
    Ok(documents)
}

fn checked(table: &str, key: &str, data: &[u8], stored: i64) -> Result<(), Fault> {
    let place = || format!("the document `{key}` of `{table}`");
    same(place, stored, record::document_checksum(table, key, data))
}

/// Looks at all of them.
pub(crate) fn verify(connection: &Connection) -> Result<(), Fault> {
    let mut statement =
        connection.prepare("select collection, key, data, checksum from documents")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, key): (String, String) = (row.get(0)?, row.get(1)?);
        checked(&table, &key, &row.get::<_, Vec<u8>>(2)?, row.get(3)?)?;
    }
    Ok(())
}
