//! Promises 3 and 4: everything is bounded, and nothing is lost silently.

use std::time::Duration;

use rdddy::limits;
use rdddy::prelude::*;
use rdddy_testkit::{World, simulate};

bounded_context!("ledger");

#[derive(Command, Debug)]
#[command(error = std::fmt::Error)]
struct Job(u32);

#[derive(Event, Debug)]
struct Tock;

/// Handles, refuses, fails and hangs, by turns.
#[derive(Default)]
struct Moody;

#[actor(mailbox = bounded(8), overflow = drop_oldest)]
impl Moody {
    #[handler(timeout = "1s")]
    async fn job(&mut self, cmd: Job, cx: &mut Context<Self>) -> Result<(), std::fmt::Error> {
        match cmd.0 % 5 {
            0 => panic!("moody"),
            1 => return Err(std::fmt::Error),
            2 => cx.sleep(Duration::from_millis(100)).await,
            3 => cx.sleep(Duration::from_secs(100)).await,
            _ => {}
        }
        Ok(())
    }

    #[handler]
    fn tock(&mut self, _: &Tock) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }
}

#[rdddy_testkit::explore(seeds = 200, crashes)]
async fn every_message_ends_in_exactly_one_way(world: &mut World) {
    let system = world.system().clone();
    for actor in 0..3 {
        let moody = world.spawn(Props::new(Moody::default)).await;
        let system = system.clone();
        world.system().run(async move {
            for n in actor..actor + 20 {
                match n % 3 {
                    0 => drop(moody.try_tell(Job(n))),
                    1 => drop(moody.ask(Job(n)).timeout(Duration::from_millis(500)).await),
                    _ => drop(system.publish(Tock).await),
                }
            }
            moody.stop();
            let _ = moody.tell(Job(0)).await;
        });
    }
    world.advance(Duration::from_secs(600)).await;
    world.check_balance().await;
    assert!(world.counters().sent > 0);
}

#[test]
fn one_message_is_counted_once_however_it_ends() {
    let counts = |end: fn(&rdddy::runtime::Counters) -> u64, job: u32, ask: bool| {
        simulate(async move |world: &mut World| {
            let moody = world.spawn(Props::new(Moody::default)).await;
            if ask {
                let _ = moody.ask(Job(job)).await;
            } else {
                moody.tell(Job(job)).await.unwrap();
            }
            world.advance(Duration::from_secs(10)).await;
            let counters = world.counters();
            assert_eq!((counters.sent, end(&counters)), (1, 1), "{job} {ask}: {counters:?}");
        });
    };
    for ask in [true, false] {
        counts(|counters| counters.handled, 4, ask);
        counts(|counters| counters.failed, 0, ask);
        counts(|counters| counters.failed, 3, ask);
    }
    counts(|counters| counters.refused, 1, true);
    counts(|counters| counters.failed, 1, false);
}

#[rdddy_testkit::test]
async fn the_default_mailbox_is_bounded(world: &mut World) {
    let actor = world.spawn(Plain).await;
    for _ in 0..limits::MAILBOX_CAPACITY {
        actor.try_tell(Bit).unwrap();
    }
    assert!(matches!(actor.try_tell(Bit), Err(SendError::Full(Bit))));
}

#[derive(Command, Debug)]
struct Bit;

struct Plain;

#[actor]
impl Plain {
    #[handler]
    fn bit(&mut self, _: Bit) {}
}

#[rdddy_testkit::test]
async fn what_the_actors_and_the_system_count_fits_together(world: &mut World) {
    let actors = [world.spawn(Plain).await, world.spawn(Plain).await];
    for actor in &actors {
        actor.tell(Bit).await.unwrap();
    }
    world.publish(Tock).await;
    actors[0].stop();
    actors[0].stopped().await;
    let counters = world.counters();
    assert_eq!((counters.spawned, counters.ended), (2, 1));
    assert_eq!((counters.sent, counters.handled, counters.published), (2, 2, 1));
}
