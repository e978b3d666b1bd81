//! The states of aggregates, now and formerly, as their streams tell them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::load::{LoadError, Loaded, Loader, Until};
use crate::domain::{Aggregate, KeyStore, with_keys};
use crate::limits;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::store::{EventStore, Position, StoredEvent, StreamName, Version};

/// The aggregates of one type in a store. It reads only; commands are what changes an aggregate.
///
/// Every call reads what is durable when it is called. Clones are cheap.
pub struct Repository<A: Aggregate> {
    loader: Arc<Loader<A>>,
}

impl<A: Aggregate> Repository<A> {
    /// The aggregates in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Repository { loader: Arc::new(Loader::new(store, None)) }
    }

    /// The aggregates in `store`, whose personal values are read with `keys`.
    #[must_use]
    pub fn with_keys(store: Arc<dyn EventStore>, keys: Arc<dyn KeyStore>) -> Self {
        Repository { loader: Arc::new(Loader::new(store, Some(keys))) }
    }

    /// The aggregate as it is: its default state at version 0 when nothing has happened to it yet.
    ///
    /// A snapshot that is of no use is passed over, with a warning to the log.
    ///
    /// # Errors
    ///
    /// [`LoadError`].
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        self.loader.load(&Loader::<A>::stream(id)?, Until::End).await
    }

    /// Whether anything has happened to the aggregate.
    ///
    /// # Errors
    ///
    /// [`LoadError`].
    pub async fn exists(&self, id: &A::Id) -> Result<bool, LoadError> {
        let stream = Loader::<A>::stream(id)?;
        Ok(!self.loader.page(&stream, Version::NONE, 1).await?.is_empty())
    }

    /// The aggregate as its first `version` events left it.
    ///
    /// # Errors
    ///
    /// [`LoadError`]; [`LoadError::NoSuchVersion`] when it has fewer events.
    pub async fn as_of(&self, id: &A::Id, version: Version) -> Result<Loaded<A>, LoadError> {
        self.loader.load(&Loader::<A>::stream(id)?, Until::Version(version)).await
    }

    /// The aggregate as it was at `time`: before the first of its events that was recorded later.
    ///
    /// Times are those of the systems that recorded the events. Where clocks differ, the order of the
    /// stream counts.
    ///
    /// # Errors
    ///
    /// [`LoadError`].
    pub async fn at(&self, id: &A::Id, time: Timestamp) -> Result<Loaded<A>, LoadError> {
        let stream = Loader::<A>::stream(id)?;
        let mut loaded = Loaded { state: A::default(), version: Version::NONE };
        loop {
            let page = self.loader.page(&stream, loaded.version, limits::READ_PAGE_MAX).await?;
            let later = page.iter().position(|stored| stored.recorded_at > time);
            let until = later.unwrap_or(page.len());
            self.loader.apply(&mut loaded, page.get(..until).unwrap_or_default())?;
            if later.is_some() || page.is_empty() {
                return Ok(loaded);
            }
        }
    }

    /// What has happened to the aggregate, from its first event on.
    ///
    /// # Errors
    ///
    /// [`LoadError::Id`].
    pub fn history(&self, id: &A::Id) -> Result<History<A>, LoadError> {
        let stream = Loader::<A>::stream(id)?;
        let loader = Arc::clone(&self.loader);
        Ok(History { loader, stream, read: VecDeque::new(), given: Version::NONE })
    }
}

impl<A: Aggregate> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Repository { loader: Arc::clone(&self.loader) }
    }
}

impl<A: Aggregate> fmt::Debug for Repository<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repository<{}>", A::NAME)
    }
}

/// What has happened to one aggregate, read page by page.
pub struct History<A: Aggregate> {
    loader: Arc<Loader<A>>,
    stream: StreamName,
    read: VecDeque<StoredEvent>,
    given: Version,
}

/// An event that has happened to an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Past<E> {
    /// The event, as its type is today.
    pub event: E,
    /// Identifies it.
    pub id: MessageId,
    /// The how many-th of its aggregate it is, counted from 1.
    pub version: Version,
    /// Where it stands in the store.
    pub position: Position,
    /// When it was decided.
    pub recorded_at: Timestamp,
    /// What is known about it beside its content.
    pub metadata: Metadata,
}

impl<A: Aggregate> History<A> {
    /// The next event; `None` when there is none yet. Later calls give what has happened since.
    ///
    /// # Errors
    ///
    /// [`LoadError`]. Nothing is skipped: the next call tries again.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Result<Option<Past<A::Event>>, LoadError> {
        if self.read.is_empty() {
            let limit = limits::STORE_SUBSCRIPTION_BUFFER;
            self.read = self.loader.page(&self.stream, self.given, limit).await?.into();
        }
        let Some(stored) = self.read.front() else { return Ok(None) };
        let event = with_keys(self.loader.keys(), || self.loader.decode(stored))?;
        self.given = stored.version;
        Ok(self.read.pop_front().map(|stored| Past {
            event,
            id: stored.event.id,
            version: stored.version,
            position: stored.position,
            recorded_at: stored.recorded_at,
            metadata: stored.event.metadata,
        }))
    }
}

impl<A: Aggregate> fmt::Debug for History<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("stream", &self.stream)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
