//! Processes written by hand, with the mistakes that are made there: the exploration finds each.

use std::sync::Arc;
use std::time::Duration;

use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::simulation::Schedule;
use rdddy::store::{
    Commit, CommitError, DocumentStore, EventQuery, EventStore, Position, QueryItem, StoredEvent,
    Write,
};
use rdddy_testkit::{Broken, Durable, Exploration, World, explore};

use super::fulfilment::{Charge, Payment, PlaceOrder, Refund};
use super::shop::{Deliver, Sell, Shelf};

/// How many schedules it takes at most.
const SEEDS: u64 = 1_000;

/// Fails unless `script` passes undisturbed, and one of its own assertions fails under one of the
/// schedules.
#[track_caller]
fn assert_found(script: impl AsyncFn(&mut World)) {
    let undisturbed = explore(Exploration::once(Schedule::InOrder), &script);
    assert!(undisturbed.failure().is_none(), "{}", undisturbed.failure().unwrap());
    let explored = explore(Exploration::seeds(SEEDS).shrink_runs_max(0), &script);
    let failure = explored.failure().unwrap();
    assert!(matches!(failure.broken(), Broken::Panic(said) if said.contains("left == right")));
    assert!(failure.to_string().contains("replay: RDDDY_REPLAY="), "{failure}");
}

/// A store as a process by hand sees it. Any error ends the process: it died.
struct Hand {
    system: ActorSystem,
    store: Arc<dyn EventStore>,
    documents: Arc<dyn DocumentStore>,
}

type Died<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

impl Hand {
    /// Runs `process` in the background of `system`.
    fn run<F: Future<Output = Died> + Send + 'static>(
        system: &ActorSystem,
        process: impl Fn(Hand) -> F,
    ) {
        let store = system.store().unwrap();
        let documents = store.documents().unwrap();
        let process = process(Hand { system: system.clone(), store, documents });
        system.run(async move {
            // An error is the end of this life.
            let _ = process.await;
        });
    }

    async fn get(&self, key: &str) -> Died<Option<String>> {
        let document = self.documents.get("by hand", key).await?;
        Ok(document.map(|document| String::from_utf8_lossy(&document).into_owned()))
    }

    async fn put(&self, key: &str, text: &str) -> Result<(), CommitError> {
        let writes = vec![Write::put("by hand", key, text.into())];
        self.documents.commit(Commit { writes, ..Commit::default() }).await
    }

    async fn checkpoint(&self) -> Died<Position> {
        let text = self.get("checkpoint").await?;
        Ok(text.map_or(Ok(Position::START), |text| serde_json::from_str(&text))?)
    }

    /// The next events of this name, and how far that is; waits for some.
    async fn next(&self, name: &str, after: &Position) -> Died<(Vec<StoredEvent>, Position)> {
        let query = EventQuery::all().or(QueryItem::named([name.to_owned()]));
        loop {
            let page = self.store.read(&query, after, 16).await?;
            if !page.events.is_empty() {
                return Ok((page.events, page.reached));
            }
            self.store.watch(&page.reached).await?;
        }
    }
}

/// Orders more, with commands that are not known by any id.
async fn restock_without_ids(hand: Hand) -> Died {
    let mut after = hand.checkpoint().await?;
    loop {
        let (events, reached) = hand.next("process.Sold", &after).await?;
        for _low in events {
            let _ = hand.system.execute(Deliver { isbn: "moby".into(), copies: 30 }).await;
        }
        hand.put("checkpoint", &serde_json::to_string(&reached)?).await?;
        after = reached;
    }
}

async fn sold(shop: &mut Durable) {
    shop.execute(Deliver { isbn: "moby".into(), copies: 30 }).await.unwrap();
    for _ in 0..3 {
        shop.execute(Sell { isbn: "moby".into(), copies: 1 }).await.unwrap();
    }
    shop.advance(Duration::from_secs(1)).await;
}

#[test]
fn a_forgotten_deduplication_is_found() {
    assert_found(async |world| {
        let mut shop = world
            .durable(|system| system)
            .crashes(2)
            .each_life(|system| Hand::run(system, restock_without_ids));
        sold(&mut shop).await;
        assert_eq!(shop.state::<Shelf>(&"moby".to_owned()).await.deliveries, 4);
    });
}

/// Counts what is sold: the count is committed, and then how far it has counted.
async fn count_apart_from_the_checkpoint(hand: Hand) -> Died {
    let mut after = hand.checkpoint().await?;
    loop {
        let (events, reached) = hand.next("process.Sold", &after).await?;
        let counted: usize = hand.get("sold").await?.map_or(Ok(0), |text| text.parse())?;
        hand.put("sold", &(counted + events.len()).to_string()).await?;
        hand.put("checkpoint", &serde_json::to_string(&reached)?).await?;
        after = reached;
    }
}

#[test]
fn a_checkpoint_outside_of_the_transaction_is_found() {
    assert_found(async |world| {
        let mut shop = world
            .durable(|system| system)
            .crashes(2)
            .each_life(|system| Hand::run(system, count_apart_from_the_checkpoint));
        sold(&mut shop).await;
        let counted = shop.disk().get("by hand", "sold").await.unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&counted), "3");
    });
}

/// Charges what is ordered, writes down that this may have to be undone, and finds that it has to.
async fn charge_before_the_compensation_is_owed(hand: Hand) -> Died {
    let after = hand.checkpoint().await?;
    let (_, reached) = hand.next("process.OrderPlaced", &after).await?;
    match hand.get("owed").await?.as_deref() {
        None if hand.get("began").await?.is_none() => {
            hand.put("began", "1").await?;
            let charge = Charge { order: 1, card: "good".into() };
            hand.system.execute_as(MessageId(70), charge).await?;
            hand.put("owed", "1").await?;
        }
        // It had begun, and nothing is owed: so there is nothing to be undone.
        None => return Ok(()),
        Some(_) => {}
    }
    hand.system.execute_as(MessageId(71), Refund { order: 1 }).await?;
    hand.put("checkpoint", &serde_json::to_string(&reached)?).await?;
    Ok(())
}

#[test]
fn a_compensation_that_is_registered_after_the_action_is_found() {
    assert_found(async |world| {
        let mut shop = world
            .durable(|system| system)
            .crashes(2)
            .each_life(|system| Hand::run(system, charge_before_the_compensation_is_owed));
        let order = PlaceOrder { order: 1, isbn: "moby".into(), copies: 1, card: "good".into() };
        shop.execute(order).await.unwrap();
        shop.advance(Duration::from_secs(1)).await;
        let payment: Payment = shop.state(&1).await;
        assert_eq!(payment.charged, payment.refunded, "the customer has paid for nothing");
    });
}

/// Delivers in a minute, and then forgets that it had to.
async fn deliver_before_the_timer_is_gone(hand: Hand) -> Died {
    if hand.get("timer").await?.as_deref() == Some("done") {
        return Ok(());
    }
    hand.system.sleep(Duration::from_secs(60)).await;
    hand.system.execute(Deliver { isbn: "moby".into(), copies: 30 }).await?;
    hand.put("timer", "done").await?;
    Ok(())
}

#[test]
fn a_timer_that_fires_twice_is_found() {
    assert_found(async |world| {
        let mut shop = world
            .durable(|system| system)
            .crashes(2)
            .each_life(|system| Hand::run(system, deliver_before_the_timer_is_gone));
        shop.advance(Duration::from_secs(300)).await;
        assert_eq!(shop.state::<Shelf>(&"moby".to_owned()).await.deliveries, 1);
    });
}
