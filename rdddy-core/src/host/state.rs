//! Aggregates whose state is stored: it is read, and never folded from the first event.

use std::sync::Arc;

use super::error::{HostReadError, StateError};
use crate::domain::{Aggregate, KeyStore, with_keys};
use crate::store::{EventStore, Snapshot, StreamName, Version};

/// The stored state of an aggregate, and its version; `None` when nothing has happened to it.
///
/// A snapshot only saves reading, so one that is of no use is passed over. This one is the truth: it is
/// there, or the aggregate cannot be read.
pub(super) async fn read<A: Aggregate>(
    store: &dyn EventStore,
    keys: Option<&Arc<dyn KeyStore>>,
    stream: &StreamName,
) -> Result<Option<(A, Version)>, HostReadError> {
    let unreadable = |error| HostReadError::Store(Arc::new(error));
    let wrong = |error| {
        let (stream, source) = (stream.to_string(), Arc::new(error));
        HostReadError::State { stream, source }
    };
    let event = async |version| {
        let found = store.read_stream(stream, version, 1).await.map_err(unreadable)?;
        Ok(found.first().is_some_and(|stored| stored.version == version))
    };
    let kept = async || store.load_snapshot(stream, A::fingerprint()).await.map_err(unreadable);
    let mut found = kept().await?;
    if found.is_none() {
        if !event(Version(1)).await? {
            return Ok(None);
        }
        // Both may have been stored in between.
        found = kept().await?;
    }
    let Some(Snapshot { version, data, .. }) = found else {
        return Err(wrong(StateError::Missing));
    };
    // A store that was restored from a backup may have lost the events that led to it.
    if !event(version).await? {
        return Err(wrong(StateError::Ahead { version }));
    }
    match with_keys(keys, || A::restore(&data)) {
        Some(Ok(state)) => Ok(Some((state, version))),
        Some(Err(source)) => Err(wrong(StateError::Malformed { version, source })),
        None => Err(wrong(StateError::Missing)),
    }
}
