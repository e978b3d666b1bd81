//! A system whose process dies, and starts again on what its store has kept.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use rdddy_core::domain::{Aggregate, KeyStore, Keyed};
use rdddy_core::host::{Committed, ExecuteError, LoadError, Repository};
use rdddy_core::message::{MessageId, Request};
use rdddy_core::runtime::{ActorSystem, SystemBuilder};
use rdddy_core::simulation::Schedule;
use rdddy_core::store::{MemoryStore, StoreFault};

use crate::at_once::at_once;
use crate::explore::{Exploration, explore};
use crate::log::EventLog;
use crate::scenario::{Stories, Story};
use crate::world::{Clock, World};

type Configure = Box<dyn Fn(SystemBuilder) -> SystemBuilder>;
type Begin = Box<dyn Fn(&ActorSystem)>;

/// A system whose process may die at any call of its store. It is started again at once, on what the
/// store has kept, and is asked again for what it did not answer.
///
/// ```
/// # use rdddy::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Command, Clone)]
/// # struct Deposit { #[key] account: u64, amount: u64 }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct Deposited { amount: u64 }
/// # #[derive(Default)]
/// # struct Account { balance: u64 }
/// # #[aggregate(id = u64)]
/// # impl Account {
/// #     #[handler]
/// #     fn deposit(&self, deposit: Deposit) -> Deposited { Deposited { amount: deposit.amount } }
/// #     #[apply]
/// #     fn deposited(&mut self, event: &Deposited) { self.balance += event.amount; }
/// # }
/// #[rdddy_testkit::explore(seeds = 50)]
/// async fn what_was_deposited_is_there(world: &mut rdddy_testkit::World) {
///     let mut bank = world.durable(|system| system).crashes(2);
///     bank.execute(Deposit { account: 7, amount: 5 }).await.unwrap();
///     bank.execute(Deposit { account: 7, amount: 5 }).await.unwrap();
///     assert_eq!(bank.state::<Account>(&7).await.balance, 10);
/// }
/// ```
pub struct Durable {
    clock: Clock,
    log: EventLog,
    stories: Stories,
    configure: Configure,
    /// What each life begins with.
    begin: Option<Begin>,
    /// What stays.
    disk: MemoryStore,
    plan: Plan,
    life: Option<Life>,
    lives: u32,
    commands: u128,
}

/// The handle of one life on the store, and its system.
struct Life {
    store: MemoryStore,
    system: ActorSystem,
}

/// When the process dies.
#[derive(Clone)]
enum Plan {
    Never,
    /// As the simulation chooses, so many times at most.
    Chosen(Arc<AtomicU32>),
    /// In its first life, at this call.
    At(u64, StoreFault),
}

impl Durable {
    pub(crate) fn new(clock: Clock, log: EventLog, stories: Stories, configure: Configure) -> Self {
        Durable {
            clock,
            log,
            stories,
            configure,
            begin: None,
            disk: MemoryStore::new(),
            plan: Plan::Never,
            life: None,
            lives: 0,
            commands: 0,
        }
    }

    /// Has the process die, at most so many times, wherever the schedule says: before or after a call
    /// of the store. An exploration tries other places with each seed.
    #[must_use]
    pub fn crashes(mut self, at_most: u32) -> Self {
        self.plan = Plan::Chosen(Arc::new(AtomicU32::new(at_most)));
        self
    }

    /// Calls `begin` with the system of each life, once it has started.
    #[must_use]
    pub fn each_life(mut self, begin: impl Fn(&ActorSystem) + 'static) -> Self {
        self.begin = Some(Box::new(begin));
        self
    }

    fn crashing_at(mut self, call: u64, fault: StoreFault) -> Self {
        self.plan = Plan::At(call, fault);
        self
    }

    /// The system in its present life.
    ///
    /// # Panics
    ///
    /// When it does not start: the test fails.
    pub fn system(&mut self) -> &ActorSystem {
        if self.life.as_ref().is_some_and(|life| life.store.is_cut_off()) {
            self.life = None;
        }
        if self.life.is_none() {
            self.life = Some(self.start());
        }
        #[expect(clippy::unreachable, reason = "it was just started")]
        match &self.life {
            Some(life) => &life.system,
            None => unreachable!(),
        }
    }

    #[expect(clippy::panic, reason = "a test whose system does not start fails")]
    fn start(&mut self) -> Life {
        let store = self.disk.reopen();
        match self.plan.clone() {
            Plan::Never => {}
            Plan::At(call, fault) if self.lives == 0 => store.inject(call, fault),
            Plan::At(..) => {}
            Plan::Chosen(left) => {
                let simulation = Arc::clone(self.clock.simulation());
                store.inject_by(move |_| {
                    if left.load(Ordering::Relaxed) == 0 {
                        return None;
                    }
                    let fault = match simulation.choose(CRASHES_ARE_RARE) {
                        1 => StoreFault::CrashBefore,
                        2 => StoreFault::CrashAfter,
                        _ => return None,
                    };
                    left.fetch_sub(1, Ordering::Relaxed);
                    Some(fault)
                });
            }
        }
        self.lives += 1;
        let builder = ActorSystem::builder()
            .simulation(self.clock.simulation())
            .causality(true)
            .recorder(self.log.recorder())
            .store(store.clone());
        match at_once((self.configure)(builder).start()) {
            Some(Ok(system)) => {
                if let Some(begin) = &self.begin {
                    begin(&system);
                }
                Life { store, system }
            }
            Some(Err(error)) => panic!("the system did not start: {error:?}"),
            None => panic!("the system did not start at once"),
        }
    }

    /// How many times it was started.
    #[must_use]
    pub fn lives(&self) -> u32 {
        self.lives
    }

    /// The same store with another program, as after a deploy. The present life ends.
    #[must_use]
    pub fn reborn(mut self, configure: impl Fn(SystemBuilder) -> SystemBuilder + 'static) -> Self {
        self.life = None;
        Durable { configure: Box::new(configure), ..self }
    }

    /// What stays when the process dies.
    #[must_use]
    pub fn disk(&self) -> MemoryStore {
        self.disk.reopen()
    }

    /// Has `command` executed, by every life that does not answer, until there is an answer. It is
    /// carried out once.
    ///
    /// # Errors
    ///
    /// As of [`ActorSystem::execute_as`].
    pub async fn execute<C: Keyed + Clone>(
        &mut self,
        command: C,
    ) -> Result<Committed<<C as Request>::Reply>, ExecuteError<C>> {
        let id = self.next_id();
        self.execute_with(id, command).await
    }

    pub(crate) async fn execute_with<C: Keyed + Clone>(
        &mut self,
        id: MessageId,
        command: C,
    ) -> Result<Committed<<C as Request>::Reply>, ExecuteError<C>> {
        self.ask(async |system| system.execute_as(id, command.clone()).await).await
    }

    /// What `ask` says of the system; of its next life, if the present one ends meanwhile.
    pub async fn ask<T>(&mut self, ask: impl AsyncFn(&ActorSystem) -> T) -> T {
        loop {
            let system = self.system().clone();
            let Some(life) = &self.life else { continue };
            let store = life.store.clone();
            // What has died may never answer.
            let answer = first(ask(&system), store.cut_off()).await;
            drop(system);
            if let Some(answer) = answer.filter(|_| !store.is_cut_off()) {
                return answer;
            }
        }
    }

    /// Lets `duration` of virtual time pass, with as many lives as that takes.
    pub async fn advance(&mut self, duration: Duration) {
        let until = self.clock.simulation().elapsed().saturating_add(duration);
        loop {
            self.system();
            let left = until.saturating_sub(self.clock.simulation().elapsed());
            let Some(life) = &self.life else { continue };
            let store = life.store.clone();
            let passing = self.clock.advance(left);
            if first(passing, store.cut_off()).await.is_some() {
                return;
            }
        }
    }

    /// The wall clock is set ahead, as by somebody who corrects it. Virtual time does not change.
    pub fn wall_clock_jumps_ahead(&self, by: Duration) {
        self.clock.simulation().wall_clock_jumps_ahead(by);
    }

    /// The wall clock is set back. Virtual time does not change.
    pub fn wall_clock_jumps_back(&self, by: Duration) {
        self.clock.simulation().wall_clock_jumps_back(by);
    }

    /// Waits until nothing can run without time moving on.
    pub async fn settle(&mut self) {
        self.advance(Duration::ZERO).await;
    }

    /// The state of an aggregate, as what stays says.
    ///
    /// # Panics
    ///
    /// When it cannot be read: the test fails.
    #[expect(clippy::panic, reason = "a test that cannot look fails")]
    pub async fn state<A: Aggregate>(&self, id: &A::Id) -> A {
        let keys = self.life.as_ref().and_then(|life| life.system.keys());
        match self.load(id, keys).await {
            Ok(state) => state,
            Err(error) => panic!("{} cannot be loaded: {error:?}", A::NAME),
        }
    }
}

impl Durable {
    pub(crate) async fn load<A: Aggregate>(
        &self,
        id: &A::Id,
        keys: Option<Arc<dyn KeyStore>>,
    ) -> Result<A, LoadError> {
        let store = Arc::new(self.disk.reopen());
        let repository = match keys {
            Some(keys) => Repository::with_keys(store, keys),
            None => Repository::new(store),
        };
        repository.load(id).await.map(|loaded| loaded.state)
    }

    /// What the next command, or what somebody does, is known by.
    pub(crate) fn next_id(&mut self) -> MessageId {
        self.commands += 1;
        MessageId(self.commands)
    }

    pub(crate) fn begin_story(&self) -> Rc<RefCell<Story>> {
        let disturbed = !matches!(self.plan, Plan::Never);
        self.stories.begin(self.disk.reopen(), self.log.clone(), disturbed)
    }
}

/// One call in so many dies before, and one after it was carried out.
const CRASHES_ARE_RARE: u32 = 40;

/// What came of `one`, unless `other` was ready before.
async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = ()>) -> Option<T> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    std::future::poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => other.as_mut().poll(cx).map(|()| None),
    })
    .await
}

impl fmt::Debug for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Durable").field("lives", &self.lives).finish_non_exhaustive()
    }
}

/// Runs `script` undisturbed, and then again and again, with the process dying before and after each
/// call of its store: in order, and under a schedule of its own for each, in which what can happen at
/// the same time happens in another order. It must come to the same end each time: that is what
/// `script` returns.
///
/// # Panics
///
/// When it comes to another end, or fails: with the call at which the process died.
#[expect(clippy::panic, reason = "a failed expectation fails the test")]
pub fn crash_at_every_step<T: PartialEq + fmt::Debug>(
    configure: impl Fn(SystemBuilder) -> SystemBuilder + Clone + 'static,
    script: impl AsyncFn(&mut Durable) -> T,
) {
    let run = |crash: Option<(u64, StoreFault)>, schedule: Schedule| {
        let found = std::cell::RefCell::new(None);
        let explored = explore(Exploration::once(schedule), async |world: &mut World| {
            let mut durable = world.durable(configure.clone());
            if let Some((call, fault)) = crash {
                durable = durable.crashing_at(call, fault);
            }
            let end = script(&mut durable).await;
            let calls = durable.life.as_ref().map_or(0, |life| life.store.calls());
            *found.borrow_mut() = Some((end, calls));
        });
        if let Some(failure) = explored.failure() {
            let place = crash.map_or_else(String::new, |(call, fault)| place(call, fault));
            panic!("{place}{failure}");
        }
        found.into_inner()
    };
    let Some((expected, calls)) = run(None, Schedule::InOrder) else { return };
    for call in 1..=calls {
        for fault in [StoreFault::CrashBefore, StoreFault::CrashAfter] {
            for schedule in [Schedule::InOrder, Schedule::Seeded(call)] {
                let Some((found, _)) = run(Some((call, fault)), schedule.clone()) else { continue };
                assert!(
                    found == expected,
                    "{}it came to another end: {found:#?}\nundisturbed: {expected:#?}\n\
                     schedule: {schedule:?}",
                    place(call, fault)
                );
            }
        }
    }
}

fn place(call: u64, fault: StoreFault) -> String {
    let when = if fault == StoreFault::CrashBefore { "before" } else { "after" };
    format!("the process died {when} call {call} of its store: ")
}
