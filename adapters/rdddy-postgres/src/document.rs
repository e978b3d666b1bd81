//! Documents: one connection that writes them, commit after commit, each in one statement.
//!
//! Unlike events they can be made again, so nobody looks for a commit whose answer was lost: whoever
//! reads the checkpoint again finds out.

use std::fmt;
use std::sync::Arc;

use rdddy_core::store::{
    AppendError, Commit, CommitError, Document, DocumentStore, ReadError, StoreFuture, Write,
};
use tokio::sync::oneshot;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Statement};

use crate::error::{Closed, Fault};
use crate::link::Links;
use crate::queue::{Queue, Taker};
use crate::record::column;
use crate::session::Session;

/// A commit and who waits for it.
pub(crate) struct Job {
    commit: Commit,
    reply: oneshot::Sender<Result<(), CommitError>>,
}

/// The documents of a store, as long as that is open.
#[derive(Clone)]
pub(crate) struct Documents {
    pub(crate) commits: Arc<Queue<Job>>,
    pub(crate) links: Links,
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

impl DocumentStore for Documents {
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError> {
        let submitted = commit.check().and_then(|()| {
            let (reply, answer) = oneshot::channel();
            let data = commit.writes.iter().filter_map(|write| write.data.as_ref());
            let bytes = data.map(Vec::len).sum();
            let full = |_| AppendError::Unavailable { source: Closed::Full.into() };
            self.commits.push(Job { commit, reply }, bytes).map_err(full)?;
            Ok(answer)
        });
        Box::pin(async move {
            let lost = |_| AppendError::Unacknowledged { source: Closed::Gone.into() };
            submitted?.await.map_err(lost)?
        })
    }

    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError> {
        let (table, key) = (table.to_owned(), key.to_owned());
        Box::pin(self.links.ask(|reader| async move { reader.document(&table, &key).await }))
    }

    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError> {
        let (table, after) = (table.to_owned(), after.map(str::to_owned));
        Box::pin(self.links.ask(move |reader| async move {
            reader.documents(&table, after.as_deref(), limit).await
        }))
    }
}

/// Writes what comes until `queue` is closed and empty.
pub(crate) async fn write(config: Config, queue: Arc<Queue<Job>>) {
    let _taker = Taker(&queue);
    let mut desk: Option<Desk> = None;
    while let Some(jobs) = queue.take(1, 0).await {
        for Job { commit, reply } in jobs {
            let outcome = carry_out(&config, &mut desk, &commit).await;
            // Nobody waits for a commit whose future was dropped.
            let _ = reply.send(outcome);
        }
    }
}

/// A session that is ready to write.
struct Desk {
    session: Session,
    commit: Statement,
}

async fn carry_out(
    config: &Config,
    desk: &mut Option<Desk>,
    commit: &Commit,
) -> Result<(), CommitError> {
    if desk.as_ref().is_some_and(|desk| desk.session.client.is_closed()) {
        *desk = None;
    }
    let ready = match desk.take() {
        Some(ready) => ready,
        None => Desk::open(config).await.map_err(Fault::append)?,
    };
    let outcome = run(&ready.session.client, &ready.commit, commit).await;
    match outcome {
        Err(fault) if fault.is_lost() => {
            Err(AppendError::Unacknowledged { source: fault.cause() }.into())
        }
        outcome => {
            *desk = Some(ready);
            if outcome.map_err(Fault::append)? {
                return Ok(());
            }
            let (table, key) = match &commit.expected {
                Some(expected) => (expected.table.clone(), expected.key.clone()),
                None => Default::default(),
            };
            Err(CommitError::Conflict { table, key })
        }
    }
}

impl Desk {
    async fn open(config: &Config) -> Result<Self, Fault> {
        const TYPES: &[Type] = &[
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA_ARRAY,
            Type::BYTEA_ARRAY,
            Type::BYTEA_ARRAY,
            Type::BYTEA_ARRAY,
        ];
        let session = Session::open(config, drop).await?;
        let sql = "select rdddy_commit($1, $2, $3, $4, $5, $6, $7)";
        let commit = session.client.prepare_typed(sql, TYPES).await?;
        Ok(Desk { session, commit })
    }
}

/// Whether the condition of `commit` held.
async fn run(client: &Client, statement: &Statement, commit: &Commit) -> Result<bool, Fault> {
    let Commit { expected, cleared, writes } = commit;
    let expected_table = expected.as_ref().map(|expected| expected.table.as_bytes());
    let expected_key = expected.as_ref().map(|expected| expected.key.as_bytes());
    let expected_data = expected.as_ref().and_then(|expected| expected.data.as_deref());
    let cleared: Vec<&[u8]> = cleared.iter().map(String::as_bytes).collect();
    let list = |of: fn(&Write) -> &[u8]| writes.iter().map(of).collect::<Vec<_>>();
    let (tables, keys) = (list(|write| write.table.as_bytes()), list(|write| write.key.as_bytes()));
    let data: Vec<Option<&[u8]>> = writes.iter().map(|write| write.data.as_deref()).collect();
    let row = client
        .query_one(
            statement,
            &[&expected_table, &expected_key, &expected_data, &cleared, &tables, &keys, &data],
        )
        .await?;
    column(&row, 0, "what the function rdddy_commit says", "the outcome")
}
