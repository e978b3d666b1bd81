//! A reader that follows the store for as long as its system runs.

use std::any::Any;
use std::sync::Arc;

use super::{Control, FollowStatus, Follower, Progress, Reader};
use crate::host::{HostError, Running, Surroundings};
use crate::runtime::System;
use crate::store::Position;

/// See the module.
pub(crate) struct RunningReader {
    control: Arc<Control>,
    progress: Arc<Progress>,
}

impl RunningReader {
    /// Begins to follow, where `process` was when it last ran.
    pub(crate) fn start<R: Reader>(
        process: &'static str,
        system: &Arc<System>,
        around: &Surroundings,
        reader: R,
    ) -> Result<Arc<dyn Running>, HostError> {
        let documents = around.documents.clone().ok_or(HostError::NoDocuments { process })?;
        let control = Arc::<Control>::default();
        let following = Arc::clone(&control);
        let progress = Follower::start(system, around, documents, Arc::new(reader), following);
        Ok(Arc::new(RunningReader { control, progress }))
    }

    pub(crate) fn status(&self) -> FollowStatus {
        self.progress.status()
    }

    /// Waits until everything up to `position` was handled or parked: whether it was at the end.
    pub(crate) async fn reached(&self, position: &Position) -> bool {
        self.progress.reached(position).await
    }

    /// Handles again what `key` is parked for, and what stands behind it: whether it goes on.
    pub(crate) async fn resume(&self, key: &str) -> bool {
        self.control.resume(key.to_owned()).await.unwrap_or(false)
    }
}

impl Running for RunningReader {
    fn stop(&self) {
        self.control.stop();
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
