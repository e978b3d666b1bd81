//! What somebody does with instances that cannot go on, and what becomes of them when the code changes.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::{SagaHandle, StepState};
use rdddy::runtime::SystemBuilder;
use rdddy_testkit::{Durable, World};
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error, DomainError)]
#[error("the door is shut")]
struct Shut;

#[derive(Command, Clone)]
struct SetDoor {
    #[key]
    door: String,
    open: bool,
}

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(error = Shut)]
struct Pass {
    #[key]
    door: String,
    guest: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(error = Shut)]
struct Return {
    #[key]
    door: String,
    guest: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Arrive {
    #[key]
    guest: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Call {
    #[key]
    guest: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct DoorSet {
    open: bool,
}

macro_rules! of_a_guest {
    ($($name:ident)+) => {$(
        #[derive(Event, Serialize, Deserialize)]
        struct $name {
            #[tag]
            guest: u64,
        }
    )+};
}

of_a_guest! { Passed Returned Arrived Called }

#[derive(Default)]
struct Door {
    open: bool,
    inside: i32,
}

#[aggregate(id = String)]
impl Door {
    #[handler]
    fn set(&self, set: SetDoor) -> DoorSet {
        DoorSet { open: set.open }
    }

    #[handler]
    #[requires(self.open, Shut)]
    fn pass(&self, pass: Pass) -> Result<Passed, Shut> {
        Ok(Passed { guest: pass.guest })
    }

    #[handler]
    #[requires(self.open, Shut)]
    fn back(&self, back: Return) -> Result<Returned, Shut> {
        Ok(Returned { guest: back.guest })
    }

    #[apply]
    fn was_set(&mut self, event: &DoorSet) {
        self.open = event.open;
    }

    #[apply]
    fn passed(&mut self, _: &Passed) {
        self.inside += 1;
    }

    #[apply]
    fn returned(&mut self, _: &Returned) {
        self.inside -= 1;
    }
}

#[derive(Default)]
struct Guest;

#[aggregate(id = u64)]
impl Guest {
    #[handler]
    fn arrive(&self, arrive: Arrive) -> Arrived {
        Arrived { guest: arrive.guest }
    }

    #[handler]
    fn call(&self, call: Call) -> Called {
        Called { guest: call.guest }
    }

    #[apply]
    fn arrived(&mut self, _: &Arrived) {}

    #[apply]
    fn called(&mut self, _: &Called) {}
}

/// Through the hall, then, past the point of no return, into the room; called away, back again.
#[derive(Default)]
struct Visit;

#[saga(starts_on = Arrived, key = guest)]
impl Visit {
    #[step(compensate = leave)]
    fn enter(&mut self, event: &Arrived) -> Pass {
        Pass { door: "hall".into(), guest: event.guest }
    }

    #[compensation]
    fn leave(&mut self, event: &Arrived) -> Return {
        Return { door: "hall".into(), guest: event.guest }
    }

    #[abort]
    fn called(&mut self, _: &Called) {}
}

fn visits(system: SystemBuilder) -> SystemBuilder {
    system.saga::<Visit>()
}

fn visit(system: &ActorSystem) -> SagaHandle<Visit> {
    system.saga::<Visit>().unwrap()
}

async fn set(hotel: &mut Durable, open: bool) {
    hotel.execute(SetDoor { door: "hall".into(), open }).await.unwrap();
}

#[rdddy_testkit::test]
async fn what_cannot_be_undone_waits_for_an_operator(world: &mut World) {
    // The first step is the last one, too: so that it stays on its way, it never ends by itself.
    #[derive(Default)]
    struct Stay;
    #[saga(starts_on = Arrived, key = guest)]
    impl Stay {
        #[step(compensate = leave)]
        fn enter(&mut self, event: &Arrived) -> Pass {
            Pass { door: "hall".into(), guest: event.guest }
        }
        #[compensation]
        fn leave(&mut self, event: &Arrived) -> Return {
            Return { door: "hall".into(), guest: event.guest }
        }
        #[abort]
        fn called(&mut self, _: &Called) {}
        #[end]
        fn left(&mut self, _: &Returned) {}
    }
    let mut hotel = world.durable(|system| system.saga::<Stay>());
    set(&mut hotel, true).await;
    hotel.execute(Arrive { guest: 1 }).await.unwrap();
    hotel.settle().await;
    set(&mut hotel, false).await;
    hotel.execute(Call { guest: 1 }).await.unwrap();
    hotel.advance(Duration::from_secs(1)).await;
    let stays = hotel.system().saga::<Stay>().unwrap();
    let stuck = stays.show("1").await.unwrap().unwrap();
    assert_eq!(stuck.state, SagaState::NeedsOperator);
    assert!(stuck.why.unwrap().contains("the door is shut"));
    assert_eq!(stays.list(SagaState::NeedsOperator).await.unwrap(), ["1"]);

    stays.resume("1").await.unwrap();
    assert_eq!(stays.settled("1").await.unwrap().state, SagaState::NeedsOperator);
    set(&mut hotel, true).await;
    stays.resume("1").await.unwrap();
    let undone = stays.settled("1").await.unwrap();
    assert_eq!(undone.state, SagaState::Compensated);
    assert_eq!(undone.steps[0].state, StepState::Compensated);
    assert_eq!(hotel.state::<Door>(&"hall".to_owned()).await.inside, 0);
    assert!(stays.resume("1").await.is_err(), "it needs nobody any more");
}

#[rdddy_testkit::test]
async fn an_instance_can_be_given_up(world: &mut World) {
    let mut hotel = world.durable(visits);
    hotel.execute(Arrive { guest: 1 }).await.unwrap();
    hotel.settle().await;
    let visits = visit(hotel.system());
    assert_eq!(visits.show("1").await.unwrap().unwrap().state, SagaState::Compensated);
    assert!(visits.give_up("1", "it has ended").await.is_err());
    assert!(visits.give_up("2", "there is none").await.is_err());
}

/// The same visit, as it is written later: another command, another version.
#[derive(Default)]
struct VisitNow;

#[saga(name = "Longer", starts_on = Arrived, key = guest, version = 2)]
impl VisitNow {
    #[step(compensate = leave)]
    fn enter(&mut self, event: &Arrived) -> Pass {
        Pass { door: "garden".into(), guest: event.guest }
    }

    #[compensation]
    fn leave(&mut self, event: &Arrived) -> Return {
        Return { door: "garden".into(), guest: event.guest }
    }

    #[end]
    fn called(&mut self, _: &Called) {}
}

#[derive(Default)]
struct VisitThen;

#[saga(name = "Longer", starts_on = Arrived, key = guest)]
impl VisitThen {
    #[step(compensate = leave)]
    fn enter(&mut self, event: &Arrived) -> Pass {
        Pass { door: "hall".into(), guest: event.guest }
    }

    #[compensation]
    fn leave(&mut self, event: &Arrived) -> Return {
        Return { door: "hall".into(), guest: event.guest }
    }

    #[end]
    fn called(&mut self, _: &Called) {}
}

#[rdddy_testkit::test]
async fn a_running_instance_keeps_the_version_it_began_with(world: &mut World) {
    let mut old = world.durable(|system| system.saga::<VisitThen>());
    set(&mut old, true).await;
    old.execute(SetDoor { door: "garden".into(), open: true }).await.unwrap();
    old.execute(Arrive { guest: 1 }).await.unwrap();
    old.advance(Duration::from_secs(1)).await;
    let mut new = old.reborn(|system| system.retired_saga::<VisitThen>().saga::<VisitNow>());
    new.execute(Arrive { guest: 2 }).await.unwrap();
    new.advance(Duration::from_secs(1)).await;
    for guest in [1, 2] {
        new.execute(Call { guest }).await.unwrap();
    }
    new.advance(Duration::from_secs(1)).await;
    let (then, now) =
        (new.system().saga::<VisitThen>().unwrap(), new.system().saga::<VisitNow>().unwrap());
    let first = then.show("1").await.unwrap().unwrap();
    assert_eq!((first.version, first.state), (1, SagaState::Completed));
    let second = now.show("2").await.unwrap().unwrap();
    assert_eq!((second.version, second.state), (2, SagaState::Completed));
    assert_eq!(new.state::<Door>(&"hall".to_owned()).await.inside, 1);
    assert_eq!(new.state::<Door>(&"garden".to_owned()).await.inside, 1);
}

/// Other code of the same version: a mistake that a check finds.
#[derive(Default)]
struct Changed;

#[saga(name = "Longer", starts_on = Arrived, key = guest)]
impl Changed {
    #[step(compensate = leave)]
    fn enter(&mut self, event: &Arrived) -> Pass {
        Pass { door: "roof".into(), guest: event.guest }
    }

    #[compensation]
    fn leave(&mut self, event: &Arrived) -> Return {
        Return { door: "roof".into(), guest: event.guest }
    }

    #[end]
    fn called(&mut self, _: &Called) {}
}

#[rdddy_testkit::test]
async fn code_that_does_something_else_is_found(world: &mut World) {
    let mut old = world.durable(|system| system.saga::<VisitThen>());
    set(&mut old, true).await;
    old.execute(Arrive { guest: 1 }).await.unwrap();
    old.advance(Duration::from_secs(1)).await;
    assert_eq!(old.system().saga::<VisitThen>().unwrap().check().await.unwrap(), []);
    let mut new = old.reborn(|system| system.saga::<Changed>());
    let drifts = new.system().saga::<Changed>().unwrap().check().await.unwrap();
    assert_eq!((drifts.len(), &*drifts[0].key, &*drifts[0].step), (1, "1", "enter"));
    assert!(drifts[0].recorded.contains("hall") && drifts[0].now.contains("roof"), "{drifts:?}");
}

#[rdddy_testkit::test]
async fn two_processes_of_one_name_are_refused(_world: &mut World) {
    let store = rdddy::store::MemoryStore::new();
    let builder = ActorSystem::builder().store(store).saga::<VisitThen>().saga::<Changed>();
    let refused = builder.simulation(&rdddy::simulation::Simulation::new(Default::default()));
    let error = refused.start().await.unwrap_err();
    assert!(format!("{error:?}").contains("Longer@1"), "{error:?}");
}
