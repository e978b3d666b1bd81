//! Events that cause events that cause events.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("publish");

#[derive(Event, Debug)]
struct Ping(u32);

#[derive(Event, Debug)]
struct Pong(u32);

/// Answers each ping with a pong, and the other way round, until it has had enough.
struct Player {
    enough: u32,
}

#[actor(mailbox = bounded(4))]
impl Player {
    #[handler]
    async fn ping(&mut self, event: &Ping, cx: &mut Context<Self>) {
        if event.0 < self.enough {
            let _ = cx.publish(Pong(event.0 + 1)).await;
        }
    }

    #[handler]
    async fn pong(&mut self, event: &Pong, cx: &mut Context<Self>) {
        if event.0 < self.enough {
            let _ = cx.publish(Ping(event.0 + 1)).await;
        }
    }
}

#[rdddy_testkit::test]
async fn events_that_cause_one_another_run_until_they_end(world: &mut World) {
    for _ in 0..2 {
        world.spawn(Player { enough: 1_000 }).await;
    }
    world.publish(Ping(0)).await;
    world.settle().await;
    // Both hear the first; each of the two games goes on between them.
    assert_eq!(world.counters().published, 1 + 2 * 1_000);
    world.check_balance().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_that_cause_one_another_do_not_grow_the_stack() {
    let system = ActorSystem::builder().start().await.unwrap();
    let mut last = system.subscribe_with::<Ping>(200_000);
    for _ in 0..2 {
        system.spawn(Player { enough: 20_000 }).await.unwrap();
    }
    system.publish(Ping(0)).await.unwrap();
    let mut ends = 0;
    while ends < 2 {
        if last.next().await.unwrap().0 == 20_000 {
            ends += 1;
        }
    }
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.counters.in_flight(), 0);
}

/// Everybody tells everybody: each event makes as many as there are actors.
struct Gossip;

#[derive(Event, Debug)]
struct Rumour(u32);

#[actor(mailbox = bounded(1))]
impl Gossip {
    #[handler]
    async fn hear(&mut self, event: &Rumour, cx: &mut Context<Self>) {
        if event.0 > 0 {
            let _ = cx.publish(Rumour(event.0 - 1)).await;
        }
    }
}

#[rdddy_testkit::explore(seeds = 20)]
async fn publishers_that_wait_for_one_another_do_not_wait_for_ever(world: &mut World) {
    for _ in 0..4 {
        world.spawn(Gossip).await;
    }
    world.publish(Rumour(4)).await;
    world.advance(Duration::from_secs(3600)).await;
    world.check_balance().await;
}
