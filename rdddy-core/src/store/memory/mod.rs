//! A store in memory: for tests, simulations and whatever may be forgotten.
//!
//! Every call waits once before and once after its one step on the content, so that a simulation
//! explores what may happen in between. Nothing depends on time or on hashing.

mod content;
mod documents;
mod fault;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use tokio::sync::Notify;

use super::{
    Append, AppendError, Appended, Commit, CommitError, Document, DocumentStore, EventQuery,
    EventStore, Page, Position, ReadError, Snapshot, StoreFuture, StoredCommand, StoredEvent,
    StreamName, Version,
};
use crate::message::MessageId;
use crate::seam::sync::lock;
use content::Content;
use documents::Documents;
pub use fault::StoreFault;
use fault::{Faults, Injected};

/// An [`EventStore`] in memory. Clones are the same handle on the same content.
///
/// # Durability
///
/// The content lives as long as a handle on it. [`MemoryStore::reopen`] stands for starting again
/// after a crash. Conditions and queries look at one event after the other: this is not a store for
/// millions of events.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Shared {
    content: Mutex<Content>,
    documents: Mutex<Documents>,
    changed: Notify,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = lock(&self.shared.content).head();
        f.debug_struct("MemoryStore").field("head", &head).finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// A store without content.
    #[must_use]
    pub fn new() -> Self {
        MemoryStore::default()
    }

    /// Another handle on the same content, without faults: what a system finds that is started
    /// again.
    #[must_use]
    pub fn reopen(&self) -> Self {
        MemoryStore { shared: Arc::clone(&self.shared), faults: Arc::default() }
    }

    /// Makes `fault` happen at the `call`-th call of this handle, counted from 1. For tests.
    pub fn inject(&self, call: u64, fault: StoreFault) {
        self.faults.plan(call, fault);
    }

    /// Asks `chooser` before each call of this handle, by its number, what goes wrong with it. For tests.
    pub fn inject_by(&self, chooser: impl Fn(u64) -> Option<StoreFault> + Send + Sync + 'static) {
        self.faults.choose_by(Box::new(chooser));
    }

    /// Whether a crash has cut this handle off.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.faults.cut().is_some()
    }

    /// Waits until a crash has cut this handle off.
    pub async fn cut_off(&self) {
        loop {
            let mut changed = pin!(self.shared.changed.notified());
            // Before looking, so that a change in between is not slept through.
            changed.as_mut().enable();
            if self.is_cut_off() {
                return;
            }
            changed.await;
        }
    }

    /// How many calls this handle has had; waiting for events is none.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.faults.calls()
    }

    /// Changes the content, here and now: whoever calls first is first. The acknowledgement is
    /// another matter.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Content) -> Result<T, AppendError>,
    ) -> Result<Changed<T>, AppendError> {
        let refused = |source: Injected| AppendError::Unavailable { source: source.into() };
        let fault = self.faults.enter().inspect_err(|_| self.wake()).map_err(refused)?;
        let outcome = change(&mut lock(&self.shared.content));
        Ok(Changed { fault, outcome })
    }

    async fn acknowledge<T>(&self, changed: Changed<T>) -> Result<T, AppendError> {
        let Changed { fault, outcome } = changed;
        pause().await;
        self.wake();
        pause().await;
        let left = self.faults.leave(fault).inspect_err(|_| self.wake());
        left.map_err(|source| AppendError::Unacknowledged { source: source.into() })?;
        outcome
    }

    async fn look<T>(&self, read: impl FnOnce(&Content) -> T + Send) -> Result<T, ReadError> {
        pause().await;
        let fault = self.faults.enter().inspect_err(|_| self.wake()).map_err(unreadable)?;
        let found = read(&lock(&self.shared.content));
        pause().await;
        self.faults.leave(fault).inspect_err(|_| self.wake()).map_err(unreadable)?;
        Ok(found)
    }

    fn wake(&self) {
        self.shared.changed.notify_waiters();
    }
}

impl EventStore for MemoryStore {
    fn append(&self, append: Append) -> StoreFuture<'static, Appended, AppendError> {
        let store = self.clone();
        let outcome = append.check().and_then(|()| self.change(|content| content.append(append)));
        Box::pin(async move { store.acknowledge(outcome?).await })
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Version,
        limit: usize,
    ) -> StoreFuture<'a, Vec<StoredEvent>, ReadError> {
        Box::pin(self.look(move |content| content.read_stream(stream, from, limit)))
    }

    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError> {
        Box::pin(self.look(move |content| content.read(query, after, limit)))
    }

    fn head(&self) -> StoreFuture<'_, Position, ReadError> {
        Box::pin(self.look(Content::head))
    }

    fn watch<'a>(&'a self, after: &'a Position) -> StoreFuture<'a, (), ReadError> {
        Box::pin(async move {
            loop {
                let mut changed = pin!(self.shared.changed.notified());
                // Before looking, so that a change in between is not slept through.
                changed.as_mut().enable();
                if let Some(cut) = self.faults.cut() {
                    return Err(unreadable(Injected(cut)));
                }
                if !after.reached(&lock(&self.shared.content).head()) {
                    return Ok(());
                }
                changed.await;
            }
        })
    }

    fn find_command(&self, id: MessageId) -> StoreFuture<'_, Option<StoredCommand>, ReadError> {
        Box::pin(self.look(move |content| content.find_command(id)))
    }

    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        fingerprint: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError> {
        Box::pin(self.look(move |content| content.load_snapshot(stream, fingerprint)))
    }

    fn documents(&self) -> Option<Arc<dyn DocumentStore>> {
        Some(Arc::new(self.clone()))
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError> {
        Box::pin(async move {
            Append {
                snapshots: vec![snapshot.clone()],
                ..Append::new(crate::message::Timestamp::default())
            }
            .check()?;
            let changed = self.change(|content| {
                content.save_snapshot(snapshot);
                Ok(())
            })?;
            self.acknowledge(changed).await
        })
    }
}

impl DocumentStore for MemoryStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'static, (), CommitError> {
        let store = self.clone();
        let outcome = commit.check().and_then(|()| {
            let refused = |source: Injected| AppendError::Unavailable { source: source.into() };
            let fault = store.faults.enter().inspect_err(|_| store.wake()).map_err(refused)?;
            Ok((fault, lock(&store.shared.documents).commit(commit)))
        });
        Box::pin(async move {
            let (fault, outcome) = outcome?;
            pause().await;
            let left = store.faults.leave(fault).inspect_err(|_| store.wake());
            left.map_err(|source| AppendError::Unacknowledged { source: source.into() })?;
            outcome
        })
    }

    fn get<'a>(
        &'a self,
        table: &'a str,
        key: &'a str,
    ) -> StoreFuture<'a, Option<Vec<u8>>, ReadError> {
        let shared = &self.shared;
        Box::pin(self.look(move |_| lock(&shared.documents).get(table, key)))
    }

    fn page<'a>(
        &'a self,
        table: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<Document>, ReadError> {
        let shared = &self.shared;
        Box::pin(self.look(move |_| lock(&shared.documents).page(table, after, limit)))
    }
}

/// A change that was carried out, or refused by the content, but not acknowledged.
struct Changed<T> {
    fault: Option<StoreFault>,
    outcome: Result<T, AppendError>,
}

fn unreadable(source: Injected) -> ReadError {
    ReadError::Unavailable { source: source.into() }
}

/// Lets others go first, once.
async fn pause() {
    let mut paused = false;
    poll_fn(|cx| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
