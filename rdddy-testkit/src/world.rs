//! The system under test, and the time it lives in.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rdddy_core::message::Event;
use rdddy_core::runtime::{
    Actor, ActorRef, ActorSystem, Counters, IntoProps, SystemBuilder, SystemEvent, Tree,
};
use rdddy_core::simulation::Simulation;

use crate::at_once::at_once;
use crate::durable::Durable;
use crate::log::EventLog;
use crate::probe::Probe;
use crate::scenario::Stories;
use crate::{balance, limits};

/// A system in a simulation, with virtual time and a log of everything that is published.
///
/// The system starts when it is first used; until then it can be [configured](World::configure).
/// Time moves only when nothing can run and the test waits for it: an hour costs nothing.
///
/// When the body of the test is over, the world is let settle, shut down and checked: every message
/// must be accounted for, and no registered invariant may have been broken.
pub struct World {
    clock: Clock,
    builder: Cell<Option<SystemBuilder>>,
    system: OnceCell<ActorSystem>,
    log: EventLog,
    stories: Stories,
}

impl World {
    pub(crate) fn new(simulation: &Arc<Simulation>) -> Self {
        let log = EventLog::new();
        let builder =
            ActorSystem::builder().simulation(simulation).causality(true).recorder(log.recorder());
        World {
            clock: Clock(Arc::clone(simulation)),
            builder: Cell::new(Some(builder)),
            system: OnceCell::new(),
            log,
            stories: Stories::default(),
        }
    }

    /// Configures the system before it starts.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rdddy::runtime::ActorConfig;
    ///
    /// # rdddy_testkit::simulate(async |world| {
    /// world.configure(|system| {
    ///     system.root(ActorConfig::new().intensity(2, Duration::from_secs(60)))
    /// });
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When the system has been used already.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test that is written wrongly fails")]
    pub fn configure(&mut self, change: impl FnOnce(SystemBuilder) -> SystemBuilder) -> &mut Self {
        match self.builder.take() {
            Some(builder) => self.builder.set(Some(change(builder))),
            None => panic!("the system has started: configure it before it is used"),
        }
        self
    }

    /// Adds a condition on the whole system, checked after each handled message. If it does not hold
    /// once, the test fails when its body is over.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicI64, Ordering};
    ///
    /// # rdddy_testkit::simulate(async |world| {
    /// let stock = Arc::new(AtomicI64::new(10));
    /// let seen = Arc::clone(&stock);
    /// world.invariant("nothing is oversold", move || seen.load(Ordering::Relaxed) >= 0);
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When the system has been used already.
    #[track_caller]
    pub fn invariant(
        &mut self,
        name: &'static str,
        holds: impl Fn() -> bool + Send + Sync + 'static,
    ) -> &mut Self {
        self.configure(|system| system.invariant(name, holds))
    }

    /// The system.
    ///
    /// # Panics
    ///
    /// When it cannot start, because of how it was configured or what is registered.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test whose system does not start fails")]
    pub fn system(&self) -> &ActorSystem {
        self.system.get_or_init(|| {
            let builder = self.builder.take().unwrap_or_else(ActorSystem::builder);
            match at_once(builder.start()) {
                Some(Ok(system)) => system,
                Some(Err(error)) => panic!("the system did not start: {error:?}"),
                None => panic!("the system did not start at once"),
            }
        })
    }

    /// Starts an actor. Where the start may fail, use
    /// [`ActorSystem::spawn`](rdddy_core::runtime::ActorSystem::spawn).
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[expect(clippy::panic, reason = "a test whose actors do not start fails")]
    pub async fn spawn<A: Actor>(&self, actor: impl IntoProps<A>) -> ActorRef<A> {
        match self.system().spawn(actor).await {
            Ok(actor) => actor,
            Err(error) => panic!("{} did not start: {error}", A::NAME),
        }
    }

    /// Publishes an event.
    ///
    /// # Panics
    ///
    /// When the system has ended.
    #[expect(clippy::panic, reason = "a test that publishes to nobody fails")]
    pub async fn publish<E: Event>(&self, event: E) {
        if let Err(error) = self.system().publish(event).await {
            panic!("{} was not published: {error}", E::name());
        }
    }

    /// Waits until nothing can run without time moving on.
    pub async fn settle(&self) {
        self.clock.settle().await;
    }

    /// Lets `duration` of virtual time pass, and everything happen that is due in it, its last moment
    /// included.
    pub async fn advance(&self, duration: Duration) {
        self.clock.advance(duration).await;
    }

    /// Virtual time since the world began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.0.elapsed()
    }

    /// The wall clock is set ahead, as by somebody who corrects it. Virtual time does not change.
    pub fn wall_clock_jumps_ahead(&self, by: Duration) {
        self.clock.0.wall_clock_jumps_ahead(by);
    }

    /// The wall clock is set back. Virtual time does not change.
    pub fn wall_clock_jumps_back(&self, by: Duration) {
        self.clock.0.wall_clock_jumps_back(by);
    }

    /// What was published so far.
    #[must_use]
    pub fn events(&self) -> &EventLog {
        &self.log
    }

    /// Hears the events of type `E` from now on.
    #[must_use]
    pub fn probe<E: Event>(&self) -> Probe<E> {
        let subscription = self.system().subscribe_with(limits::PROBE_CAPACITY);
        Probe::new(subscription, self.clock.clone(), self.log.clone())
    }

    /// The supervision tree.
    #[must_use]
    pub fn tree(&self) -> Tree {
        self.system().tree()
    }

    /// The books: how many messages ended how.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.system().counters()
    }

    /// Settles, and checks that nothing waits or is under way: every message has ended. After the
    /// body of a test this is checked anyway, once the system is shut down.
    ///
    /// # Panics
    ///
    /// When a message has not ended: the test fails.
    #[expect(clippy::panic, reason = "a failed expectation fails the test")]
    pub async fn check_balance(&self) {
        self.settle().await;
        if let Some(books) = balance::imbalance(self.system()) {
            panic!("messages have not ended: {books}");
        }
    }

    /// A system whose process may die, with a store that stays: `configure` says what each of its
    /// lives is made of.
    #[must_use]
    pub fn durable(&self, configure: impl Fn(SystemBuilder) -> SystemBuilder + 'static) -> Durable {
        let (clock, log, stories) = (self.clock.clone(), self.log.clone(), self.stories.clone());
        Durable::new(clock, log, stories, Box::new(configure))
    }

    /// The first invariant that was broken, and after whose message.
    pub(crate) fn broken_invariant(&self) -> Option<(&'static str, String)> {
        self.log.of::<SystemEvent>().iter().find_map(|event| match &**event {
            SystemEvent::InvariantBroken { invariant, actor } => {
                Some((*invariant, actor.to_string()))
            }
            _ => None,
        })
    }

    pub(crate) fn stories(&self) -> &Stories {
        &self.stories
    }

    /// The system, if the test has used it.
    pub(crate) fn started(&self) -> Option<&ActorSystem> {
        self.system.get()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}

/// The time of a world.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Simulation>);

impl Clock {
    pub(crate) async fn settle(&self) {
        self.0.settled().await;
    }

    pub(crate) async fn advance(&self, duration: Duration) {
        // What can run now sets its timers before ours.
        self.settle().await;
        self.0.sleep(duration).await;
        self.settle().await;
    }

    pub(crate) fn simulation(&self) -> &Arc<Simulation> {
        &self.0
    }
}
