//! What rendering may look at.

use std::fmt;
use std::sync::{Arc, Mutex};

use crate::message::Query;
use crate::process::{Projection, ProjectionHandle, QueryError, Seen, Shown, UnknownProjection};
use crate::runtime::ActorSystem;
use crate::seam::sync::lock;

/// What a rendering has looked at, and how far that was.
pub(super) type Looked = Vec<(Arc<dyn Shown>, Seen)>;

/// The read models, for a view that is being rendered. What it looks at is noted: when that changes,
/// the view is to be rendered again.
pub struct ViewContext<'a> {
    system: &'a ActorSystem,
    looked: Mutex<Looked>,
}

impl fmt::Debug for ViewContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewContext").finish_non_exhaustive()
    }
}

impl<'a> ViewContext<'a> {
    pub(super) fn new(system: &'a ActorSystem) -> Self {
        ViewContext { system, looked: Mutex::default() }
    }

    pub(super) fn into_looked(self) -> Looked {
        self.looked.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Asks the projection that answers such queries.
    ///
    /// # Errors
    ///
    /// As of [`ActorSystem::query`].
    pub async fn query<Q: Query>(&self, query: Q) -> Result<Q::Reply, QueryError<Q>> {
        if let Some(shown) = self.system.who_answers::<Q>() {
            self.note(shown).await;
        }
        self.system.query(query).await
    }

    /// The projection `P`, for its rows.
    ///
    /// # Errors
    ///
    /// [`UnknownProjection`] when the system does not run it.
    pub async fn projection<P: Projection>(
        &self,
    ) -> Result<ProjectionHandle<P>, UnknownProjection> {
        let projection = self.system.projection::<P>()?;
        self.note(projection.shown()).await;
        Ok(projection)
    }

    /// Before it is looked at: what changes in between is seen, and shown once more.
    async fn note(&self, shown: Arc<dyn Shown>) {
        let known = lock(&self.looked).iter().any(|(known, _)| known.name() == shown.name());
        if !known {
            let seen = shown.seen().await;
            lock(&self.looked).push((shown, seen));
        }
    }
}
