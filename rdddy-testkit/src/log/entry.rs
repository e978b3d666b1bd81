//! One published event.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use rdddy_core::message::{Event, MessageId, Metadata};
use rdddy_core::runtime::{ActorId, Recorded};

/// One published event, of whatever type.
#[derive(Clone, Debug)]
pub struct Entry {
    number: usize,
    recorded: Recorded,
}

impl Entry {
    pub(super) fn new(number: usize, recorded: Recorded) -> Self {
        Entry { number, recorded }
    }

    /// The how-manieth event of the log it is, counted from 1: `#3` in a report.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// The stable name of its type.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.recorded.name
    }

    /// When it was published, since the system's start.
    #[must_use]
    pub fn at(&self) -> Duration {
        self.recorded.at
    }

    /// The actor whose handler published it, if it was one.
    #[must_use]
    pub fn publisher(&self) -> Option<ActorId> {
        self.recorded.publisher
    }

    /// What is known about it beside its content. What the system itself says has none, and nothing
    /// has without [`causality`](rdddy_core::runtime::SystemBuilder::causality).
    #[must_use]
    pub fn metadata(&self) -> Option<&Metadata> {
        self.recorded.metadata.as_deref()
    }

    /// Its id as a message, to look for what it has caused.
    #[must_use]
    pub fn id(&self) -> Option<MessageId> {
        self.metadata().map(|metadata| metadata.message)
    }

    /// The event, if it is an `E`.
    #[must_use]
    pub fn downcast<E: Event>(&self) -> Option<Logged<E>> {
        let event = self.recorded.downcast::<E>()?;
        Some(Logged { event, entry: self.clone() })
    }

    pub(super) fn event(&self) -> &(dyn std::any::Any + Send + Sync) {
        &*self.recorded.event
    }
}

/// One published `E`. It can be used like the event itself.
pub struct Logged<E> {
    event: Arc<E>,
    entry: Entry,
}

impl<E> Logged<E> {
    /// The event, shared with its receivers.
    #[must_use]
    pub fn event(&self) -> &Arc<E> {
        &self.event
    }

    /// The line of the log it stands on: when, by whom, because of what.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Its id as a message, to look for what it has caused.
    ///
    /// # Panics
    ///
    /// When it has none: the system was started without
    /// [`causality`](rdddy_core::runtime::SystemBuilder::causality), or said this itself.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong expectation fails the test")]
    pub fn id(&self) -> MessageId {
        match self.entry.id() {
            Some(id) => id,
            None => panic!("{} has no id: nobody asked for metadata", self.entry.name()),
        }
    }
}

impl<E> Deref for Logged<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

impl<E> Clone for Logged<E> {
    fn clone(&self) -> Self {
        Logged { event: Arc::clone(&self.event), entry: self.entry.clone() }
    }
}

impl<E: fmt::Debug> fmt::Debug for Logged<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {:?}", self.entry.number, self.event)
    }
}
