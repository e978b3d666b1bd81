//! Where a reader begins that does not begin with the first event.

use super::follower::{Checkpoint, Trouble};
use crate::store::{Commit, DocumentStore, EventStore, Position, Write};

/// The table of these places, by name.
const BEGINNINGS: &str = "rdddy.beginnings";

/// The head when the reader first started. It is written down before anything else, so that it stays
/// there whatever dies.
pub(super) async fn at_head(
    key: &str,
    store: &dyn EventStore,
    documents: &dyn DocumentStore,
) -> Result<Position, Trouble> {
    if let Some(known) = documents.get(BEGINNINGS, key).await? {
        return Ok(serde_json::from_slice::<Checkpoint>(&known)?.position);
    }
    let position = store.head().await?;
    let json = serde_json::to_vec(&Checkpoint { position: position.clone() })?;
    let commit = Commit {
        expected: Some(Write::remove(BEGINNINGS, key)),
        cleared: Vec::new(),
        writes: vec![Write::put(BEGINNINGS, key, json)],
    };
    documents.commit(commit).await?;
    Ok(position)
}
