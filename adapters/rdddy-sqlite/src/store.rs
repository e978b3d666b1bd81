//! The store: what callers hold, between them and the threads.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, Appended, EventQuery, EventStore, Page, Position, ReadError, Snapshot,
    StoreFuture, StoredCommand, StoredEvent, StreamName, Version,
};
use tokio::sync::{oneshot, watch};

use crate::builder::{EmbeddedStoreBuilder, Options};
use crate::error::{Closed, Fault, OpenError};
use crate::file::{self, Lock};
use crate::queue::{Queue, Taker};
use crate::reader::Reader;
use crate::record::Prepared;
use crate::writer::{Job, Writer};
use crate::{limits, verify};

type Look = Box<dyn FnOnce(&mut Reader) + Send>;

/// An event store in one file of this machine, for one process at a time.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use rdddy_sqlite::{Durability, EmbeddedStore};
/// # let folder = std::env::temp_dir().join(format!("rdddy-store-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("bookstore.db");
///
/// let store = EmbeddedStore::open(&path)?;
/// assert!(EmbeddedStore::open(&path).is_err(), "it is open already");
/// drop(store);
/// let store = EmbeddedStore::builder().durability(Durability::Normal).open(&path)?;
/// # drop(store);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
///
/// # Durability
///
/// A success reply means that the disk has it, see [`Durability`](crate::Durability). When the store
/// is dropped everything that was called is finished first; that may block for a moment.
///
/// # Runtime
///
/// It works on threads of its own, and its futures run on any runtime.
pub struct EmbeddedStore {
    path: PathBuf,
    appends: Arc<Queue<Job>>,
    looks: Arc<Queue<Look>>,
    head: watch::Receiver<u64>,
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    /// Released last.
    _lock: Lock,
}

impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStore")
            .field("path", &self.path)
            .field("head", &*self.head.borrow())
            .finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the store in the file `path`, or makes a new one, with the default options.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; the file is then as it was.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        EmbeddedStore::builder().open(path)
    }

    /// To open a store with other options.
    #[must_use]
    pub fn builder() -> EmbeddedStoreBuilder {
        EmbeddedStoreBuilder::new()
    }

    /// Looks at everything that is stored: pages, indexes, checksums and gaps. It takes as long as
    /// reading the whole store, and holds up one reader.
    ///
    /// # Errors
    ///
    /// [`ReadError::Corrupt`] says what is damaged and where.
    pub async fn verify(&self) -> Result<(), ReadError> {
        self.look(verify::everything).await
    }

    pub(crate) fn open_with(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let opened = file::open(path, options)?;
        let (head, told) = watch::channel(opened.head.unsigned_abs());
        let appends = Queue::new(limits::APPENDS_WAITING_MAX, limits::APPEND_BYTES_WAITING_MAX);
        let mut store = EmbeddedStore {
            path: path.to_path_buf(),
            appends: Arc::new(appends),
            looks: Arc::new(Queue::new(limits::READS_WAITING_MAX, usize::MAX)),
            head: told,
            readers: Vec::new(),
            writer: None,
            _lock: opened.lock,
        };
        let refused = |source: std::io::Error| OpenError::Refused {
            path: path.to_path_buf(),
            source: source.into(),
        };
        let writer = Writer::new(opened.writer, head);
        let appends = Arc::clone(&store.appends);
        store.writer = Some(thread("rdddy-write", move || writer.run(&appends)).map_err(refused)?);
        for connection in opened.readers {
            let looks = Arc::clone(&store.looks);
            let work = move || answer(Reader::new(connection), &looks);
            store.readers.push(thread("rdddy-read", work).map_err(refused)?);
        }
        Ok(store)
    }

    /// Has a reader look, without blocking the caller's thread.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, ReadError> {
        let (reply, answer) = oneshot::channel();
        let look: Look = Box::new(move |reader| {
            // Nobody waits for a read whose future was dropped.
            if !reply.is_closed() {
                let _ = reply.send(look(reader));
            }
        });
        let unavailable = |cause: Closed| ReadError::Unavailable { source: cause.into() };
        self.looks.push(look, 0).map_err(|_| unavailable(Closed::Full))?;
        let answer = answer.await.map_err(|_| unavailable(Closed::Gone))?;
        answer.map_err(Fault::read)
    }

    /// Puts `append` in line.
    fn submit(&self, append: Append) -> Result<oneshot::Receiver<AppendResult>, AppendError> {
        let prepared = Prepared::new(append)?;
        let (reply, answer) = oneshot::channel();
        let bytes = prepared.bytes;
        let full = |_| AppendError::Unavailable { source: Closed::Full.into() };
        self.appends.push(Job { prepared, reply }, bytes).map_err(full)?;
        Ok(answer)
    }
}

type AppendResult = Result<Appended, AppendError>;

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// The work of one reading thread.
fn answer(mut reader: Reader, looks: &Queue<Look>) {
    let _taker = Taker(looks);
    while let Some(next) = looks.take(1, 0) {
        for look in next {
            look(&mut reader);
        }
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        // A thread that panicked has told its callers. The writer ends after all readers: two
        // connections that close at the same time would each leave the log to the other.
        self.looks.close();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        self.appends.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl EventStore for EmbeddedStore {
    fn append(&self, append: Append) -> StoreFuture<'static, Appended, AppendError> {
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
        Box::pin(self.look(move |reader| reader.read_stream(&stream, from, limit)))
    }

    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError> {
        let (query, after) = (query.clone(), after.clone());
        Box::pin(self.look(move |reader| reader.read(&query, &after, limit)))
    }

    fn head(&self) -> StoreFuture<'_, Position, ReadError> {
        let head = Position::from_sequence(*self.head.borrow());
        Box::pin(std::future::ready(Ok(head)))
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
        Box::pin(self.look(move |reader| reader.find_command(id)))
    }

    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        fingerprint: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError> {
        let stream = stream.clone();
        Box::pin(self.look(move |reader| reader.load_snapshot(&stream, fingerprint)))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError> {
        let append = Append::new(Timestamp::default()).with_snapshot(snapshot);
        let saved = self.append(append);
        Box::pin(async move { saved.await.map(|_| ()) })
    }
}
