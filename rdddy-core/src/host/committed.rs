//! What a command has led to.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::domain::{AggregateEvent, EventVisitor};
use crate::message::Event;
use crate::store::{Position, Version};

/// What a command has led to, once it is durable.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Committed<R> {
    /// The aggregate's answer.
    pub reply: R,
    /// Where the last of the events stands in the store. Whoever has read up to here has seen them
    /// all.
    pub position: Position,
    /// The version of the aggregate after the events.
    pub version: Version,
    /// The events, in order; none when nothing changed, or when the command was carried out before.
    pub events: Vec<Happened>,
    /// The command had been carried out before: this is the first answer again.
    pub repeated: bool,
}

impl<R> Committed<R> {
    /// The first of the events that is an `E`.
    #[must_use]
    pub fn event<E: Event>(&self) -> Option<&E> {
        self.events.iter().find_map(Happened::downcast)
    }
}

/// An event that has happened, whatever its type.
#[derive(Clone)]
pub struct Happened {
    pub(super) name: &'static str,
    pub(super) event: Arc<dyn Any + Send + Sync>,
}

impl Happened {
    pub(super) fn of(event: &impl AggregateEvent) -> Self {
        event.visit(Share(event.name()))
    }

    /// Its stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The event, if it is an `E`.
    #[must_use]
    pub fn downcast<E: Event>(&self) -> Option<&E> {
        self.event.downcast_ref()
    }
}

/// Takes an event without its type.
struct Share(&'static str);

impl EventVisitor for Share {
    type Output = Happened;

    fn visit<E: Event>(self, event: &Arc<E>) -> Happened {
        Happened { name: self.0, event: Arc::clone(event) as _ }
    }
}

impl fmt::Debug for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
