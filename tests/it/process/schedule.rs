//! Commands at their times: once each, whatever dies and however the clock is set.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rdddy::message::Timestamp;
use rdddy::prelude::*;
use rdddy::process::{Recurrence, ScheduleError, ScheduleFailed, Schedules};
use rdddy::runtime::SystemBuilder;
use rdddy::simulation::{Schedule, Simulation, SimulationOptions};
use rdddy::store::{MemoryStore, StoreFault};
use rdddy_testkit::{Durable, World, crash_at_every_step};
use serde::{Deserialize, Serialize};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

#[derive(Debug, thiserror::Error, DomainError)]
enum Silent {
    #[error("it is cracked")]
    Cracked,
    #[error("it sticks")]
    #[domain(transient)]
    Sticks,
}

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(error = Silent)]
struct Ring {
    #[key]
    bell: String,
    times: u32,
}

/// It cannot be written down.
#[derive(Command, Clone)]
struct Oil {
    #[key]
    bell: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Rung {
    times: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Oiled {}

#[derive(Clone, Debug, Default, PartialEq)]
struct Bell {
    rung: u32,
    oiled: bool,
}

#[aggregate(id = String)]
impl Bell {
    #[handler]
    fn ring(&self, ring: Ring) -> Result<Rung, Silent> {
        match ring.bell.as_str() {
            "cracked" => Err(Silent::Cracked),
            "stiff" if !self.oiled => Err(Silent::Sticks),
            _ => Ok(Rung { times: ring.times }),
        }
    }

    #[handler]
    fn oil(&self, _: Oil) -> Oiled {
        Oiled {}
    }

    #[apply]
    fn rung(&mut self, event: &Rung) {
        self.rung += event.times;
    }

    #[apply]
    fn oiled(&mut self, _: &Oiled) {
        self.oiled = true;
    }
}

fn ring(bell: &str, times: u32) -> Ring {
    Ring { bell: bell.into(), times }
}

fn schedules(system: &ActorSystem) -> Schedules {
    system.schedules().unwrap()
}

fn keeping(system: SystemBuilder) -> SystemBuilder {
    system.schedules()
}

async fn rung(tower: &Durable, bell: &str) -> u32 {
    tower.state::<Bell>(&bell.to_owned()).await.rung
}

fn later(system: &ActorSystem, by: Duration) -> Timestamp {
    Timestamp(schedules(system).now().unwrap().0 + by)
}

/// Runs `body` in virtual time, with many orders of events.
fn in_any_order(body: impl AsyncFn(&Arc<Simulation>)) {
    for seed in 0..30 {
        let mut options = SimulationOptions::default();
        options.schedule = Schedule::Seeded(seed);
        let simulation = Simulation::new(options);
        simulation.run(body(&simulation)).unwrap();
        simulation.clear();
    }
}

async fn start(simulation: &Arc<Simulation>, store: MemoryStore) -> ActorSystem {
    let builder = ActorSystem::builder().simulation(simulation).store(store);
    builder.schedules().start().await.unwrap()
}

async fn bell(store: &MemoryStore, bell: &str) -> Bell {
    let repository = rdddy::host::Repository::new(Arc::new(store.reopen()));
    repository.load(&bell.to_owned()).await.unwrap().state
}

/// Everything that a schedule may be; returns how often each bell was rung.
async fn a_day(tower: &mut Durable) -> Vec<(&'static str, u32)> {
    // A short day: each slice of time is a call of the store, and each call is one to die at.
    const BEAT: Duration = Duration::from_secs(90);
    // The same in each life, as far as it is made again.
    let at = Timestamp(Duration::from_secs(1_700_000_000) + BEAT);
    let set = async |system: &ActorSystem| {
        let schedules = schedules(system);
        schedules.once("noon", at, ring("noon", 12)).await?;
        schedules.every("tea", 5 * BEAT, ring("tea", 1)).await?;
        schedules.every("ended", 3 * BEAT, ring("ended", 1)).await?;
        schedules.once("cracked", at, ring("cracked", 1)).await
    };
    tower.ask(set).await.unwrap();
    tower.advance(4 * BEAT).await;
    tower.ask(async |system| schedules(system).cancel("ended").await).await.unwrap();
    let tea = async |system: &ActorSystem| {
        let same = schedules(system).every("tea", 5 * BEAT, ring("tea", 1)).await?;
        Ok::<_, ScheduleError>(same)
    };
    assert!(!tower.ask(tea).await.unwrap(), "it says so already");
    tower.advance(20 * BEAT).await;
    let list = tower.ask(async |system| schedules(system).list().await).await.unwrap();
    let names: Vec<_> = list.iter().map(|one| (one.name.as_str(), one.fired)).collect();
    assert_eq!(names, [("cracked", 1), ("tea", 4)]);
    assert_eq!(list[0].last_error.as_deref(), Some("it is cracked (process.cracked)"));
    let mut found = Vec::new();
    for bell in ["noon", "tea", "ended", "cracked"] {
        found.push((bell, rung(tower, bell).await));
    }
    assert_eq!(found, [("noon", 12), ("tea", 4), ("ended", 1), ("cracked", 0)]);
    found
}

#[test]
fn each_time_comes_once_wherever_the_process_dies() {
    crash_at_every_step(keeping, a_day);
}

#[rdddy_testkit::explore(seeds = 300)]
async fn it_does_the_same_whatever_happens_first(world: &mut World) {
    let mut tower = world.durable(keeping).crashes(4);
    a_day(&mut tower).await;
}

#[rdddy_testkit::test]
async fn a_replaced_schedule_does_only_what_it_says_now(world: &mut World) {
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let (schedules, soon) = (schedules(&system), later(&system, HOUR));
    assert!(schedules.once("bell", soon, ring("first", 1)).await.unwrap());
    assert!(!schedules.once("bell", soon, ring("first", 1)).await.unwrap());
    assert!(schedules.once("bell", soon, ring("second", 1)).await.unwrap());
    assert!(schedules.every("bell", 2 * HOUR, ring("third", 1)).await.unwrap());
    tower.advance(7 * HOUR).await;
    let found = [rung(&tower, "first").await, rung(&tower, "second").await];
    assert_eq!((found, rung(&tower, "third").await), ([0, 0], 3));
    let list = schedules.list().await.unwrap();
    assert_eq!(list[0].recurrence, Recurrence::Every(2 * HOUR));
    assert_eq!((list[0].command.ends_with("Ring"), list[0].late), (true, 0));
    assert!(schedules.cancel("bell").await.unwrap());
    assert!(!schedules.cancel("bell").await.unwrap());
    assert_eq!(schedules.status().waiting, 0);
}

#[rdddy_testkit::test]
async fn what_was_carried_out_once_is_not_when_it_is_set_again(world: &mut World) {
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let at = later(&system, MINUTE);
    for _ in 0..3 {
        assert!(schedules(&system).once("noon", at, ring("noon", 12)).await.unwrap());
        tower.advance(HOUR).await;
        assert_eq!(schedules(&system).list().await.unwrap(), []);
    }
    assert_eq!(rung(&tower, "noon").await, 12);
}

#[rdddy_testkit::test]
async fn what_cannot_be_kept_is_refused(world: &mut World) {
    #[derive(Command, Clone, Serialize, Deserialize)]
    struct Paint {
        #[key]
        bell: String,
    }
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let schedules = schedules(&system);
    let at = later(&system, HOUR);
    let refused = schedules.once("", at, ring("noon", 1)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the name of a schedule has 1 to 512 bytes, and this one has 0"
    );
    let refused = schedules.every("tea", Duration::ZERO, ring("tea", 1)).await.unwrap_err();
    assert_eq!(refused, ScheduleError::Interval(Duration::ZERO));
    let refused = schedules.once("paint", at, Paint { bell: "noon".into() }).await.unwrap_err();
    assert!(refused.to_string().contains("no aggregate decides about"), "{refused}");
    assert_eq!(schedules.list().await.unwrap(), []);
    let none = ActorSystem::builder().simulation(&Simulation::new(SimulationOptions::default()));
    let none = none.store(MemoryStore::new()).start().await.unwrap();
    let missing = none.schedules().unwrap_err();
    assert_eq!(missing.to_string(), "the system was started without `.schedules()`");
}

#[rdddy_testkit::test]
async fn a_refusal_that_may_pass_is_given_again_and_one_that_does_not_is_told(world: &mut World) {
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let schedules = schedules(&system);
    let mut failures = system.subscribe::<ScheduleFailed>();
    schedules.once("stiff", later(&system, MINUTE), ring("stiff", 1)).await.unwrap();
    schedules.every("cracked", 2 * MINUTE, ring("cracked", 1)).await.unwrap();
    tower.advance(5 * MINUTE).await;
    let list = schedules.list().await.unwrap();
    let errors: Vec<_> = list.iter().map(|one| one.last_error.as_deref().unwrap()).collect();
    assert_eq!(errors, ["it is cracked (process.cracked)", "it sticks (process.sticks)"]);
    assert_eq!((list[0].fired, list[1].fired), (2, 0));
    let failure = failures.next().await.unwrap();
    assert_eq!(failure.schedule, "cracked");
    assert!(failure.error.starts_with("it is cracked"), "{failure:?}");
    assert_eq!(schedules.status().failed, 2);
    tower.execute(Oil { bell: "stiff".into() }).await.unwrap();
    tower.advance(MINUTE).await;
    assert_eq!(rung(&tower, "stiff").await, 1);
}

#[test]
fn two_systems_on_one_store_carry_it_out_once() {
    in_any_order(async |simulation| {
        let store = MemoryStore::new();
        let one = start(simulation, store.reopen()).await;
        let other = start(simulation, store.reopen()).await;
        let at = later(&one, HOUR);
        for system in [&one, &other] {
            schedules(system).every("tea", HOUR, ring("tea", 1)).await.unwrap();
            schedules(system).once("noon", at, ring("noon", 1)).await.unwrap();
        }
        // What one sets the other hears of within a slice, and what it ends as well.
        schedules(&one).every("late", 2 * HOUR, ring("late", 1)).await.unwrap();
        schedules(&one).every("ended", HOUR, ring("ended", 1)).await.unwrap();
        schedules(&other).cancel("ended").await.unwrap();
        simulation.sleep(2 * MINUTE).await;
        one.shutdown().await;
        drop(one);
        simulation.sleep(5 * HOUR).await;
        for (name, times) in [("tea", 5), ("noon", 1), ("late", 2), ("ended", 0)] {
            assert_eq!(bell(&store, name).await.rung, times, "{name}");
        }
        let given = schedules(&other).status();
        assert_eq!((given.fired, given.late, given.waiting), (8, 0, 2));
        other.shutdown().await;
    });
}

#[test]
fn two_systems_are_never_both_right() {
    in_any_order(async |simulation| {
        let store = MemoryStore::new();
        let one = start(simulation, store.reopen()).await;
        let other = start(simulation, store.reopen()).await;
        schedules(&one).every("tea", HOUR, ring("tea", 1)).await.unwrap();
        simulation.sleep(10 * HOUR + MINUTE).await;
        assert_eq!(bell(&store, "tea").await.rung, 10);
        let given = [one, other].map(|system| schedules(&system).status().fired);
        assert_eq!(given[0] + given[1], 10, "{given:?}");
    });
}

#[test]
fn what_was_missed_is_made_up_for_once_and_counted() {
    in_any_order(async |simulation| {
        let store = MemoryStore::new();
        let system = start(simulation, store.reopen()).await;
        schedules(&system).every("tea", HOUR, ring("tea", 1)).await.unwrap();
        let at = later(&system, 2 * HOUR);
        schedules(&system).once("noon", at, ring("noon", 1)).await.unwrap();
        simulation.sleep(HOUR + MINUTE).await;
        system.shutdown().await;
        drop(system);
        simulation.sleep(5 * HOUR).await;
        let system = start(simulation, store.reopen()).await;
        simulation.sleep(MINUTE).await;
        assert_eq!((bell(&store, "tea").await.rung, bell(&store, "noon").await.rung), (2, 1));
        assert_eq!(schedules(&system).status().late, 2);
        // The next one at its usual time.
        simulation.sleep(HOUR).await;
        assert_eq!(bell(&store, "tea").await.rung, 3);
        let tea = schedules(&system).list().await.unwrap().remove(0);
        assert_eq!((tea.fired, tea.late), (3, 1));
        system.shutdown().await;
    });
}

#[rdddy_testkit::explore(seeds = 100)]
async fn it_goes_on_however_the_clock_is_set(world: &mut World) {
    let mut tower = world.durable(keeping).crashes(2);
    let start = async |system: &ActorSystem| {
        schedules(system).every("tea", 10 * MINUTE, ring("tea", 1)).await
    };
    tower.ask(start).await.unwrap();
    tower.advance(HOUR + MINUTE).await;
    assert_eq!(rung(&tower, "tea").await, 6);
    // Back: nothing is given twice, and the interval begins anew.
    tower.wall_clock_jumps_back(HOUR);
    tower.advance(HOUR).await;
    let back = rung(&tower, "tea").await;
    assert!((10..=13).contains(&back), "{back}");
    // Ahead: one for all that was missed.
    tower.wall_clock_jumps_ahead(HOUR);
    tower.advance(2 * MINUTE).await;
    let ahead = rung(&tower, "tea").await;
    assert!((back + 1..=back + 2).contains(&ahead), "{back} {ahead}");
    // Ten years ahead, and back again.
    tower.wall_clock_jumps_ahead(TEN_YEARS);
    tower.advance(2 * MINUTE).await;
    let years = rung(&tower, "tea").await;
    assert!((ahead + 1..=ahead + 2).contains(&years), "{ahead} {years}");
    tower.advance(HOUR).await;
    let on = rung(&tower, "tea").await;
    assert!((years + 5..=years + 7).contains(&on), "{years} {on}");
    tower.wall_clock_jumps_back(TEN_YEARS);
    tower.advance(HOUR).await;
    let last = rung(&tower, "tea").await;
    assert!((on + 4..=on + 7).contains(&last), "{on} {last}");
}

#[rdddy_testkit::test]
async fn what_happens_once_does_however_the_clock_is_set(world: &mut World) {
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let noon = later(&system, HOUR);
    schedules(&system).once("noon", noon, ring("noon", 1)).await.unwrap();
    tower.wall_clock_jumps_back(HOUR);
    tower.advance(HOUR + MINUTE).await;
    assert_eq!(rung(&tower, "noon").await, 0, "it is not noon yet");
    tower.advance(HOUR).await;
    assert_eq!(rung(&tower, "noon").await, 1);
    tower.wall_clock_jumps_back(HOUR);
    tower.advance(2 * HOUR).await;
    assert_eq!(rung(&tower, "noon").await, 1, "it was noon before");
    schedules(&system).once("years", later(&system, HOUR), ring("years", 1)).await.unwrap();
    tower.wall_clock_jumps_ahead(TEN_YEARS);
    // Noticed at the end of a slice.
    tower.advance(MINUTE).await;
    assert_eq!(rung(&tower, "years").await, 1);
}

#[cfg(feature = "cron")]
#[rdddy_testkit::test]
async fn times_by_the_calendar_come_once_each(world: &mut World) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let mut tower = world.durable(keeping);
    let system = tower.system().clone();
    let schedules = schedules(&system);
    for pattern in ["every day", "0 0 30 2 *"] {
        let refused = schedules.cron("never", pattern, ring("never", 1)).await.unwrap_err();
        assert!(matches!(refused, ScheduleError::Pattern { .. }), "{refused}");
    }
    schedules.cron("monday", "0 9 * * MON", ring("monday", 1)).await.unwrap();
    schedules.cron("hourly", "0 * * * *", ring("hourly", 1)).await.unwrap();
    tower.advance(14 * DAY).await;
    assert_eq!((rung(&tower, "monday").await, rung(&tower, "hourly").await), (2, 14 * 24));
    // Each of them once, also when the clock shows them again.
    tower.wall_clock_jumps_back(HOUR);
    tower.advance(HOUR).await;
    assert_eq!(rung(&tower, "hourly").await, 14 * 24);
    tower.advance(HOUR).await;
    assert_eq!(rung(&tower, "hourly").await, 14 * 24 + 1);
    tower.wall_clock_jumps_ahead(TEN_YEARS);
    tower.advance(MINUTE).await;
    assert_eq!((rung(&tower, "monday").await, rung(&tower, "hourly").await), (3, 14 * 24 + 2));
    // A clock that was wrong by years does not rest for years.
    tower.wall_clock_jumps_back(TEN_YEARS);
    tower.advance(2 * HOUR).await;
    assert_eq!(rung(&tower, "hourly").await, 14 * 24 + 4);
}

#[test]
fn many_at_once_are_given_in_bounded_numbers() {
    let simulation = Simulation::new(SimulationOptions::default());
    let run = async {
        let store = MemoryStore::new();
        let system = start(&simulation, store.reopen()).await;
        let schedules = schedules(&system);
        let at = later(&system, HOUR);
        for nth in 0..1_000 {
            let bell = format!("bell {nth}");
            schedules.once(&bell, at, ring(&bell, 1)).await.unwrap();
        }
        assert_eq!(schedules.status().waiting, 1_000);
        simulation.sleep(HOUR).await;
        let mut most = 0;
        while schedules.status().fired < 1_000 {
            most = most.max(schedules.status().under_way);
            let mut is_first = true;
            let others = poll_fn(|cx| {
                cx.waker().wake_by_ref();
                if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
            });
            others.await;
        }
        assert!((2..=rdddy::limits::SCHEDULE_WIDTH).contains(&most), "{most}");
        for nth in 0..1_000 {
            assert_eq!(bell(&store, &format!("bell {nth}")).await.rung, 1);
        }
        assert_eq!(schedules.list().await.unwrap(), []);
        system.shutdown().await;
    };
    simulation.run(run).unwrap();
    simulation.clear();
}

#[test]
fn a_store_that_fails_for_a_while_is_waited_for() {
    let simulation = Simulation::new(SimulationOptions::default());
    let run = async {
        for call in 1..30 {
            let store = MemoryStore::new();
            let shaky = store.reopen();
            shaky.inject(call, StoreFault::FailBefore);
            shaky.inject(call + 2, StoreFault::FailAfter);
            let system = start(&simulation, shaky).await;
            let schedules = schedules(&system);
            while schedules.every("tea", HOUR, ring("tea", 1)).await.is_err() {}
            simulation.sleep(3 * HOUR + MINUTE).await;
            assert_eq!(bell(&store, "tea").await.rung, 3, "{call}");
            assert_eq!(schedules.list().await.unwrap()[0].last_error, None, "{call}");
            system.shutdown().await;
        }
    };
    simulation.run(run).unwrap();
    simulation.clear();
}
