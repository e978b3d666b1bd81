//! Reading an aggregate's state from its stream: a snapshot if there is one, then the events.

use std::sync::Arc;

use crate::domain::{Aggregate, AggregateEvent, KeyStore, with_keys};
use crate::limits;
use crate::store::{
    EventDecodeError, EventDecoder, EventStore, NameError, ReadError, StoreCause, StoredEvent,
    StreamName, Version,
};

/// An aggregate as it is, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded<A> {
    /// Its state.
    pub state: A,
    /// How many events have led to it.
    pub version: Version,
}

/// Why the state of an aggregate could not be loaded. Nothing stored is changed by any.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No stream can have a name with this id in it.
    #[error("the id cannot name a stream")]
    Id(#[from] NameError),
    /// The store does not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event could not be decoded.
    #[error("event {version} of `{stream}` cannot be decoded")]
    Event {
        /// The stream.
        stream: StreamName,
        /// Which event of it.
        version: Version,
        /// Why.
        source: EventDecodeError,
    },
    /// Events of the stream are missing, or come twice.
    #[error("`{stream}` has event {found} where event {expected} belongs")]
    Gap {
        /// The stream.
        stream: StreamName,
        /// The event that should be next.
        expected: Version,
        /// The one that is.
        found: Version,
    },
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
}

impl LoadError {
    /// Whether the same may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, LoadError::Read(error) if error.is_transient())
    }
}

/// How far to read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    End,
    Version(Version),
}

/// Reads streams of one type of aggregate.
pub(super) struct Loader<A: Aggregate> {
    store: Arc<dyn EventStore>,
    keys: Option<Arc<dyn KeyStore>>,
    decoder: EventDecoder<A::Event>,
}

impl<A: Aggregate> Loader<A> {
    pub(super) fn new(store: Arc<dyn EventStore>, keys: Option<Arc<dyn KeyStore>>) -> Self {
        let mut decoder = EventDecoder::new();
        for format in A::Event::formats() {
            decoder = decoder.event(format.name, format.schema, format.decode);
            for (from, upcast) in format.upcasts {
                decoder = decoder.upcast(format.name, from, upcast);
            }
            for old in format.formerly {
                decoder = decoder.renamed(old, format.name);
            }
        }
        Loader { store, keys, decoder }
    }

    pub(super) fn stream(id: &A::Id) -> Result<StreamName, NameError> {
        StreamName::new(A::category(), id.to_string())
    }

    pub(super) fn keys(&self) -> Option<&Arc<dyn KeyStore>> {
        self.keys.as_ref()
    }

    /// At most `limit` events of `stream` after `version`; none at the end.
    pub(super) async fn page(
        &self,
        stream: &StreamName,
        version: Version,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, LoadError> {
        let events = self.store.read_stream(stream, version.next(), limit).await?;
        for (stored, nth) in events.iter().zip(version.0.saturating_add(1)..) {
            let expected = Version(nth);
            if stored.version != expected {
                let found = stored.version;
                return Err(LoadError::Gap { stream: stream.clone(), expected, found });
            }
        }
        Ok(events)
    }

    /// The event in its type. The caller has the keys at hand.
    pub(super) fn decode(&self, stored: &StoredEvent) -> Result<A::Event, LoadError> {
        self.decoder.decode(&stored.event).map_err(|source| LoadError::Event {
            stream: stored.stream.clone(),
            version: stored.version,
            source,
        })
    }

    /// The state after the events up to `until`.
    pub(super) async fn load(
        &self,
        stream: &StreamName,
        until: Until,
    ) -> Result<Loaded<A>, LoadError> {
        let mut loaded = match self.snapshot(stream, until).await? {
            Some(loaded) => loaded,
            None => Loaded { state: A::default(), version: Version::NONE },
        };
        loop {
            let left = match until {
                Until::End => usize::MAX,
                Until::Version(last) => {
                    usize::try_from(last.0.saturating_sub(loaded.version.0)).unwrap_or(usize::MAX)
                }
            };
            if left == 0 {
                return Ok(loaded);
            }
            let limit = left.min(limits::READ_PAGE_MAX);
            let page = self.page(stream, loaded.version, limit).await?;
            match until {
                Until::Version(asked) if page.is_empty() => {
                    let (stream, found) = (stream.clone(), loaded.version);
                    return Err(LoadError::NoSuchVersion { stream, asked, found });
                }
                _ if page.is_empty() => return Ok(loaded),
                _ => self.apply(&mut loaded, &page)?,
            }
        }
    }

    /// Applies one page of events.
    pub(super) fn apply(
        &self,
        loaded: &mut Loaded<A>,
        page: &[StoredEvent],
    ) -> Result<(), LoadError> {
        with_keys(self.keys(), || {
            for stored in page {
                loaded.state.apply(&self.decode(stored)?);
                loaded.version = stored.version;
            }
            Ok(())
        })
    }

    /// The state that a snapshot kept, if there is one to begin with. It only saves reading: one that
    /// is of no use is passed over.
    async fn snapshot(
        &self,
        stream: &StreamName,
        until: Until,
    ) -> Result<Option<Loaded<A>>, LoadError> {
        if A::SNAPSHOT_EVERY.is_none() {
            return Ok(None);
        }
        let snapshot = match self.store.load_snapshot(stream, A::fingerprint()).await {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return Ok(None),
            Err(ReadError::Corrupt { place, source }) => {
                passed_over(stream, &format!("it is damaged: {place}: {source}"));
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        if matches!(until, Until::Version(last) if snapshot.version > last) {
            return Ok(None);
        }
        // A store that was restored from a backup may have lost the events that it was folded from.
        let last = self.store.read_stream(stream, snapshot.version, 1).await?;
        if last.first().is_none_or(|stored| stored.version != snapshot.version) {
            passed_over(stream, "its last event does not exist");
            return Ok(None);
        }
        let restored: Option<Result<A, StoreCause>> = with_keys(self.keys(), || {
            A::restore(&snapshot.data).map(|restored| restored.map_err(StoreCause::from))
        });
        Ok(match restored {
            Some(Ok(state)) => Some(Loaded { state, version: snapshot.version }),
            Some(Err(error)) => {
                passed_over(stream, &error.to_string());
                None
            }
            None => None,
        })
    }
}

#[cold]
fn passed_over(stream: &StreamName, reason: &str) {
    tracing::warn!(%stream, reason, "a snapshot is passed over");
}
