//! Rows follow the events, by key, and are found, paged and queried.

use rdddy::prelude::*;
use rdddy::process::{QueryError, TheRow};
use rdddy::runtime::StartError;
use rdddy::store::{EventStore, MemoryStore};
use serde::{Deserialize, Serialize};

use super::shop::{BestSellers, BookSold, Sales, folded, rows, sell, store_raw, take_back};

async fn shop(store: &MemoryStore) -> ActorSystem {
    let builder = ActorSystem::builder().store(store.reopen()).projection::<Sales>();
    builder.start().await.unwrap()
}

async fn trade(system: &ActorSystem, books: u32) {
    for nth in 0..books {
        let isbn = format!("book {}", nth % 17);
        system.execute(sell(&isbn, nth % 5 + 1)).await.unwrap();
        if nth % 3 == 0 {
            system.execute(take_back(&isbn, nth % 5 + 1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_rows_are_what_the_events_say() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    trade(&system, 100).await;
    let expected = folded(&store).await;
    assert!(expected.len() > 10, "{expected:?}");
    assert_eq!(rows::<Sales>(&system, &store).await, expected);
    let sales = system.projection::<Sales>().unwrap();
    assert_eq!(sales.get(&"book 1".to_owned()).await.unwrap(), expected.get("book 1").cloned());
    assert_eq!(sales.get(&"nothing".to_owned()).await.unwrap(), None);
    let (all, mut paged, mut after) = (sales.rows().await.unwrap(), Vec::new(), None);
    loop {
        let page = all.page(after.as_ref(), 3).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        paged.extend(page);
    }
    assert_eq!(paged, expected.into_iter().collect::<Vec<_>>());
    let status = sales.status().unwrap();
    assert_eq!((status.version, status.building.is_some()), (1, false));
    let serving = status.serving.unwrap();
    assert_eq!((serving.handled, serving.error, serving.at_head), (134, None, true));
    assert!(serving.rate.is_some() && serving.lag.is_some());
}

#[tokio::test]
async fn an_event_may_concern_several_rows_or_none() {
    let store = MemoryStore::new();
    store_raw(&store, 1, &["a", "b", "a"], r#"{"isbn": "a", "copies": 2}"#).await;
    store_raw(&store, 2, &[], r#"{"isbn": "a", "copies": 2}"#).await;
    let system = shop(&store).await;
    let found = rows::<Sales>(&system, &store).await;
    let row = Sales { copies: 2, events: 1 };
    assert_eq!(found, [("a".to_owned(), row.clone()), ("b".to_owned(), row)].into());
}

#[tokio::test]
async fn a_query_is_answered_by_its_projection() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    for (isbn, copies) in [("emma", 3), ("moby", 9), ("ulysses", 1)] {
        system.execute(sell(isbn, copies)).await.unwrap();
    }
    rows::<Sales>(&system, &store).await;
    assert_eq!(system.query(BestSellers { copies: 2 }).await.unwrap(), ["moby", "emma"]);
    let other = ActorSystem::builder().store(store.reopen()).start().await.unwrap();
    let nobody = other.query(BestSellers { copies: 2 }).await.unwrap_err();
    assert!(matches!(nobody, QueryError::NoOwner), "{nobody}");
    let unknown = other.projection::<Sales>().unwrap_err();
    assert!(unknown.to_string().contains("Sales"), "{unknown}");
}

#[derive(Query)]
#[query(reply = u32, error = std::fmt::Error)]
struct HowMany {
    fails: bool,
}

/// All sales, in one row.
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AllSales {
    copies: u32,
}

#[projection]
impl AllSales {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += event.copies;
    }

    #[handler]
    async fn how_many(
        rows: &Rows<Self>,
        query: HowMany,
    ) -> Result<Result<u32, std::fmt::Error>, RowsError> {
        let row = rows.get(&TheRow).await?.unwrap_or_default();
        assert!(row.copies != 7, "seven");
        Ok(if query.fails { Err(std::fmt::Error) } else { Ok(row.copies) })
    }
}

#[tokio::test]
async fn without_a_key_there_is_one_row() {
    let store = MemoryStore::new();
    let builder = ActorSystem::builder().store(store).projection::<AllSales>();
    let system = builder.start().await.unwrap();
    let sales = system.projection::<AllSales>().unwrap();
    assert_eq!(sales.row().await.unwrap(), AllSales::default());
    system.execute(sell("emma", 3)).await.unwrap();
    let last = system.execute(sell("moby", 2)).await.unwrap();
    assert!(sales.wait_for(&last.position).await);
    assert_eq!(sales.row().await.unwrap(), AllSales { copies: 5 });
    assert_eq!(system.query(HowMany { fails: false }).await.unwrap(), 5);
    let refused = system.query(HowMany { fails: true }).await.unwrap_err();
    assert!(matches!(refused, QueryError::Refused(_)), "{refused}");
    let last = system.execute(sell("moby", 2)).await.unwrap();
    assert!(sales.wait_for(&last.position).await);
    let failed = system.query(HowMany { fails: false }).await.unwrap_err();
    assert!(failed.to_string().contains("seven"), "{failed}");
}

/// Answers what `Sales` answers.
#[derive(Default, Serialize, Deserialize)]
struct Rival;

#[projection(key = isbn: String)]
impl Rival {
    #[handler]
    fn sold(&mut self, _: &BookSold) {}

    #[handler]
    async fn best(_: &Rows<Self>, _: BestSellers) -> Vec<String> {
        Vec::new()
    }
}

#[tokio::test]
async fn two_answers_to_one_query_are_found_at_the_start() {
    let builder = ActorSystem::builder().store(MemoryStore::new());
    let refused = builder.projection::<Sales>().projection::<Rival>().start().await.unwrap_err();
    let StartError::Host(report) = refused else { unreachable!("{refused}") };
    assert!(report.to_string().contains("is answered twice"), "{report}");
}

#[tokio::test]
async fn rows_may_live_in_another_store() {
    let (store, documents) = (MemoryStore::new(), MemoryStore::new());
    let builder = ActorSystem::builder().store(store.clone()).documents(documents.clone());
    let system = builder.projection::<Sales>().start().await.unwrap();
    trade(&system, 10).await;
    assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
    system.shutdown().await;
    let beside = store.documents().unwrap();
    assert_eq!(beside.page("rdddy.projections", None, 10).await.unwrap(), []);
    let there = documents.documents().unwrap();
    assert_eq!(there.page("rdddy.projections", None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_projection_goes_on_where_it_was() {
    let store = MemoryStore::new();
    for _ in 0..3 {
        let system = shop(&store).await;
        trade(&system, 10).await;
        assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
        let status = system.projection::<Sales>().unwrap().status().unwrap();
        assert_eq!(status.serving.unwrap().handled, 14, "only what is new");
        system.shutdown().await;
    }
}
