//! The store: what callers hold, between them and the threads.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, Appended, Commit, CommitError, Document, DocumentStore, EventQuery,
    EventStore, Page, Position, ReadError, Snapshot, StoreFuture, StoredCommand, StoredEvent,
    StreamName, Version,
};
use tokio::sync::{oneshot, watch};

use crate::builder::{EmbeddedStoreBuilder, Options};
use crate::document::Documents;
use crate::error::{Closed, OpenError};
use crate::file::{self, Lock};
use crate::job::{Answer, Asked, Job};
use crate::lines::Lines;
use crate::queue::Taker;
use crate::reader::Reader;
use crate::record::Prepared;
use crate::verify;
use crate::writer::Writer;

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
    lines: Arc<Lines>,
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
        self.lines.look(verify::everything).await
    }

    pub(crate) fn open_with(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let opened = file::open(path, options)?;
        let (head, told) = watch::channel(opened.head.unsigned_abs());
        let mut store = EmbeddedStore {
            path: path.to_path_buf(),
            lines: Lines::new(),
            head: told,
            readers: Vec::new(),
            writer: None,
            _lock: opened.lock,
        };
        let refused = |source: std::io::Error| OpenError::Refused {
            path: path.to_path_buf(),
            source: source.into(),
        };
        let (lines, connection) = (Arc::clone(&store.lines), opened.writer);
        let work = move || {
            let taker = Taker(&lines.jobs);
            // What cannot be prepared was refused when the file was opened.
            if let Ok(writer) = Writer::new(&connection, head) {
                writer.run(taker);
            }
        };
        store.writer = Some(thread("rdddy-write", work).map_err(refused)?);
        for connection in opened.readers {
            let lines = Arc::clone(&store.lines);
            let work = move || answer(Reader::new(connection), &lines);
            store.readers.push(thread("rdddy-read", work).map_err(refused)?);
        }
        Ok(store)
    }

    /// Puts `append` in line.
    fn submit(&self, append: Append) -> Result<oneshot::Receiver<AppendAnswer>, AppendError> {
        let prepared = Prepared::new(append)?;
        let (asked, answer) = Asked::new(prepared);
        self.lines.write(Job::Append(asked))?;
        Ok(answer)
    }
}

type AppendAnswer = Answer<Prepared, Appended, AppendError>;

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// The work of one reading thread.
fn answer(mut reader: Reader, lines: &Lines) {
    let _taker = Taker(&lines.looks);
    while let Some(next) = lines.looks.take(1, 0) {
        for look in next {
            look(&mut reader);
        }
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        // A thread that panicked has told its callers. The writer ends after all readers: two
        // connections that close at the same time would each leave the log to the other.
        self.lines.looks.close();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        self.lines.jobs.close();
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
            submitted?.await.map_err(lost)?.outcome
        })
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Version,
        limit: usize,
    ) -> StoreFuture<'a, Vec<StoredEvent>, ReadError> {
        let stream = stream.clone();
        Box::pin(self.lines.look(move |reader| reader.read_stream(&stream, from, limit)))
    }

    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError> {
        let (query, after) = (query.clone(), after.clone());
        Box::pin(self.lines.look(move |reader| reader.read(&query, &after, limit)))
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
        Box::pin(self.lines.look(move |reader| reader.find_command(id)))
    }

    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        fingerprint: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError> {
        let stream = stream.clone();
        Box::pin(self.lines.look(move |reader| reader.load_snapshot(&stream, fingerprint)))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError> {
        let append = Append::new(Timestamp::default()).with_snapshot(snapshot);
        let saved = self.append(append);
        Box::pin(async move { saved.await.map(|_| ()) })
    }

    /// They are in the same file, and a commit of them shares the disk with appends. Like the store
    /// itself, they are answered until this handle is dropped.
    fn documents(&self) -> Option<Arc<dyn DocumentStore>> {
        Some(Arc::new(Documents(Arc::clone(&self.lines))))
    }
}

/// For documents in a file of their own.
impl DocumentStore for EmbeddedStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError> {
        Documents(Arc::clone(&self.lines)).commit(commit)
    }

    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError> {
        Box::pin(async move { Documents(Arc::clone(&self.lines)).get(table, key).await })
    }

    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError> {
        let documents = Documents(Arc::clone(&self.lines));
        Box::pin(async move { documents.page(table, after, limit).await })
    }
}
