//! A saga whose steps are undone at the same time, and times that are up too late.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::{CancelError, SagaHandle, StepState};
use rdddy::runtime::SystemBuilder;
use rdddy_testkit::{Durable, World, crash_at_every_step};
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error, DomainError)]
enum NotNow {
    #[error("it is sold out")]
    SoldOut,
    #[error("it is closed")]
    Closed,
    #[error("nobody answers")]
    #[domain(transient)]
    NoAnswer,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Plan {
    #[key]
    trip: u64,
    seats: Vec<String>,
}

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(error = NotNow)]
struct Book {
    #[key]
    seat: String,
    trip: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(error = NotNow)]
struct GiveBack {
    #[key]
    seat: String,
    trip: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Open {
    #[key]
    seat: String,
}

#[derive(Event, Serialize, Deserialize)]
struct SeatWanted {
    #[tag]
    trip: u64,
    seat: String,
}

#[derive(Event, Serialize, Deserialize)]
struct SeatBooked {
    #[tag]
    trip: u64,
    seat: String,
}

#[derive(Event, Serialize, Deserialize)]
struct SeatGivenBack {
    #[tag]
    trip: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Opened {}

#[derive(Default)]
struct Trip;

#[aggregate(id = u64)]
impl Trip {
    #[handler]
    fn plan(&self, plan: Plan) -> Vec<SeatWanted> {
        let wanted = |seat| SeatWanted { trip: plan.trip, seat };
        plan.seats.into_iter().map(wanted).collect()
    }

    #[apply]
    fn wanted(&mut self, _: &SeatWanted) {}
}

#[derive(Default)]
struct Seat {
    taken: bool,
    open: bool,
}

#[aggregate(id = String)]
impl Seat {
    #[handler]
    fn book(&self, book: Book) -> Result<SeatBooked, NotNow> {
        match book.seat.as_str() {
            "none" => Err(NotNow::SoldOut),
            _ => Ok(SeatBooked { trip: book.trip, seat: book.seat }),
        }
    }

    #[handler]
    fn give_back(&self, back: GiveBack) -> Result<Option<SeatGivenBack>, NotNow> {
        match back.seat.as_str() {
            "closed" if !self.open => Err(NotNow::Closed),
            "dead" if !self.open => Err(NotNow::NoAnswer),
            _ => Ok(self.taken.then_some(SeatGivenBack { trip: back.trip })),
        }
    }

    #[handler]
    fn open(&self, _: Open) -> Opened {
        Opened {}
    }

    #[apply]
    fn booked(&mut self, _: &SeatBooked) {
        assert!(!self.taken, "booked twice");
        self.taken = true;
    }

    #[apply]
    fn given_back(&mut self, _: &SeatGivenBack) {
        self.taken = false;
    }

    #[apply]
    fn opened(&mut self, _: &Opened) {
        self.open = true;
    }
}

/// One step that runs for each seat.
#[derive(Default)]
struct Tour;

#[saga(starts_on = SeatWanted, key = trip, compensate = parallel)]
impl Tour {
    #[step(compensate = give_back)]
    fn book(&mut self, event: &SeatWanted) -> Book {
        Book { seat: event.seat.clone(), trip: event.trip }
    }

    #[compensation]
    fn give_back(&mut self, event: &SeatWanted) -> GiveBack {
        GiveBack { seat: event.seat.clone(), trip: event.trip }
    }

    #[handler]
    fn booked(&mut self, _: &SeatBooked) {}

    #[end]
    fn never(&mut self, _: &Departed) {}

    #[timeout("1h")]
    fn expired(&mut self) -> Timeout {
        Timeout::NeedsOperator
    }
}

#[derive(Event, Serialize, Deserialize)]
struct Departed {
    #[tag]
    trip: u64,
}

fn tours(system: SystemBuilder) -> SystemBuilder {
    system.saga::<Tour>()
}

fn tour(system: &ActorSystem) -> SagaHandle<Tour> {
    system.saga::<Tour>().unwrap()
}

fn plan(seats: &[&str]) -> Plan {
    Plan { trip: 1, seats: seats.iter().map(|seat| (*seat).to_owned()).collect() }
}

async fn steps(office: &mut Durable) -> (SagaState, Vec<StepState>) {
    let view = office.ask(async |system| tour(system).show("1").await).await.unwrap().unwrap();
    (view.state, view.steps.iter().map(|step| step.state).collect())
}

async fn taken(office: &Durable, seats: &[&str]) -> Vec<bool> {
    let mut taken = Vec::new();
    for seat in seats {
        taken.push(office.state::<Seat>(&(*seat).to_owned()).await.taken);
    }
    taken
}

/// Books three seats, and one that there is not.
async fn in_vain(office: &mut Durable) -> (SagaState, Vec<StepState>) {
    let seats = ["a", "b", "c"];
    office.execute(plan(&["a", "b", "c", "none"])).await.unwrap();
    office.advance(Duration::from_secs(60)).await;
    assert_eq!(taken(office, &seats).await, [false; 3]);
    steps(office).await
}

fn undone() -> (SagaState, Vec<StepState>) {
    let back = StepState::Compensated;
    (SagaState::Compensated, vec![back, back, back, StepState::Refused])
}

#[test]
fn all_steps_are_undone_wherever_the_process_dies() {
    crash_at_every_step(tours, async |office| {
        let end = in_vain(office).await;
        assert_eq!(end, undone());
        end
    });
}

#[rdddy_testkit::explore(seeds = 200)]
async fn all_steps_are_undone_whatever_happens_first(world: &mut World) {
    let mut office = world.durable(tours).crashes(3);
    assert_eq!(in_vain(&mut office).await, undone());
}

#[rdddy_testkit::test]
async fn what_cannot_be_undone_does_not_hold_up_the_others(world: &mut World) {
    let mut office = world.durable(tours);
    office.execute(plan(&["closed", "a", "dead", "b", "none"])).await.unwrap();
    office.advance(Duration::from_secs(300)).await;
    let found = taken(&office, &["closed", "a", "dead", "b"]).await;
    assert_eq!(found, [true, false, true, false]);
    let (state, runs) = steps(&mut office).await;
    let (open, back) = (StepState::Compensating, StepState::Compensated);
    assert_eq!(runs, [open, back, open, back, StepState::Refused]);
    assert_eq!(state, SagaState::NeedsOperator);
    let tour = tour(office.system());
    let why = tour.show("1").await.unwrap().unwrap().why.unwrap();
    assert!(why.contains("it is closed") && why.contains("nobody answers"), "{why}");
    // One is repaired, and then the other.
    for (seat, expected) in [("dead", SagaState::NeedsOperator), ("closed", SagaState::Compensated)]
    {
        office.execute(Open { seat: seat.into() }).await.unwrap();
        tour.resume("1").await.unwrap();
        office.advance(Duration::from_secs(300)).await;
        assert_eq!(steps(&mut office).await.0, expected);
    }
    assert_eq!(taken(&office, &["closed", "a", "dead", "b"]).await, [false; 4]);
    assert_eq!(tour.check().await.unwrap(), []);
}

#[test]
fn who_needs_an_operator_is_listed_wherever_the_process_dies() {
    crash_at_every_step(tours, async |office| {
        office.execute(plan(&["closed", "a", "none"])).await.unwrap();
        office.advance(Duration::from_secs(60)).await;
        let stuck = SagaState::NeedsOperator;
        let stuck = office.ask(async |system| tour(system).list(stuck).await).await.unwrap();
        assert_eq!(stuck, ["1"]);
    });
}

#[rdddy_testkit::test]
async fn all_are_given_at_the_same_time(world: &mut World) {
    let mut office = world.durable(tours);
    office.execute(plan(&["dead", "a", "dead too", "none"])).await.unwrap();
    // While one is tried again, the others are undone.
    office.advance(Duration::from_millis(5)).await;
    assert_eq!(taken(&office, &["dead", "a", "dead too"]).await, [true, false, false]);
}

#[test]
fn how_it_is_undone_is_in_the_picture() {
    let picture = rdddy::process::saga_to_mermaid::<Tour>();
    assert!(picture.contains("book -. undone with the others by .-> give_back"), "{picture}");
}

/// What happens when its time is up, or does not.
#[derive(Default)]
struct Stroll;

#[saga(starts_on = SeatWanted, key = trip)]
impl Stroll {
    #[step(pivot)]
    fn book(&mut self, event: &SeatWanted) -> Book {
        Book { seat: event.seat.clone(), trip: event.trip }
    }

    #[step(retriable)]
    fn rest(&mut self, event: &SeatBooked) -> Open {
        Open { seat: event.seat.clone() }
    }

    #[end]
    fn departed(&mut self, _: &Departed) {}

    #[timeout("1h")]
    fn expired(&mut self) -> Timeout {
        Timeout::NeedsOperator
    }
}

#[rdddy_testkit::test]
async fn a_time_that_is_up_when_it_no_longer_matters_is_counted(world: &mut World) {
    let mut office = world.durable(|system| system.saga::<Stroll>());
    office.execute(plan(&["a"])).await.unwrap();
    office.advance(Duration::from_secs(59 * 60)).await;
    let strolls = office.system().saga::<Stroll>().unwrap();
    assert_eq!(strolls.late_timers(), 0);
    office.advance(Duration::from_secs(2 * 60)).await;
    assert_eq!(strolls.late_timers(), 1);
    assert_eq!(strolls.show("1").await.unwrap().unwrap().state, SagaState::Running);
}

/// A time is up once, and late by a slice at most, however the clock is set.
#[rdddy_testkit::explore(seeds = 50)]
async fn a_time_is_up_once_however_the_clock_is_set(world: &mut World) {
    const HOUR: Duration = Duration::from_secs(3600);
    const SLICE: Duration = rdddy::limits::TIMER_SLICE;
    for (ahead, by) in [(false, HOUR), (true, HOUR), (true, 87_600 * HOUR)] {
        let mut office = world.durable(tours).crashes(1);
        office.execute(plan(&["a"])).await.unwrap();
        office.advance(Duration::from_secs(60)).await;
        assert_eq!(steps(&mut office).await.0, SagaState::Running);
        if ahead {
            office.wall_clock_jumps_ahead(by);
        } else {
            office.wall_clock_jumps_back(by);
            office.advance(HOUR).await;
            assert_eq!(steps(&mut office).await.0, SagaState::Running, "by the clock");
            office.advance(HOUR).await;
        }
        office.advance(SLICE).await;
        assert_eq!(steps(&mut office).await.0, SagaState::NeedsOperator);
        // Its time is not up again.
        let resumed = office.ask(async |system| tour(system).resume("1").await).await;
        // A life that died may have done it.
        assert!(matches!(resumed, Ok(()) | Err(CancelError::TooLate(_))), "{resumed:?}");
        if ahead {
            office.wall_clock_jumps_back(by);
        }
        office.advance(3 * HOUR).await;
        assert_eq!(steps(&mut office).await.0, SagaState::Running);
    }
}
