//! Where events leave.

use std::future::Future;
use std::pin::Pin;

use super::CloudEvent;
use crate::runtime::BoxError;

/// A delivery under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<(), OutletError>> + Send + 'a>>;

/// Where events leave for others: a queue, a web hook.
pub trait Outlet: Send + Sync + 'static {
    /// Hands `event` over. It may come more than once, always with the same id; those of one subject
    /// come in order, those of others may come at the same time.
    fn deliver<'a>(&'a self, event: &'a CloudEvent) -> Delivering<'a>;
}

/// Why an event was not handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutletError {
    /// It may pass: the event is tried again.
    #[error("it cannot be delivered now")]
    Unavailable(#[source] BoxError),
    /// It would not be taken another time either: its stream is parked until somebody has looked.
    #[error("it is not taken")]
    Rejected(#[source] BoxError),
}
