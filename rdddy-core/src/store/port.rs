//! What every event store does.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{
    Append, AppendError, Appended, DocumentStore, EventQuery, Position, ReadError, Snapshot,
    StoredCommand, StoredEvent, StreamName, Version,
};
use crate::message::MessageId;

/// What a store answers, later.
pub type StoreFuture<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A durable, ordered log of events.
///
/// # Promises
///
/// - **Durable:** when `append` succeeds, what it stored survives a crash of the process and, unless
///   the store says otherwise, of the machine, and can be read at the returned position at once.
/// - **Ordered:** positions become visible in commit order. Whoever has read up to a position never
///   later sees an event appear at or before it.
/// - **All or nothing:** check and append are one atomic step; an append that fails leaves no trace.
///   The one failure that does not tell is [`AppendError::Unacknowledged`].
/// - **Idempotent:** an append with a known command id stores nothing, and returns the first answer.
///   That is looked up before any condition is checked.
///
/// - **In line:** an append takes its place in line when `append` is called, not when its future is
///   first polled. Two appends that are called one after the other are looked at in that order.
///
/// Many callers append at the same time; a store gathers what waits and commits it as a group. One
/// append of a group may be refused without harm to the others.
///
/// # Cancel safety
///
/// A future of `append` that is dropped may have stored everything or nothing. Reads can be dropped.
pub trait EventStore: Send + Sync + 'static {
    /// Stores `append`, if its conditions hold.
    ///
    /// # Errors
    ///
    /// [`AppendError`]; a conflict says what was expected and found.
    fn append(&self, append: Append) -> StoreFuture<'static, Appended, AppendError>;

    /// A page of the events of `stream`, in order, beginning with version `from`: at most `limit`,
    /// and never more than [`READ_PAGE_MAX`](crate::limits::READ_PAGE_MAX). A page with fewer is the
    /// end of the stream.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Version,
        limit: usize,
    ) -> StoreFuture<'a, Vec<StoredEvent>, ReadError>;

    /// A page of the events that match `query`, in commit order, after the position `after`.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError>;

    /// Where the last visible event stands; [`Position::START`] when there is none.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn head(&self) -> StoreFuture<'_, Position, ReadError>;

    /// Waits until there is an event after `after`, of whatever kind.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn watch<'a>(&'a self, after: &'a Position) -> StoreFuture<'a, (), ReadError>;

    /// The command with this id, if it was carried out.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn find_command(&self, id: MessageId) -> StoreFuture<'_, Option<StoredCommand>, ReadError>;

    /// The latest snapshot of `stream` made by the fold `fingerprint`.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        fingerprint: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError>;

    /// Keeps `snapshot`. One that is older than the kept one of the same fold is ignored.
    ///
    /// # Errors
    ///
    /// [`AppendError`].
    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError>;

    /// The documents that this store keeps beside its events, if it does.
    fn documents(&self) -> Option<Arc<dyn DocumentStore>> {
        None
    }
}

/// Some of the events that match a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The events, at most as many as were asked for and never more than
    /// [`READ_PAGE_MAX`](crate::limits::READ_PAGE_MAX).
    pub events: Vec<StoredEvent>,
    /// Everything up to here has been looked at; the next page is read after it.
    pub reached: Position,
    /// Whether there was nothing after `reached` when the page was read.
    pub at_head: bool,
}
