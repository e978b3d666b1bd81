//! What was published, and what is expected of it.
//!
//! An [`EventLog`] is a [`Recorder`]: a [`World`](crate::World) has one, and any other system can be
//! given one.
//!
//! - [`EventLog::of`] and [`EventLog::first`] give the events of a type.
//! - [`EventLog::expect`] says how many there must be, narrowed down by content, cause or publisher.
//! - [`EventLog::sequence`] and [`EventLog::in_order`] say in which order they must come.

mod entry;

mod causes;
mod expectation;
mod given;
mod sequence;

mod render;
mod system_event;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdddy_core::message::{Event, Metadata};
use rdddy_core::runtime::{GivenCommand, Recorded, Recorder};

use crate::limits;
use causes::Causes;
pub use entry::{Entry, Logged};
pub use expectation::Expectation;
use given::AllGiven;
pub(crate) use given::Given;
pub(crate) use render::Render;
pub use sequence::{EventTypes, Sequence};

/// Everything that a system has published, in the order in which it did. Cloning it gives the same
/// log once more.
///
/// The examples use this log:
///
/// ```
/// use rdddy::prelude::*;
/// use rdddy_testkit::EventLog;
/// # #[derive(Event, Debug)]
/// # struct OrderPlaced(u32);
/// # #[derive(Event, Debug)]
/// # struct OrderShipped(u32);
///
/// # rdddy_testkit::simulate(async |world| {
/// # let system = world.system().clone();
/// let events = EventLog::new();
/// system.record(events.recorder());
/// system.publish(OrderPlaced(1)).await.unwrap();
/// system.publish(OrderPlaced(2)).await.unwrap();
/// system.publish(OrderShipped(1)).await.unwrap();
///
/// assert_eq!(events.len(), 3);
/// events.expect::<OrderPlaced>().times(2);
/// events.in_order::<(OrderPlaced, OrderShipped)>();
/// # });
/// ```
#[derive(Clone, Default)]
pub struct EventLog(Arc<Book>);

#[derive(Default)]
struct Book(Mutex<Written>);

#[derive(Default)]
struct Written {
    entries: Vec<Entry>,
    causes: Causes,
    commands: AllGiven,
    /// Events that came after the log was full.
    missed: u64,
}

impl EventLog {
    /// A log of nothing.
    #[must_use]
    pub fn new() -> Self {
        EventLog::default()
    }

    /// What is given to [`SystemBuilder::recorder`](rdddy_core::runtime::SystemBuilder::recorder) or
    /// [`ActorSystem::record`](rdddy_core::runtime::ActorSystem::record), to write this log.
    #[must_use]
    pub fn recorder(&self) -> Arc<dyn Recorder> {
        Arc::clone(&self.0) as Arc<dyn Recorder>
    }

    /// How many events were published, those of the system itself included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.written().entries.len()
    }

    /// Whether nothing was published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries, in order.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.written().entries.clone()
    }

    /// The events of type `E`, in order.
    #[must_use]
    pub fn of<E: Event>(&self) -> Vec<Logged<E>> {
        self.written().entries.iter().filter_map(Entry::downcast).collect()
    }

    /// The first event of type `E`.
    ///
    /// # Panics
    ///
    /// When there is none: the test fails.
    #[must_use]
    #[track_caller]
    pub fn first<E: Event>(&self) -> Logged<E> {
        self.expect::<E>().first()
    }

    /// The last event of type `E`.
    ///
    /// # Panics
    ///
    /// When there is none: the test fails.
    #[must_use]
    #[track_caller]
    pub fn last<E: Event>(&self) -> Logged<E> {
        self.expect::<E>().last()
    }

    /// What is expected of the events of type `E`.
    ///
    /// ```
    /// # use rdddy::prelude::*;
    /// # #[derive(Event, Debug)]
    /// # struct OrderPlaced(u32);
    /// # rdddy_testkit::simulate(async |world| {
    /// # world.publish(OrderPlaced(1)).await;
    /// # world.publish(OrderPlaced(2)).await;
    /// # let events = world.events();
    /// events.expect::<OrderPlaced>().times(2);
    /// events.expect::<OrderPlaced>().matching(|placed| placed.0 == 2).once();
    /// events.expect::<OrderPlaced>().matching(|placed| placed.0 == 3).never();
    /// # });
    /// ```
    #[must_use = "nothing is expected until it says how often"]
    pub fn expect<E: Event>(&self) -> Expectation<'_, E> {
        Expectation::new(self)
    }

    /// An order in which events must have come. Others may come between them.
    ///
    /// ```
    /// # use rdddy::prelude::*;
    /// # #[derive(Event, Debug)]
    /// # struct OrderPlaced(u32);
    /// # #[derive(Event, Debug)]
    /// # struct OrderShipped(u32);
    /// # rdddy_testkit::simulate(async |world| {
    /// # world.publish(OrderPlaced(1)).await;
    /// # world.publish(OrderPlaced(2)).await;
    /// # world.publish(OrderShipped(1)).await;
    /// # let events = world.events();
    /// events
    ///     .sequence()
    ///     .then_matching::<OrderPlaced>(|placed| placed.0 == 1)
    ///     .then_matching::<OrderShipped>(|shipped| shipped.0 == 1)
    ///     .check();
    /// # });
    /// ```
    #[must_use = "nothing is expected until it is checked"]
    pub fn sequence(&self) -> Sequence<'_> {
        Sequence::new(self)
    }

    /// Events of these types must have come in this order. Others may come between them.
    ///
    /// # Panics
    ///
    /// When they have not: the test fails.
    #[track_caller]
    pub fn in_order<T: EventTypes>(&self) {
        T::follow(self.sequence()).check();
    }

    /// The whole log as text.
    #[must_use]
    pub fn describe(&self) -> String {
        Render::of(self).all()
    }

    /// The commands that aggregates were given, in that order.
    pub(crate) fn commands(&self) -> Vec<Given> {
        self.written().commands.all().to_vec()
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.open()
    }
}

impl Book {
    /// A panic cannot leave half a line behind.
    fn open(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Book {
    fn published(&self, event: &Recorded) {
        let mut written = self.open();
        if written.entries.len() >= limits::LOG_CAPACITY {
            written.missed += 1;
            return;
        }
        let number = written.entries.len() + 1;
        written.entries.push(Entry::new(number, event.clone()));
    }

    fn sent(&self, message: &'static str, metadata: &Metadata) {
        let mut written = self.open();
        if written.causes.len() < limits::LOG_CAPACITY {
            written.causes.note(message, metadata);
        }
    }

    fn given(&self, command: &GivenCommand<'_>) {
        self.sent(command.name, command.metadata);
        let mut written = self.open();
        if written.commands.len() < limits::LOG_CAPACITY {
            written.commands.note(command);
        }
    }

    fn answered(&self, command: &GivenCommand<'_>, failure: Option<&str>) {
        self.open().commands.answered(command.metadata.message, failure);
    }
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventLog").field("len", &self.len()).finish_non_exhaustive()
    }
}
