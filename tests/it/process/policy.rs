//! Whenever something happens, something is done about it: once, whatever happens in between.

use std::time::Duration;

use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::process::{CommandRefused, Refusals};
use rdddy::runtime::SystemBuilder;
use rdddy::store::{EventStore, MemoryStore, StoreFault};
use rdddy_testkit::{Durable, World, crash_at_every_step};

use super::shop::{Deliver, Restock, Sell, Shelf};

async fn shop(store: MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store).policy(Restock { below: 5 }).start().await.unwrap()
}

fn deliver(isbn: &str, copies: u32) -> Deliver {
    Deliver { isbn: isbn.into(), copies }
}

fn sell(isbn: &str, copies: u32) -> Sell {
    Sell { isbn: isbn.into(), copies }
}

async fn shelf(system: &ActorSystem, isbn: &str) -> Shelf {
    let repository = system.repository::<Shelf>().unwrap();
    repository.load(&isbn.to_owned()).await.unwrap().state
}

#[tokio::test]
async fn what_happens_is_reacted_to() {
    let system = shop(MemoryStore::new()).await;
    system.execute(deliver("moby", 10)).await.unwrap();
    system.execute(sell("moby", 2)).await.unwrap();
    let low = system.execute(sell("moby", 5)).await.unwrap();
    let restock = system.policy::<Restock>().unwrap();
    assert!(restock.wait_for(&low.position).await);
    assert_eq!(shelf(&system, "moby").await, Shelf { copies: 33, deliveries: 2 });
    let status = restock.status();
    assert_eq!((status.handled, status.parked.len(), status.error), (2, 0, None));
}

#[tokio::test]
async fn a_transient_refusal_is_tried_again() {
    let system = shop(MemoryStore::new()).await;
    while system.execute(deliver("late", 10)).await.is_err() {}
    let low = system.execute(sell("late", 9)).await.unwrap();
    let restock = system.policy::<Restock>().unwrap();
    assert!(restock.wait_for(&low.position).await);
    assert_eq!(shelf(&system, "late").await.deliveries + restock.status().parked.len() as u32, 2);
}

#[tokio::test]
async fn what_cannot_be_handled_parks_its_stream_and_no_other() {
    let store = MemoryStore::new();
    let system = shop(store.clone()).await;
    let restock = system.policy::<Restock>().unwrap();
    for isbn in ["cursed", "moby"] {
        system.execute(deliver(isbn, 20)).await.unwrap();
        system.execute(sell(isbn, 13)).await.unwrap();
    }
    // `moby` was sold thirteen times, too: both are parked, by a panic.
    let cursed = system.execute(sell("cursed", 4)).await.unwrap();
    system.execute(deliver("emma", 3)).await.unwrap();
    let emma = system.execute(sell("emma", 1)).await.unwrap();
    assert!(restock.wait_for(&emma.position).await && restock.wait_for(&cursed.position).await);
    assert_eq!(shelf(&system, "emma").await.deliveries, 2, "others go on");
    assert_eq!(shelf(&system, "cursed").await.deliveries, 1, "what is behind it waits");
    let parked = restock.status().parked;
    assert_eq!(parked.len(), 2);
    assert!(parked.iter().all(|parked| parked.error.contains("unlucky")), "{parked:?}");
    system.shutdown().await;

    // A policy that can handle it, after a restart.
    struct Lenient;
    #[policy(name = "Restock", refusals = report)]
    impl Lenient {
        #[handler]
        fn on_sold(event: &super::shop::Sold) -> Option<Deliver> {
            (event.left < 5).then(|| deliver(&event.isbn, 30))
        }
    }
    assert_eq!(<Lenient as Policy>::REFUSALS, Refusals::Report);
    let builder = ActorSystem::builder().store(store).policy(Lenient);
    let system = builder.start().await.unwrap();
    let lenient = system.policy::<Lenient>().unwrap();
    let mut refused = system.subscribe::<CommandRefused>();
    let key = parked.iter().find(|parked| parked.key.contains("cursed")).unwrap().key.clone();
    assert!(lenient.wait_for(&emma.position).await);
    assert!(!lenient.resume("nobody").await);
    assert!(lenient.resume(&key).await);
    assert_eq!(lenient.status().parked.len(), 1);
    let refused = refused.next().await.unwrap();
    assert_eq!(
        refused.refusal.code,
        "parity_is_no_context.cursed"
            .replace("parity_is_no_context", refused.refusal.code.split('.').next().unwrap())
    );
    assert_eq!(shelf(&system, "cursed").await.deliveries, 1);
}

/// Trades, and returns what the shelf is like once nothing happens any more.
async fn trade(shop: &mut Durable) -> Shelf {
    shop.execute(deliver("moby", 10)).await.unwrap();
    for _ in 0..4 {
        let _ = shop.execute(sell("moby", 4)).await;
        shop.advance(Duration::from_secs(10)).await;
    }
    let restock = shop.system().policy::<Restock>().unwrap();
    assert_eq!(restock.status().parked, []);
    shop.state::<Shelf>(&"moby".to_owned()).await
}

fn restocking(system: SystemBuilder) -> SystemBuilder {
    system.policy(Restock { below: 5 })
}

#[test]
fn each_command_is_carried_out_once_wherever_the_process_dies() {
    crash_at_every_step(restocking, trade);
}

#[rdddy_testkit::explore(seeds = 200)]
async fn it_does_the_same_whatever_happens_first(world: &mut World) {
    let mut shop = world.durable(restocking).crashes(3);
    assert_eq!(trade(&mut shop).await, Shelf { copies: 24, deliveries: 2 });
}

#[tokio::test]
async fn a_store_that_fails_for_a_while_is_waited_for() {
    for call in 1..40 {
        let store = MemoryStore::new();
        let shaky = store.reopen();
        shaky.inject(call, StoreFault::FailBefore);
        shaky.inject(call + 3, StoreFault::FailAfter);
        let system = shop(shaky).await;
        for _ in 0..2 {
            let _ = system.execute_as(MessageId(1), deliver("moby", 10)).await;
            for nth in 2..6 {
                let _ = system.execute_as(MessageId(nth), sell("moby", 4)).await;
            }
        }
        let restock = system.policy::<Restock>().unwrap();
        loop {
            let head = store.reopen().head().await.unwrap();
            assert!(restock.wait_for(&head).await);
            if head == store.reopen().head().await.unwrap() {
                break;
            }
        }
        assert_eq!(restock.status().parked, [], "{call}");
        let healthy = shop(store.reopen()).await;
        assert_eq!(shelf(&healthy, "moby").await.deliveries, 2, "{call}");
    }
}
