//! System-wide invariants: conditions on the whole, checked after each handled message.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rdddy::prelude::*;
use rdddy_testkit::{Broken, Exploration, World, explore};

bounded_context!("invariant");

#[derive(Command, Debug)]
struct Move {
    amount: i64,
    in_one_go: bool,
}

#[derive(Command, Debug)]
struct Receive(i64);

/// Moves money into another purse. The total is kept only if it is not on its way.
struct Purse {
    total: Arc<AtomicI64>,
    other: Option<ActorRef<Purse>>,
}

#[actor]
impl Purse {
    #[handler]
    async fn send(&mut self, cmd: Move) {
        let Some(other) = &self.other else { return };
        self.total.fetch_sub(cmd.amount, Ordering::Relaxed);
        if cmd.in_one_go {
            other.ask(Receive(cmd.amount)).await.unwrap();
        } else {
            other.tell(Receive(cmd.amount)).await.unwrap();
        }
    }

    #[handler]
    fn receive(&mut self, cmd: Receive) {
        self.total.fetch_add(cmd.0, Ordering::Relaxed);
    }
}

async fn two_purses(world: &mut World, in_one_go: bool) {
    let total = Arc::new(AtomicI64::new(100));
    let seen = Arc::clone(&total);
    world.invariant("no money is lost", move || seen.load(Ordering::Relaxed) == 100);
    let other = world.spawn(Purse { total: Arc::clone(&total), other: None }).await;
    let purse = world.spawn(Purse { total, other: Some(other) }).await;
    purse.tell(Move { amount: 10, in_one_go }).await.unwrap();
}

#[rdddy_testkit::explore(seeds = 20)]
async fn an_invariant_that_holds_after_each_message_is_kept(world: &mut World) {
    two_purses(world, true).await;
}

#[test]
fn an_invariant_that_is_broken_between_two_messages_is_found() {
    let explored = explore(Exploration::seeds(20), async |world: &mut World| {
        two_purses(world, false).await;
    });
    let broken = explored.failure().unwrap().broken().clone();
    assert!(
        matches!(&broken, Broken::Invariant { name: "no money is lost", actor } if actor == "/Purse#2"),
        "{broken:?}"
    );
}

#[rdddy_testkit::test]
async fn a_broken_invariant_is_an_event_of_the_system(world: &mut World) {
    // In a system of its own: a world would fail the test.
    let events = rdddy_testkit::EventLog::new();
    drop(world.settle());
    let inner = ActorSystem::builder();
    let simulation = rdddy::simulation::Simulation::new(Default::default());
    simulation
        .run(async {
            let system = inner
                .simulation(&simulation)
                .recorder(events.recorder())
                .invariant("never", || false)
                .start()
                .await
                .unwrap();
            let purse = system
                .spawn(Purse { total: Arc::new(AtomicI64::new(0)), other: None })
                .await
                .unwrap();
            purse.tell(Receive(1)).await.unwrap();
            simulation.settled().await;
            let broken = |event: &SystemEvent| {
                matches!(
                    event,
                    SystemEvent::InvariantBroken { invariant: "never", actor }
                        if actor.id == purse.id()
                )
            };
            events.expect::<SystemEvent>().matching(broken).once();
        })
        .unwrap();
}
