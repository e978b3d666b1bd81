//! What runs beside the aggregates for as long as the system does.

use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::error::HostError;
use super::surroundings::Surroundings;
use crate::runtime::System;
use crate::store::Position;

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
    /// The queries that it answers.
    fn queries(self: Arc<Self>) -> Vec<QueryRoute> {
        Vec::new()
    }

    /// What a command whose events end at `position` waits for before it is answered, if it does.
    fn hold_up(&self, position: &Position) -> Option<HoldUp<'_>> {
        let _ = position;
        None
    }

    /// Has it end soon. What it is doing is finished first.
    fn stop(&self);
    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Ends when a command may be answered.
pub(crate) type HoldUp<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Who answers a query.
pub(crate) struct QueryRoute {
    /// The type of the query.
    pub(crate) query: TypeId,
    pub(crate) name: &'static str,
    /// The process that answers it.
    pub(crate) owner: &'static str,
    /// Known to whoever asks for this type of query.
    pub(crate) answerer: Box<dyn Any + Send + Sync>,
}
