//! Folding an aggregate from its stream, and its events to what a store keeps.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::error::HostReadError;
use super::fault::FaultKind;
use super::state;
use crate::domain::{Aggregate, AggregateEvent, KeyStore, Stored, with_keys};
use crate::limits;
use crate::message::{MessageId, Metadata};
use crate::runtime::{Failure, panic_message};
use crate::seam::beside;
use crate::store::{
    EventDecoder, EventStore, NewEvent, ReadError, Snapshot, StoredEvent, StreamName, Tag, Version,
};

/// An aggregate as it was folded.
pub(crate) struct Folded<A> {
    pub(crate) state: A,
    pub(crate) version: Version,
    /// The version of the snapshot that it was folded from.
    pub(crate) snapshot: Version,
    /// Why the snapshot was of no use, if there was one.
    pub(crate) broken_snapshot: Option<FaultKind>,
}

/// The decoder of an aggregate's events.
pub(crate) fn decoder_of<A: Aggregate>() -> EventDecoder<A::Event> {
    A::Event::formats().into_iter().fold(EventDecoder::new(), |decoder, format| {
        let name = format.name;
        let decoder = decoder.event(name, format.schema, format.decode);
        let decoder =
            format.formerly.into_iter().fold(decoder, |decoder, old| decoder.renamed(old, name));
        format
            .upcasts
            .into_iter()
            .fold(decoder, |decoder, (from, upcast)| decoder.upcast(name, from, upcast))
    })
}

/// Reads and folds one aggregate, from a snapshot if there is one, as far as `wanted` says. One whose
/// state is stored is folded from that, whatever else is asked for: there may be events of others
/// after it.
pub(crate) async fn fold<A: Aggregate>(
    store: &dyn EventStore,
    keys: Option<&Arc<dyn KeyStore>>,
    decoder: &EventDecoder<A::Event>,
    stream: &StreamName,
    wanted: impl Fn(&StoredEvent) -> bool + Send + Sync,
    snapshots: bool,
) -> Result<Folded<A>, HostReadError> {
    let mut folded = Folded {
        state: A::default(),
        version: Version::NONE,
        snapshot: Version::NONE,
        broken_snapshot: None,
    };
    if A::STORED == Stored::State {
        if let Some((state, version)) = state::read::<A>(store, keys, stream).await? {
            folded = Folded { state, version, snapshot: version, broken_snapshot: None };
        }
    } else if snapshots && A::SNAPSHOT_EVERY.is_some() {
        restore(&mut folded, store, keys, stream, &wanted).await?;
    }
    let read = |from: Version| store.read_stream(stream, from, limits::READ_PAGE_MAX);
    let mut reading = read(folded.version.next()).await;
    loop {
        let page = reading.map_err(|error| HostReadError::Store(Arc::new(error)))?;
        let Some(last) = page.last() else { return Ok(folded) };
        let from = last.version.next();
        let end = page.iter().position(|event| !wanted(event)).unwrap_or(page.len());
        let more = end == limits::READ_PAGE_MAX;
        let applying =
            async { with_keys(keys, || apply_all(&mut folded, decoder, stream, &page[..end])) };
        if !more {
            return applying.await.map(|()| folded);
        }
        // The next page is on its way while this one is folded.
        let (applied, ahead) = beside(applying, read(from)).await;
        applied?;
        reading = ahead;
    }
}

fn apply_all<A: Aggregate>(
    folded: &mut Folded<A>,
    decoder: &EventDecoder<A::Event>,
    stream: &StreamName,
    page: &[StoredEvent],
) -> Result<(), HostReadError> {
    for stored in page {
        let expected = folded.version.next();
        if stored.version != expected {
            let (stream, found) = (stream.to_string(), stored.version.0);
            return Err(HostReadError::Gap { stream, expected: expected.0, found });
        }
        let event = decoder.decode(&stored.event).map_err(|source| HostReadError::Event {
            stream: stream.to_string(),
            version: stored.version.0,
            source: Arc::new(source),
        })?;
        apply(&mut folded.state, &event)
            .map_err(|failure| HostReadError::Fold { stream: stream.to_string(), failure })?;
        folded.version = stored.version;
    }
    Ok(())
}

/// Applies an event, which may panic. The state is of no use then.
pub(crate) fn apply<A: Aggregate>(state: &mut A, event: &A::Event) -> Result<(), Failure> {
    let applied = catch_unwind(AssertUnwindSafe(|| state.apply(event)));
    applied.map_err(|panic| Failure::Panic(panic_message(&*panic)))
}

/// Begins with a snapshot, if one is of use. It only saves reading, so one that is damaged is not.
async fn restore<A: Aggregate>(
    folded: &mut Folded<A>,
    store: &dyn EventStore,
    keys: Option<&Arc<dyn KeyStore>>,
    stream: &StreamName,
    wanted: &(impl Fn(&StoredEvent) -> bool + Sync),
) -> Result<(), HostReadError> {
    let snapshot = match store.load_snapshot(stream, A::fingerprint()).await {
        Ok(Some(snapshot)) => snapshot,
        Ok(None) => return Ok(()),
        Err(error @ ReadError::Corrupt { .. }) => {
            folded.broken_snapshot = Some(FaultKind::Snapshot(error.to_string()));
            return Ok(());
        }
        Err(error) => return Err(HostReadError::Store(Arc::new(error))),
    };
    // A store that was restored from a backup may have lost the events that it was folded from.
    let last = store.read_stream(stream, snapshot.version, 1).await;
    let last = last.map_err(|error| HostReadError::Store(Arc::new(error)))?;
    match last.first().filter(|stored| stored.version == snapshot.version) {
        Some(stored) if wanted(stored) => {}
        Some(_) => return Ok(()),
        None => {
            let why = format!("its last event, {}, does not exist", snapshot.version);
            folded.broken_snapshot = Some(FaultKind::Snapshot(why));
            return Ok(());
        }
    }
    match with_keys(keys, || A::restore(&snapshot.data)) {
        Some(Ok(state)) => {
            folded.state = state;
            folded.version = snapshot.version;
            folded.snapshot = snapshot.version;
        }
        Some(Err(error)) => folded.broken_snapshot = Some(FaultKind::Snapshot(error.to_string())),
        None => {}
    }
    Ok(())
}

/// The state as a snapshot, if its type has some.
pub(crate) fn snapshot_of<A: Aggregate>(
    state: &A,
    stream: &StreamName,
    version: Version,
) -> Option<serde_json::Result<Snapshot>> {
    let (stream, fingerprint) = (stream.clone(), A::fingerprint());
    let saved = state.save()?;
    Some(saved.map(|data| Snapshot { stream, fingerprint, version, data }))
}

/// An event as a store keeps it.
pub(crate) fn to_store<E: AggregateEvent>(
    event: &E,
    id: MessageId,
    metadata: Metadata,
) -> serde_json::Result<NewEvent> {
    let tags = event.tags().into_iter().map(|(name, value)| Tag::new(name, &value));
    Ok(NewEvent {
        id,
        name: Arc::from(event.name()),
        schema: event.schema(),
        data: event.encode()?,
        tags: tags.collect::<Result<_, _>>().map_err(serde::ser::Error::custom)?,
        metadata,
    })
}
