//! The states of aggregates, now and formerly, as their streams tell them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use super::committed::Happened;
use super::error::HostReadError;
use super::fold::{Folded, decoder_of, fold};
use super::surroundings::Surroundings;
use crate::domain::{Aggregate, AggregateEvent, KeyStore, Stored, with_keys};
use crate::limits;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::store::{
    EventDecoder, EventStore, NameError, Position, StoredEvent, StreamName, Version,
};

/// The aggregates of one type in a store. It reads only; commands are what changes an aggregate.
///
/// Every call reads what is durable when it is called. Clones are cheap.
pub struct Repository<A: Aggregate> {
    shared: Arc<Shared<A>>,
}

struct Shared<A: Aggregate> {
    around: Surroundings,
    decoder: EventDecoder<A::Event>,
}

/// An aggregate as it is, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded<A> {
    /// Its state.
    pub state: A,
    /// How many events have led to it.
    pub version: Version,
}

/// Why an aggregate could not be loaded. Nothing stored is changed by any.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No stream can have a name with this id in it.
    #[error("the id cannot name a stream")]
    Id(#[from] NameError),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] HostReadError),
    /// The aggregate has not got that far.
    #[error("`{stream}` has {found} events, fewer than {asked}")]
    NoSuchVersion {
        /// The stream.
        stream: StreamName,
        /// What was asked for.
        asked: Version,
        /// What there is.
        found: Version,
    },
    /// Of an aggregate whose state is stored, only the present one is.
    #[error("of `{stream}` only the present state is stored, that of version {present}")]
    OnlyPresent {
        /// The stream.
        stream: StreamName,
        /// The version of the present state.
        present: Version,
    },
}

impl LoadError {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, LoadError::Read(HostReadError::Store(error)) if error.is_transient())
    }
}

impl<A: Aggregate> Repository<A> {
    /// The aggregates in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Repository::over(Surroundings::of(store))
    }

    /// The aggregates in `store`, whose personal values are read with `keys`.
    #[must_use]
    pub fn with_keys(store: Arc<dyn EventStore>, keys: Arc<dyn KeyStore>) -> Self {
        Repository::over(Surroundings { keys: Some(keys), ..Surroundings::of(store) })
    }

    pub(super) fn over(around: Surroundings) -> Self {
        Repository { shared: Arc::new(Shared { around, decoder: decoder_of::<A>() }) }
    }

    /// The aggregate as it is: its default state at version 0 when nothing has happened to it yet.
    ///
    /// A snapshot that is of no use is passed over, with a warning to the log.
    ///
    /// # Errors
    ///
    /// [`LoadError`].
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        self.shared.load(&stream_of::<A>(id)?, |_| true, true).await
    }

    /// Whether anything has happened to the aggregate.
    ///
    /// # Errors
    ///
    /// [`LoadError`].
    pub async fn exists(&self, id: &A::Id) -> Result<bool, LoadError> {
        let stream = stream_of::<A>(id)?;
        Ok(!self.shared.page(&stream, Version::NONE, 1).await?.is_empty())
    }

    /// The aggregate as its first `version` events left it.
    ///
    /// # Errors
    ///
    /// [`LoadError`]; [`LoadError::NoSuchVersion`] when it has fewer events,
    /// [`LoadError::OnlyPresent`] when it has more and its state is stored.
    pub async fn as_of(&self, id: &A::Id, version: Version) -> Result<Loaded<A>, LoadError> {
        let (stream, asked) = (stream_of::<A>(id)?, version);
        let loaded = self.shared.load(&stream, |stored| stored.version <= asked, true).await?;
        let found = loaded.version;
        if found < asked {
            return Err(LoadError::NoSuchVersion { stream, asked, found });
        }
        if found > asked {
            return Err(LoadError::OnlyPresent { stream, present: found });
        }
        Ok(loaded)
    }

    /// The aggregate as it was at `time`: before the first of its events that was recorded later.
    ///
    /// Times are those of the systems that recorded the events. Where clocks differ, the order of the
    /// stream counts.
    ///
    /// # Errors
    ///
    /// [`LoadError`]; [`LoadError::OnlyPresent`] when its state is stored, and something has happened
    /// to it since.
    pub async fn at(&self, id: &A::Id, time: Timestamp) -> Result<Loaded<A>, LoadError> {
        let stream = stream_of::<A>(id)?;
        let wanted = |stored: &StoredEvent| stored.recorded_at <= time;
        // A snapshot does not tell when the first of its events was recorded that came later.
        let loaded = self.shared.load(&stream, wanted, false).await?;
        if A::STORED == Stored::State && loaded.version > Version::NONE {
            let before = Version(loaded.version.0 - 1);
            let last = self.shared.page(&stream, before, 1).await?;
            if !last.iter().all(wanted) {
                return Err(LoadError::OnlyPresent { stream, present: loaded.version });
            }
        }
        Ok(loaded)
    }

    /// What has happened to the aggregate, from its first event on.
    ///
    /// # Errors
    ///
    /// [`LoadError::Id`].
    pub fn history(&self, id: &A::Id) -> Result<History<A>, LoadError> {
        let (stream, shared) = (stream_of::<A>(id)?, Arc::clone(&self.shared));
        Ok(History { shared, stream, read: VecDeque::new(), given: Version::NONE })
    }
}

fn stream_of<A: Aggregate>(id: &A::Id) -> Result<StreamName, NameError> {
    StreamName::new(A::category(), id.to_string())
}

impl<A: Aggregate> Shared<A> {
    async fn load(
        &self,
        stream: &StreamName,
        wanted: impl Fn(&StoredEvent) -> bool + Send + Sync,
        snapshots: bool,
    ) -> Result<Loaded<A>, LoadError> {
        let Surroundings { store, keys, .. } = &self.around;
        let folding =
            fold(&**store, keys.as_ref(), &self.decoder, stream, wanted, snapshots).await?;
        let Folded { state, version, broken_snapshot, .. } = folding;
        if let Some(reason) = broken_snapshot {
            tracing::warn!(%stream, ?reason, "a snapshot is passed over");
        }
        Ok(Loaded { state, version })
    }

    /// At most `limit` events of `stream` after `version`; none at the end.
    async fn page(
        &self,
        stream: &StreamName,
        version: Version,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, HostReadError> {
        let page = self.around.store.read_stream(stream, version.next(), limit).await;
        page.map_err(|error| HostReadError::Store(Arc::new(error)))
    }
}

impl<A: Aggregate> Clone for Repository<A> {
    fn clone(&self) -> Self {
        Repository { shared: Arc::clone(&self.shared) }
    }
}

impl<A: Aggregate> fmt::Debug for Repository<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repository<{}>", A::NAME)
    }
}

/// What has happened to one aggregate, read page by page.
pub struct History<A: Aggregate> {
    shared: Arc<Shared<A>>,
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

impl<T: AggregateEvent> Past<T> {
    /// The event, whatever its type: `#[aggregate]` gives the type of them all no name.
    #[must_use]
    pub fn happened(&self) -> Happened {
        Happened::of(&self.event)
    }
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
            self.read = self.shared.page(&self.stream, self.given, limit).await?.into();
        }
        let Some(stored) = self.read.front() else { return Ok(None) };
        let Shared { around, decoder } = &*self.shared;
        let decoded = with_keys(around.keys.as_ref(), || decoder.decode(&stored.event));
        let event = decoded.map_err(|source| HostReadError::Event {
            stream: self.stream.to_string(),
            version: stored.version.0,
            source: Arc::new(source),
        })?;
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
