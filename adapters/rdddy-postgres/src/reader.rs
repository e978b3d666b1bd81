//! Reads: one statement each, so that all of an answer is of one moment.

use std::pin::pin;

use futures_util::TryStreamExt;
use rdddy_core::limits::READ_PAGE_MAX;
use rdddy_core::message::MessageId;
use rdddy_core::store::{
    CommandRecord, Document, EventQuery, Page, Position, Snapshot, StoredCommand, StoredEvent,
    StreamName, Version,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use crate::error::{Damage, Fault};
use crate::group::id_bytes;
use crate::record::{self, EVENT_COLUMNS, Shared, column, integer};

/// A connection with its statements.
pub(crate) struct Reader {
    client: Client,
    stream: Statement,
    everything: Statement,
    next: Statement,
    search: Statement,
    head: Statement,
    command: Statement,
    snapshot: Statement,
    document: Statement,
    documents: Statement,
}

impl Reader {
    pub(crate) async fn new(client: Client) -> Result<Self, Fault> {
        let stream = format!(
            "select {EVENT_COLUMNS} from rdddy_events e \
             where category = $1 and key = $2 and version >= $3 order by version limit $4"
        );
        let everything = format!(
            "select (select position from rdddy_head), {EVENT_COLUMNS} from rdddy_events e \
             where e.position > $1 order by e.position limit $2"
        );
        let search = format!(
            "select h.position, {EVENT_COLUMNS} from rdddy_head h left join \
             (rdddy_search($1::text::jsonb, $2, $3) s join rdddy_events e on e.position = s) on true \
             order by e.position"
        );
        Ok(Reader {
            stream: client.prepare(&stream).await?,
            everything: client.prepare(&everything).await?,
            next: client.prepare("select 1 from rdddy_events where position > $1 limit 1").await?,
            search: client.prepare(&search).await?,
            head: client.prepare("select position from rdddy_head").await?,
            command: client
                .prepare("select reply, position from rdddy_commands where id = $1")
                .await?,
            snapshot: client
                .prepare(
                    "select version, data from rdddy_snapshots \
                     where category = $1 and key = $2 and fingerprint = $3",
                )
                .await?,
            document: client
                .prepare("select data from rdddy_documents where collection = $1 and key = $2")
                .await?,
            documents: client
                .prepare(
                    "select key, data from rdddy_documents \
                     where collection = $1 and ($2::bytea is null or key > $2) \
                     order by key limit $3",
                )
                .await?,
            client,
        })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) async fn read_stream(
        &self,
        stream: &StreamName,
        from: Version,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, Fault> {
        let (category, key) = (stream.category().as_bytes(), stream.key().as_bytes());
        let from = from.0.clamp(1, i64::MAX.unsigned_abs());
        let limit = integer(limit.min(READ_PAGE_MAX) as u64);
        let parameters: [&(dyn ToSql + Sync); 4] = [&category, &key, &integer(from), &limit];
        let mut rows = pin!(self.client.query_raw(&self.stream, parameters).await?);
        let (mut events, mut shared) = (Vec::new(), Shared::default());
        let mut expected = from;
        while let Some(row) = rows.try_next().await? {
            let event = record::event(&row, 0, &mut shared)?;
            if event.version.0 != expected {
                let place = format!("the event at version {expected} of the stream {stream}");
                return Err(Fault::damaged(place, Damage::Missing));
            }
            events.push(event);
            expected = expected.saturating_add(1);
        }
        Ok(events)
    }

    pub(crate) async fn read(
        &self,
        query: &EventQuery,
        after: &Position,
        limit: usize,
    ) -> Result<Page, Fault> {
        let limit = limit.min(READ_PAGE_MAX);
        let from = integer(after.sequence());
        let everything = query.items().is_empty() && query.within().is_none();
        let rows = if everything {
            let most = integer(limit as u64);
            let parameters: [&(dyn ToSql + Sync); 2] = [&from, &most];
            self.client.query_raw(&self.everything, parameters).await?
        } else {
            let (query, most) = (record::query(query), record::small(limit));
            let parameters: [&(dyn ToSql + Sync); 3] = [&query, &from, &most];
            self.client.query_raw(&self.search, parameters).await?
        };
        // Decoded while the server sends others.
        let mut rows = pin!(rows);
        let (mut events, mut shared) = (Vec::new(), Shared::default());
        let (mut last, mut head) = (from, None);
        while let Some(row) = rows.try_next().await? {
            if head.is_none() {
                head =
                    Some(column::<Option<_>>(&row, 0, HEAD, "its position")?.ok_or_else(no_head)?);
            }
            // The head alone, when there is no event.
            if column::<Option<i64>>(&row, 1, "an event", "its position")?.is_none() {
                break;
            }
            let event = record::event(&row, 1, &mut shared)?;
            let position = integer(event.position.sequence());
            if everything && position != last.saturating_add(1) {
                return Err(Fault::damaged(record::place(last + 1), Damage::Missing));
            }
            last = position;
            events.push(event);
        }
        let Some(head) = head else {
            return if everything { self.end(after).await } else { Err(no_head()) };
        };
        if everything && events.len() < limit && last < head {
            return Err(Fault::damaged(record::place(last + 1), Damage::Missing));
        }
        let reached = if events.len() < limit { head.max(from) } else { last };
        Ok(Page { events, reached: record::position(reached), at_head: reached >= head })
    }

    /// The page behind the last event, unless one should be there.
    async fn end(&self, after: &Position) -> Result<Page, Fault> {
        let (head, from) = (self.head().await?, integer(after.sequence()));
        if after.reached(&head) {
            return Ok(Page { events: Vec::new(), reached: after.clone(), at_head: true });
        }
        // Stored since, or lost.
        match self.client.query_opt(&self.next, &[&from]).await? {
            Some(_) => Ok(Page { events: Vec::new(), reached: after.clone(), at_head: false }),
            None => Err(Fault::damaged(record::place(from.saturating_add(1)), Damage::Missing)),
        }
    }

    pub(crate) async fn head(&self) -> Result<Position, Fault> {
        head(&self.client, &self.head).await
    }

    pub(crate) async fn find_command(&self, id: MessageId) -> Result<Option<StoredCommand>, Fault> {
        let row = self.client.query_opt(&self.command, &[&id_bytes(id)]).await?;
        let Some(row) = row else { return Ok(None) };
        let place = format!("the command {id}");
        let reply = column(&row, 0, &place, "its reply")?;
        let position = record::position(column(&row, 1, &place, "its position")?);
        Ok(Some(StoredCommand { command: CommandRecord { id, reply }, position }))
    }

    pub(crate) async fn load_snapshot(
        &self,
        stream: &StreamName,
        fingerprint: u64,
    ) -> Result<Option<Snapshot>, Fault> {
        let (category, key) = (stream.category().as_bytes(), stream.key().as_bytes());
        let row = self
            .client
            .query_opt(&self.snapshot, &[&category, &key, &fingerprint.cast_signed()])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let place = format!("a snapshot of the stream {stream}");
        let version = record::version(column(&row, 0, &place, "its version")?);
        let data = column(&row, 1, &place, "its data")?;
        Ok(Some(Snapshot { stream: stream.clone(), fingerprint, version, data }))
    }

    pub(crate) async fn document(&self, table: &str, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let row =
            self.client.query_opt(&self.document, &[&table.as_bytes(), &key.as_bytes()]).await?;
        let place = || format!("the document `{key}` of `{table}`");
        row.map(|row| column(&row, 0, &place(), "its data")).transpose()
    }

    pub(crate) async fn documents(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Fault> {
        let (after, limit) = (after.map(str::as_bytes), integer(limit.min(READ_PAGE_MAX) as u64));
        let rows = self.client.query(&self.documents, &[&table.as_bytes(), &after, &limit]).await?;
        let place = format!("a document of `{table}`");
        rows.iter()
            .map(|row| {
                let key: Vec<u8> = column(row, 0, &place, "its key")?;
                let key = String::from_utf8(key)
                    .map_err(|error| record::malformed(&place, "its key", &error))?;
                Ok(Document { key, data: column(row, 1, &place, "its data")? })
            })
            .collect()
    }
}

/// Where the last event stands.
pub(crate) async fn head<S>(client: &Client, statement: &S) -> Result<Position, Fault>
where
    S: tokio_postgres::ToStatement + ?Sized,
{
    let row = client.query_opt(statement, &[]).await?.ok_or_else(no_head)?;
    Ok(record::position(column(&row, 0, HEAD, "its position")?))
}

const HEAD: &str = "the head of the store";

fn no_head() -> Fault {
    Fault::damaged(HEAD, Damage::Missing)
}
