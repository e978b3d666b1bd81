//! What runs beside the aggregates for as long as the system does.

use std::any::{Any, TypeId};
use std::sync::Arc;

use super::error::HostError;
use super::surroundings::Surroundings;
use crate::runtime::System;

/// A process that is to run, while its system is configured.
pub(crate) trait Process: Send {
    /// Its name, of which there is one.
    fn name(&self) -> &'static str;

    /// By which type it is found.
    fn found_by(&self) -> TypeId;

    /// Starts it.
    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError>;
}

/// A process that runs.
pub(crate) trait Running: Send + Sync {
    /// Has it end soon. What it is doing is finished first.
    fn stop(&self);
    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}
