//! Running a projection, and looking after it.

use std::any::{Any, TypeId};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::live::Live;
use super::manager::{Manager, Serving, Trouble};
use super::query::QueryTable;
use super::reader::Folding;
use super::rows::{Rows, RowsError};
use super::{Projection, ProjectionMode, Shown, TheRow};
use crate::host::{self, HoldUp, HostError, Process, QueryRoute, Running, Surroundings};
use crate::limits;
use crate::process::follow::{FollowStatus, Parked};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::seam::first;
use crate::store::{Position, ReadError};

/// A projection that a system runs. Clones are cheap.
pub struct ProjectionHandle<P: Projection>(Arc<RunningProjection<P>>);

impl<P: Projection> Clone for ProjectionHandle<P> {
    fn clone(&self) -> Self {
        ProjectionHandle(Arc::clone(&self.0))
    }
}

impl<P: Projection> fmt::Debug for ProjectionHandle<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProjectionHandle<{}>", P::name())
    }
}

/// See [`ProjectionHandle`].
pub(super) enum RunningProjection<P: Projection> {
    Kept(Arc<Manager<P>>),
    Live(Arc<Live<P>>),
}

impl<P: Projection> RunningProjection<P> {
    pub(super) async fn rows(&self) -> Result<Rows<P>, RowsError> {
        match self {
            RunningProjection::Kept(manager) => manager.rows().await,
            RunningProjection::Live(live) => Ok(Rows::live(Arc::clone(live))),
        }
    }
}

impl<P: Projection> Running for RunningProjection<P> {
    fn queries(self: Arc<Self>) -> Vec<QueryRoute> {
        let mut routes = Vec::new();
        P::queries(&mut QueryTable::new(self, &mut routes));
        routes
    }

    fn hold_up(&self, position: &Position) -> Option<HoldUp<'_>> {
        let RunningProjection::Kept(manager) = self else { return None };
        if P::MODE != ProjectionMode::Inline {
            return None;
        }
        // The rows of an older version do not move until others take their place.
        if manager.now().is_some_and(|serving| serving.followed.is_none()) {
            return None;
        }
        let position = position.clone();
        Some(Box::pin(async move {
            let reached = async {
                manager.wait_for(&position).await;
            };
            first(reached, manager.sleep(limits::INLINE_WAIT)).await;
        }))
    }

    fn stop(&self) {
        if let RunningProjection::Kept(manager) = self {
            manager.stop();
        }
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// A projection to be run.
struct Configured<P>(PhantomData<fn() -> P>);

impl<P: Projection> Process for Configured<P> {
    fn name(&self) -> &'static str {
        P::name()
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<P>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        if P::MODE == ProjectionMode::Live {
            let (store, folding) = (Arc::clone(&around.store), Arc::new(Folding::new(around)));
            return Ok(Arc::new(RunningProjection::<P>::Live(Arc::new(Live { store, folding }))));
        }
        let process = P::name();
        let documents = around.documents.clone().ok_or(HostError::NoDocuments { process })?;
        let manager = Manager::<P>::start(system, around, documents);
        Ok(Arc::new(RunningProjection::Kept(manager)))
    }
}

impl SystemBuilder {
    /// Runs the projection `P`: its rows follow the events of the store.
    pub fn projection<P: Projection>(self) -> Self {
        self.process(Configured::<P>(PhantomData))
    }
}

/// A projection that the system was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the system does not run the projection `{projection}`: give it one with `.projection::<..>()`"
)]
#[non_exhaustive]
pub struct UnknownProjection {
    /// Its name.
    pub projection: &'static str,
}

impl ActorSystem {
    /// The projection `P`.
    ///
    /// # Errors
    ///
    /// [`UnknownProjection`] when the system does not run it.
    pub fn projection<P: Projection>(&self) -> Result<ProjectionHandle<P>, UnknownProjection> {
        let running = host::running(self.inner(), TypeId::of::<P>());
        let projection = P::name();
        running.map(ProjectionHandle).ok_or(UnknownProjection { projection })
    }
}

/// How a projection is doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProjectionStatus {
    /// The version whose rows are read: an older one, until the present one has caught up.
    pub version: u32,
    /// The table of documents that is read.
    pub table: String,
    /// How far its rows are; none while those of an older version are read, which nobody here
    /// writes.
    pub serving: Option<FollowStatus>,
    /// How far the rows are that are going to take their place, if there are any.
    pub building: Option<FollowStatus>,
}

impl<P: Projection> ProjectionHandle<P> {
    /// For who shows its rows.
    pub(crate) fn shown(&self) -> Arc<dyn Shown> {
        Arc::clone(&self.0) as Arc<dyn Shown>
    }

    /// The rows, as they are now: all calls on them see the same table, also when another one takes
    /// its place.
    ///
    /// # Errors
    ///
    /// [`RowsError::ShuttingDown`].
    pub async fn rows(&self) -> Result<Rows<P>, RowsError> {
        self.0.rows().await
    }

    /// The row of `key`, if there is one.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn get(&self, key: &P::Key) -> Result<Option<P>, RowsError> {
        self.rows().await?.get(key).await
    }

    /// All rows, in the order of the bytes of their keys as text.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn all(&self) -> Result<Vec<(P::Key, P)>, RowsError> {
        self.rows().await?.all().await
    }

    /// Waits until everything up to `position` is in the rows that are read, or is parked: whether it
    /// was when the system ended.
    pub async fn wait_for(&self, position: &Position) -> bool {
        match &*self.0 {
            RunningProjection::Kept(manager) => manager.wait_for(position).await,
            RunningProjection::Live(_) => true,
        }
    }

    /// Waits until the present version serves, and no other table is being built for it: whether it
    /// did when the system ended.
    pub async fn ready(&self) -> bool {
        match &*self.0 {
            RunningProjection::Kept(manager) => manager.ready().await,
            RunningProjection::Live(_) => true,
        }
    }

    /// How it is doing. None for a live projection, and before it has found its tables.
    #[must_use]
    pub fn status(&self) -> Option<ProjectionStatus> {
        let RunningProjection::Kept(manager) = &*self.0 else { return None };
        let Serving { table, version, followed, building, .. } = manager.now()?;
        Some(ProjectionStatus {
            version,
            table,
            serving: followed.map(|followed| followed.progress.status()),
            building: building.map(|building| building.progress.status()),
        })
    }

    /// The keys that wait for somebody to look at them, of the rows that are read and of those that
    /// are being built.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn parked(&self) -> Result<Vec<Parked>, RowsError> {
        let RunningProjection::Kept(manager) = &*self.0 else { return Ok(Vec::new()) };
        Ok(manager.parked().await?.into_iter().map(|(_, parked)| parked).collect())
    }

    /// Folds again the event that `key` is parked for, and those behind it: whether the key goes on,
    /// wherever it is parked.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn resume(&self, key: &P::Key) -> Result<bool, RowsError> {
        let RunningProjection::Kept(manager) = &*self.0 else { return Ok(false) };
        let key = key.to_string();
        let (mut known, mut goes_on) = (false, true);
        for (table, _) in manager.parked().await?.into_iter().filter(|(_, one)| one.key == key) {
            known = true;
            goes_on &= table.control.resume(key.clone()).await.unwrap_or(false);
        }
        Ok(known && goes_on)
    }

    /// Folds all rows anew, beside those that are read, and reads the new ones when they have caught
    /// up. Returns when that has been noted; [`ProjectionHandle::ready`] waits for it.
    ///
    /// # Errors
    ///
    /// [`RowsError`]; nothing was noted then, or at most what was asked for.
    pub async fn rebuild(&self) -> Result<(), RowsError> {
        let RunningProjection::Kept(manager) = &*self.0 else { return Ok(()) };
        loop {
            match manager.rebuild().await {
                Ok(()) => return Ok(()),
                Err(Trouble::Overtaken) => {}
                Err(Trouble::Passing(why)) => return Err(unavailable(why)),
            }
        }
    }

    /// Removes the rows of older versions, and those that a rebuild has replaced; the names of their
    /// tables. Nothing while the present version is not served. Call it when no process runs an older
    /// version any more: one that does folds its rows anew.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn drop_old(&self) -> Result<Vec<String>, RowsError> {
        let RunningProjection::Kept(manager) = &*self.0 else { return Ok(Vec::new()) };
        loop {
            match manager.drop_old().await {
                Ok(dropped) => return Ok(dropped),
                Err(Trouble::Overtaken) => {}
                Err(Trouble::Passing(why)) => return Err(unavailable(why)),
            }
        }
    }
}

impl<P: Projection<Key = TheRow>> ProjectionHandle<P> {
    /// The one row of a projection without keys; as it begins, when there is none yet.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn row(&self) -> Result<P, RowsError> {
        Ok(self.get(&TheRow).await?.unwrap_or_default())
    }
}

fn unavailable(why: String) -> RowsError {
    RowsError::Store(ReadError::Unavailable { source: why.into() })
}
