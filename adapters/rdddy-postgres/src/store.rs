//! The store: what callers hold, between them and the connections.

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, Commit, CommitError, Document, DocumentStore, EventQuery, EventStore,
    Page, Position, ReadError, Snapshot, StoreFuture, StoredCommand, StoredEvent, StreamName,
    Version,
};
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio_postgres::Config;

use crate::document::{self, Documents};
use crate::error::{Closed, Fault, OpenError};
use crate::group::{Outcome, Prepared};
use crate::link::{self, Links, Threads};
use crate::queue::Queue;
use crate::writer::{Job, Pen, Writer};
use crate::{limits, reader, schema, session, thread, watcher};

/// An event store in a PostgreSQL database, which several processes may use at a time.
///
/// Positions have no gaps and are in commit order, whoever writes. A handle has one connection that
/// writes, [`READERS`](limits::READERS) that read, one that hears what others write, and one that writes
/// documents, once there are any. Each is made again when it is lost.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use rdddy_postgres::PostgresStore;
///
/// // Once, as the owner of the tables:
/// PostgresStore::migrate("postgres://owner@db.example/bookstore").await?;
/// // In every process:
/// let store = PostgresStore::connect("postgres://bookstore@db.example/bookstore").await?;
/// # drop(store);
/// # Ok(())
/// # }
/// ```
///
/// # Durability
///
/// A success reply means that the server has committed; it is never taken before the disk of the server
/// has it. When the store is dropped everything that was called is finished first; that may block for
/// as long as [`RECONNECT_PATIENCE`](limits::RECONNECT_PATIENCE) when the server is gone.
///
/// # Security
///
/// The connection is not encrypted: use a socket of this machine, or a network that you trust.
///
/// # Runtime
///
/// It works on threads of its own, one that writes and one for each connection that reads, and its futures run on any runtime.
pub struct PostgresStore {
    appends: Arc<Queue<Job>>,
    documents: Documents,
    links: Links,
    head: watch::Receiver<u64>,
    thread: Option<JoinHandle<()>>,
    /// Dropped last: they end with it.
    _readers: Threads,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("head", &*self.head.borrow()).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects to the store at `address`: `postgres://ROLE:PASSWORD@HOST:PORT/DATABASE`, or
    /// `host=HOST dbname=DATABASE …`. Its tables are those of the search path.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing was changed. [`OpenError::NotMigrated`] when the tables are not there.
    pub async fn connect(address: &str) -> Result<Self, OpenError> {
        let config = session::config(address)?;
        let appends = Queue::new(limits::APPENDS_WAITING_MAX, limits::APPEND_BYTES_WAITING_MAX);
        let appends = Arc::new(appends);
        let commits = Queue::new(limits::APPENDS_WAITING_MAX, limits::APPEND_BYTES_WAITING_MAX);
        let commits = Arc::new(commits);
        let (head, told) = watch::channel(0);
        let (queue, documents) = (Arc::clone(&appends), Arc::clone(&commits));
        let reading = config.clone();
        let thread = first_said(move |runtime, opened| {
            runtime.block_on(async {
                let pen = match open(&config, &head).await {
                    Ok(pen) => pen,
                    Err(fault) => {
                        let _ = opened.send(Err(fault.open()));
                        return;
                    }
                };
                // They end with the writer.
                let mut beside = JoinSet::new();
                beside.spawn(watcher::watch(config.clone(), head.clone()));
                let _ = opened.send(Ok(()));
                let mut writing = JoinSet::new();
                writing.spawn(document::write(config.clone(), documents));
                Writer::new(config, pen, head).run(&queue).await;
                while writing.join_next().await.is_some() {}
            });
        });
        let thread = Some(thread.await?);
        let (links, readers) = match link::open(&reading, limits::READERS) {
            Ok(opened) => opened,
            Err(error) => {
                appends.close();
                commits.close();
                return Err(error);
            }
        };
        let documents = Documents { commits, links: links.clone() };
        Ok(PostgresStore { appends, documents, links, head: told, thread, _readers: readers })
    }

    /// Makes the tables at `address`, or takes older ones to the latest schema, all steps or none. It
    /// needs a role that may create tables; one that connects needs no such right.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing was changed.
    pub async fn migrate(address: &str) -> Result<(), OpenError> {
        let config = session::config(address)?;
        let migrating = first_said(move |runtime, done| {
            let outcome = runtime.block_on(schema::migrate(&config));
            let _ = done.send(outcome.map_err(Fault::open));
        });
        migrating.await.map(drop)
    }

    /// Puts `append` in line.
    fn submit(&self, append: Append) -> Result<oneshot::Receiver<Outcome>, AppendError> {
        let prepared = Prepared::new(append)?;
        let (reply, answer) = oneshot::channel();
        let bytes = prepared.bytes;
        let full = |_| AppendError::Unavailable { source: Closed::Full.into() };
        self.appends.push(Job { prepared, reply }, bytes).map_err(full)?;
        Ok(answer)
    }
}

async fn open(config: &Config, head: &watch::Sender<u64>) -> Result<Pen, Fault> {
    let pen = Pen::open(config).await?;
    let position = reader::head(pen.client(), "select position from rdddy_head").await?;
    watcher::advance(head, position.sequence());
    Ok(pen)
}

/// Starts a thread with a runtime of its own, and waits for what it says first.
async fn first_said(
    work: impl FnOnce(&Runtime, oneshot::Sender<Result<(), OpenError>>) + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    let runtime = thread::runtime()?;
    let (opened, answer) = oneshot::channel();
    let thread = thread::start("rdddy-postgres", move || work(&runtime, opened))?;
    let gone = |_| OpenError::Unavailable { source: Closed::Gone.into() };
    answer.await.map_err(gone)??;
    Ok(thread)
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.appends.close();
        self.documents.commits.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told its callers.
            let _ = thread.join();
        }
    }
}

impl EventStore for PostgresStore {
    fn append(
        &self,
        append: Append,
    ) -> StoreFuture<'static, rdddy_core::store::Appended, AppendError> {
        let submitted = self.submit(append);
        Box::pin(async move {
            let lost = |_| AppendError::Unacknowledged { source: Closed::Gone.into() };
            submitted?.await.map_err(lost)?
        })
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Version,
        limit: usize,
    ) -> StoreFuture<'a, Vec<StoredEvent>, ReadError> {
        let stream = stream.clone();
        Box::pin(
            self.links
                .ask(move |reader| async move { reader.read_stream(&stream, from, limit).await }),
        )
    }

    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError> {
        let (query, after) = (query.clone(), after.clone());
        Box::pin(
            self.links.ask(move |reader| async move { reader.read(&query, &after, limit).await }),
        )
    }

    fn head(&self) -> StoreFuture<'_, Position, ReadError> {
        Box::pin(self.links.ask(|reader| async move { reader.head().await }))
    }

    fn watch<'a>(&'a self, after: &'a Position) -> StoreFuture<'a, (), ReadError> {
        let mut head = self.head.clone();
        Box::pin(async move {
            let gone = |_| ReadError::Unavailable { source: Closed::Gone.into() };
            head.wait_for(|head| *head > after.sequence()).await.map_err(gone)?;
            Ok(())
        })
    }

    fn find_command(&self, id: MessageId) -> StoreFuture<'_, Option<StoredCommand>, ReadError> {
        Box::pin(self.links.ask(move |reader| async move { reader.find_command(id).await }))
    }

    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        fingerprint: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError> {
        let stream = stream.clone();
        Box::pin(
            self.links
                .ask(move |reader| async move { reader.load_snapshot(&stream, fingerprint).await }),
        )
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError> {
        let append = Append::new(Timestamp::default()).with_snapshot(snapshot);
        let saved = self.append(append);
        Box::pin(async move { saved.await.map(|_| ()) })
    }

    /// They are in the same database, written on a connection of their own. Like the store itself,
    /// they are answered until this handle is dropped.
    fn documents(&self) -> Option<Arc<dyn DocumentStore>> {
        Some(Arc::new(self.documents.clone()))
    }
}

/// For documents in a database of their own.
impl DocumentStore for PostgresStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError> {
        self.documents.commit(commit)
    }

    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError> {
        self.documents.get(table, key)
    }

    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError> {
        self.documents.page(table, after, limit)
    }
}
