//! Listening in on everything that is published: what test probes and monitors are built on.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::id::ActorId;
use crate::message::{Event, Metadata};

/// Hears every published event of a system, of whatever type. It is called on the publisher's
/// thread, before the event is delivered, and must not block.
pub trait Recorder: Send + Sync {
    /// An event is being published.
    fn published(&self, event: &Recorded);

    /// A message that has metadata is being sent or published: `message` is its name. With the
    /// system's `causality` switch on that is every message, so that causes can be followed through
    /// commands and queries, too.
    fn sent(&self, message: &'static str, metadata: &Metadata) {
        let _ = (message, metadata);
    }

    /// An aggregate is being given a command.
    fn given(&self, command: &GivenCommand<'_>) {
        let _ = command;
    }

    /// A command was answered; `failure` says why it was not carried out, if it was not.
    fn answered(&self, command: &GivenCommand<'_>, failure: Option<&str>) {
        let _ = (command, failure);
    }
}

/// A command for an aggregate, as a [`Recorder`] hears it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GivenCommand<'a> {
    /// The name of its type.
    pub name: &'static str,
    /// The category of the aggregate.
    pub category: &'static str,
    /// The key of the aggregate.
    pub key: &'a str,
    /// The policy, saga, schedule or view that gives it, if it is one.
    pub process: Option<&'static str>,
    /// What is known about it beside its content. The events that it leads to are caused by it.
    pub metadata: &'a Metadata,
}

/// A published event, as a [`Recorder`] hears it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The name of its type.
    pub name: &'static str,
    /// The event.
    pub event: Arc<dyn Any + Send + Sync>,
    /// What is known about it beside its content, if anybody asked for that.
    pub metadata: Option<Arc<Metadata>>,
    /// The actor whose handler published it, if it was one.
    pub publisher: Option<ActorId>,
    /// When, since the system's start.
    pub at: Duration,
}

impl Recorded {
    /// The event, if it is an `E`.
    #[must_use]
    pub fn downcast<E: Event>(&self) -> Option<Arc<E>> {
        Arc::clone(&self.event).downcast().ok()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("name", &self.name)
            .field("at", &self.at)
            .field("publisher", &self.publisher)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}
