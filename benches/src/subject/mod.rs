//! What is measured: one file per crate, one trait over all of them.
//!
//! Each file is written as its crate's own documentation would have it: typed messages, one actor
//! type per role, the default mailbox unless the name of the subject says otherwise.

#[cfg(feature = "actix")]
pub(crate) mod actix;
pub(crate) mod hand_written;
#[cfg(feature = "kameo")]
pub(crate) mod kameo;
#[cfg(feature = "murmer")]
pub(crate) mod murmer;
#[cfg(feature = "ractor")]
pub(crate) mod ractor;
pub(crate) mod rdddy;
#[cfg(feature = "xtra")]
pub(crate) mod xtra;

use std::future::Future;
use std::sync::Arc;

use crate::latch::Latch;
use crate::workload::Workload;

/// A way to run actors.
///
/// A send that fails is a broken benchmark, so implementations panic on it.
pub(crate) trait Subject: Sized + Send + Sync + 'static {
    /// Its name on the command line and in the tables.
    const NAME: &'static str;
    /// How many actors `bytes-idle` keeps: fewer where a million would not fit into memory.
    const IDLE_ACTORS: usize = 1_000_000;
    /// After how many tells a producer must give way, where producers and actors share a thread.
    const YIELD_EVERY: Option<u64> = None;

    /// Refers to an actor that adds up numbers: a `u64` of state.
    type Counter: Clone + Send + Sync + 'static;
    /// Refers to an actor that passes a number on to the next one.
    type Relay: Clone + Send + Sync + 'static;
    /// Refers to an actor that hears what is published.
    type Listener: Clone + Send + Sync + 'static;
    /// What is published to.
    type Topic: Send + Sync + 'static;

    /// Why it has no part in `workload`, if so.
    fn cannot(workload: Workload) -> Option<&'static str> {
        let _ = workload;
        None
    }

    /// Runs `main` as a task of its runtime: tokio's with default settings.
    fn block_on<T: Send + 'static>(main: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("threads can be started");
        let output = runtime
            .block_on(async { tokio::spawn(main).await })
            .expect("the workload does not panic");
        runtime.shutdown_background();
        output
    }

    /// Starts a system for `workload`.
    fn start(workload: Workload) -> impl Future<Output = Self> + Send;

    /// Spawns a counter at zero.
    fn counter(&self) -> impl Future<Output = Self::Counter> + Send;
    /// Tells `counter` to add `amount`.
    fn add(counter: &Self::Counter, amount: u64) -> impl Future<Output = ()> + Send;
    /// Asks `counter` for its total.
    fn total(counter: &Self::Counter) -> impl Future<Output = u64> + Send;
    /// Asks `counter` for its total, answered by an `async` handler where that is a choice.
    fn total_async(counter: &Self::Counter) -> impl Future<Output = u64> + Send {
        Self::total(counter)
    }

    /// Spawns a relay; the one that receives a zero counts `done` down.
    fn relay(&self, done: Arc<Latch>) -> impl Future<Output = Self::Relay> + Send;
    /// Tells `relay` who is next.
    fn connect(relay: &Self::Relay, next: Self::Relay) -> impl Future<Output = ()> + Send;
    /// Tells `relay` a number; it tells the next one less.
    fn hop(relay: &Self::Relay, left: u64) -> impl Future<Output = ()> + Send;

    /// Spawns a listener that counts `done` down after each `every` events it heard.
    fn listener(&self, every: u64, done: Arc<Latch>)
    -> impl Future<Output = Self::Listener> + Send;
    /// What reaches exactly `listeners` when published to.
    fn topic(&self, listeners: Vec<Self::Listener>) -> impl Future<Output = Self::Topic> + Send;
    /// Publishes one event.
    fn publish(topic: &Self::Topic, amount: u64) -> impl Future<Output = ()> + Send;
}

/// What a listener does with an event.
pub(crate) struct Hearing {
    heard: u64,
    every: u64,
    done: Arc<Latch>,
}

impl Hearing {
    /// Counts `done` down after each `every` events.
    pub(crate) fn new(every: u64, done: Arc<Latch>) -> Self {
        Hearing { heard: 0, every, done }
    }

    /// Hears one event.
    pub(crate) fn hear(&mut self, amount: u64) {
        self.heard += amount;
        if self.heard == self.every {
            self.heard = 0;
            self.done.count_down();
        }
    }
}
