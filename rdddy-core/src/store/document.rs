//! Documents beside the events: read models, checkpoints, whatever can be made again from the events.

use super::{AppendError, ReadError, StoreFuture};
use crate::limits;

/// Tables of documents by key, beside the events of a store.
///
/// Whatever reads events and keeps something of them keeps it here, together with how far it has
/// read: both in one commit.
///
/// # Promises
///
/// - **All or nothing:** a commit checks its condition and writes in one atomic step.
/// - **Durable:** what a successful commit wrote survives a crash, as far as the events of the same
///   store do. A commit that is lost can be made again from the events.
/// - **Ordered:** commits are carried out in the order in which `commit` is called. A page is in the
///   order of the keys' bytes.
pub trait DocumentStore: Send + Sync + 'static {
    /// Writes `commit`, if its condition holds.
    ///
    /// # Errors
    ///
    /// [`CommitError`]; one that fails leaves no trace, except for a lost acknowledgement.
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError>;

    /// The document of `table` with this key.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError>;

    /// The documents of `table` with keys after `after`: at most `limit`, and never more than
    /// [`READ_PAGE_MAX`](crate::limits::READ_PAGE_MAX). An empty page is the end.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError>;
}

/// A document and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is found by, within its table.
    pub key: String,
    /// Its content, usually JSON. A store never looks into it.
    pub data: Vec<u8>,
}

/// What is written together, or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// What must be there; otherwise somebody else was first.
    pub expected: Option<Write>,
    /// Tables that lose all their documents, before anything is written.
    pub cleared: Vec<String>,
    /// What is written, in this order.
    pub writes: Vec<Write>,
}

/// A document to be written or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The table.
    pub table: String,
    /// The key.
    pub key: String,
    /// The content; `None` for no document.
    pub data: Option<Vec<u8>>,
}

impl Write {
    /// The document `key` of `table` becomes `data`.
    #[must_use]
    pub fn put(table: impl Into<String>, key: impl Into<String>, data: Vec<u8>) -> Self {
        Write { table: table.into(), key: key.into(), data: Some(data) }
    }

    /// There is no document `key` in `table`.
    #[must_use]
    pub fn remove(table: impl Into<String>, key: impl Into<String>) -> Self {
        Write { table: table.into(), key: key.into(), data: None }
    }
}

impl Commit {
    /// Checks it against the limits that all stores share. A store calls this first.
    ///
    /// # Errors
    ///
    /// [`CommitError::Store`] with [`AppendError::TooLarge`].
    pub fn check(&self) -> Result<(), CommitError> {
        let mut bytes = 0;
        for write in self.writes.iter().chain(&self.expected) {
            within("the name of a table", write.table.len(), limits::TABLE_NAME_MAX)?;
            within("the key of a document", write.key.len(), limits::DOCUMENT_KEY_MAX)?;
            bytes += write.data.as_ref().map_or(0, Vec::len);
        }
        within("the documents of a commit", self.writes.len(), limits::COMMIT_WRITES_MAX)?;
        within("the bytes of a commit", bytes, limits::APPEND_BYTES_MAX)
    }
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<(), CommitError> {
    if size > limit {
        return Err(CommitError::Store(AppendError::TooLarge { what, size, limit }));
    }
    Ok(())
}

/// Why documents were not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Somebody else was first.
    #[error("document `{key}` of `{table}` is not as expected")]
    Conflict {
        /// The table of the condition.
        table: String,
        /// Its key.
        key: String,
    },
    /// The store did not take them.
    #[error(transparent)]
    Store(#[from] AppendError),
}
