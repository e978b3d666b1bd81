//! Wherever the process dies, and whatever happens first, the rows are what the events say.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::SystemBuilder;
use rdddy::store::{EventStore, MemoryStore, StoreFault};
use rdddy_testkit::{Durable, World, crash_at_every_step};

use super::shop::{AllRows, Sales, TOO_MANY, folded, rows, sell, take_back};

fn selling(system: SystemBuilder) -> SystemBuilder {
    system.projection::<Sales>()
}

/// Sells, has the rows built anew meanwhile, and returns them once nothing happens any more.
async fn trade(shop: &mut Durable) -> AllRows {
    for nth in 0..6 {
        let isbn = if nth % 2 == 0 { "emma" } else { "moby" };
        shop.execute(sell(isbn, nth + 1)).await.unwrap();
        if nth == 3 {
            shop.execute(take_back("emma", 4)).await.unwrap();
            shop.execute(sell("cursed", TOO_MANY)).await.unwrap();
            shop.ask(async |system| {
                let sales = system.projection::<Sales>().unwrap();
                let _ = sales.rebuild().await;
            })
            .await;
        }
    }
    shop.advance(Duration::from_secs(60)).await;
    let found = shop
        .ask(async |system| {
            let sales = system.projection::<Sales>().unwrap();
            let parked = sales.parked().await?;
            let parked: Vec<_> = parked.into_iter().map(|parked| parked.key).collect();
            Ok::<_, RowsError>((sales.all().await?.into_iter().collect::<AllRows>(), parked))
        })
        .await;
    let (found, parked) = found.unwrap();
    assert_eq!(parked, ["cursed"]);
    let mut expected = folded(&shop.disk()).await;
    expected.remove("cursed");
    assert_eq!(found, expected);
    found
}

#[test]
fn the_rows_are_the_same_wherever_the_process_dies() {
    crash_at_every_step(selling, async |shop| trade(shop).await);
}

#[rdddy_testkit::explore(seeds = 300)]
async fn the_rows_are_the_same_whatever_happens_first(world: &mut World) {
    let mut shop = world.durable(selling).crashes(3);
    trade(&mut shop).await;
}

#[tokio::test]
async fn a_store_that_fails_for_a_while_is_waited_for() {
    for call in 1..40 {
        let store = MemoryStore::new();
        let shaky = store.reopen();
        shaky.inject(call, StoreFault::FailBefore);
        shaky.inject(call + 3, StoreFault::FailAfter);
        let builder = ActorSystem::builder().store(shaky).projection::<Sales>();
        let system = builder.start().await.unwrap();
        for nth in 0..8 {
            let _ = system.execute(sell("moby", nth)).await;
        }
        let sales = system.projection::<Sales>().unwrap();
        let head = store.head().await.unwrap();
        assert!(sales.wait_for(&head).await, "{call}");
        let calm = ActorSystem::builder().store(store.reopen()).projection::<Sales>();
        let calm = calm.start().await.unwrap();
        assert_eq!(rows::<Sales>(&calm, &store).await, folded(&store).await, "{call}");
    }
}
