//! What everything that a system hosts stands on.

use std::sync::Arc;

use super::busy::Busy;
use super::upcasters::Upcasters;
use crate::domain::KeyStore;
use crate::store::{DocumentStore, EventStore};

/// What all hosted aggregates of a system share.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) keys: Option<Arc<dyn KeyStore>>,
    pub(crate) documents: Option<Arc<dyn DocumentStore>>,
    pub(crate) upcasters: Arc<Upcasters>,
    pub(crate) busy: Arc<Busy>,
}

impl Surroundings {
    /// A store, and nothing besides.
    pub(crate) fn of(store: Arc<dyn EventStore>) -> Self {
        Surroundings {
            documents: store.documents(),
            store,
            keys: None,
            upcasters: Arc::default(),
            busy: Arc::default(),
        }
    }
}

impl Surroundings {
    /// How many people were forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.keys.as_ref().map_or(0, |keys| keys.forgotten())
    }
}

impl std::fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}
