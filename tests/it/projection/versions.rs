//! New rows are built beside the old ones, which are read until the new ones have caught up.

use rdddy::prelude::*;
use rdddy::store::{EventStore, MemoryStore};
use serde::{Deserialize, Serialize};

use super::shop::{BookReturned, BookSold, Sales, folded, rows, sell, take_back};

/// The next version of `Sales`: it counts what came back.
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NextSales {
    sold: i64,
    returned: i64,
}

#[projection(key = isbn: String, name = "Sales", version = 2)]
impl NextSales {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.sold += i64::from(event.copies);
    }

    #[handler]
    fn returned(&mut self, event: &BookReturned) {
        self.returned += i64::from(event.copies);
    }
}

async fn shop<P: Projection>(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).projection::<P>().start().await.unwrap()
}

async fn trade(system: &ActorSystem, books: u32) {
    for nth in 0..books {
        let isbn = format!("book {}", nth % 5);
        system.execute(sell(&isbn, nth % 4 + 1)).await.unwrap();
        if nth % 6 == 0 {
            system.execute(take_back(&isbn, 1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_rebuild_takes_place_while_events_are_written() {
    let store = MemoryStore::new();
    let system = shop::<Sales>(&store).await;
    let sales = system.projection::<Sales>().unwrap();
    trade(&system, 50).await;
    rows::<Sales>(&system, &store).await;
    let before = sales.status().unwrap().table;
    let reading = sales.rows().await.unwrap();
    for generation in 1..4 {
        sales.rebuild().await.unwrap();
        trade(&system, 20).await;
        assert!(sales.ready().await);
        trade(&system, 20).await;
        assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
        assert_eq!(sales.status().unwrap().table, format!("{before}.{generation}"));
    }
    assert!(!reading.all().await.unwrap().is_empty(), "they are there until somebody drops them");
    let dropped = sales.drop_old().await.unwrap();
    assert_eq!(dropped, [before.clone(), format!("{before}.1"), format!("{before}.2")]);
    assert_eq!(reading.all().await.unwrap(), []);
    assert_eq!(sales.drop_old().await.unwrap(), Vec::<String>::new());
    assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
    let documents = store.documents().unwrap();
    let checkpoints = documents.page("rdddy.checkpoints", None, 100).await.unwrap();
    assert_eq!(checkpoints.len(), 1, "{checkpoints:?}");
}

#[tokio::test]
async fn a_new_version_is_built_while_the_old_one_is_read() {
    let store = MemoryStore::new();
    let old = shop::<Sales>(&store).await;
    trade(&old, 50).await;
    rows::<Sales>(&old, &store).await;
    // Both run, and write.
    let new = shop::<NextSales>(&store).await;
    for _ in 0..3 {
        trade(&old, 10).await;
        trade(&new, 10).await;
    }
    let next = new.projection::<NextSales>().unwrap();
    assert!(next.ready().await);
    let expected = folded(&store).await;
    assert_eq!(rows::<Sales>(&old, &store).await, expected);
    let found = rows::<NextSales>(&new, &store).await;
    let left = found.iter().map(|(isbn, row)| (isbn.clone(), row.sold - row.returned));
    assert!(left.eq(expected.into_iter().map(|(isbn, row)| (isbn, row.copies))));
    assert_eq!(new.projection::<NextSales>().unwrap().status().unwrap().version, 2);
    assert_eq!(old.projection::<Sales>().unwrap().status().unwrap().version, 1);
    old.shutdown().await;

    let dropped = next.drop_old().await.unwrap();
    assert_eq!(dropped.len(), 1, "{dropped:?}");
    // Somebody goes back to the old version nevertheless.
    let old = shop::<Sales>(&store).await;
    assert_eq!(rows::<Sales>(&old, &store).await, folded(&store).await);
}

#[tokio::test]
async fn an_old_version_that_runs_when_its_rows_are_dropped_folds_them_anew() {
    let store = MemoryStore::new();
    let old = shop::<Sales>(&store).await;
    trade(&old, 20).await;
    rows::<Sales>(&old, &store).await;
    let new = shop::<NextSales>(&store).await;
    let next = new.projection::<NextSales>().unwrap();
    assert!(next.ready().await);
    assert_eq!(next.drop_old().await.unwrap().len(), 1);
    trade(&old, 20).await;
    let sales = old.projection::<Sales>().unwrap();
    let head = store.head().await.unwrap();
    assert!(sales.wait_for(&head).await);
    assert_eq!(rows::<Sales>(&old, &store).await, folded(&store).await);
}

#[tokio::test]
async fn two_systems_on_one_store_do_not_fold_twice() {
    let store = MemoryStore::new();
    let (one, other) = (shop::<Sales>(&store).await, shop::<Sales>(&store).await);
    for nth in 0..30 {
        trade(if nth % 2 == 0 { &one } else { &other }, 3).await;
        if nth == 15 {
            one.projection::<Sales>().unwrap().rebuild().await.unwrap();
        }
    }
    let expected = folded(&store).await;
    assert_eq!(rows::<Sales>(&one, &store).await, expected);
    assert_eq!(rows::<Sales>(&other, &store).await, expected);
    one.projection::<Sales>().unwrap().ready().await;
    one.projection::<Sales>().unwrap().drop_old().await.unwrap();
    trade(&one, 3).await;
    trade(&other, 3).await;
    let expected = folded(&store).await;
    assert_eq!(rows::<Sales>(&one, &store).await, expected);
    assert_eq!(rows::<Sales>(&other, &store).await, expected);
}

#[tokio::test]
async fn rows_of_an_old_version_that_do_not_fit_are_told_apart() {
    #[derive(Default, Serialize, Deserialize)]
    struct Strict {
        never_there: u32,
    }

    #[projection(key = isbn: String, name = "Sales", version = 2)]
    impl Strict {
        #[handler]
        fn sold(&mut self, event: &BookSold) {
            self.never_there += event.copies;
        }
    }

    let store = MemoryStore::new();
    let old = shop::<Sales>(&store).await;
    trade(&old, 3).await;
    rows::<Sales>(&old, &store).await;
    old.shutdown().await;
    let new = shop::<Strict>(&store).await;
    let strict = new.projection::<Strict>().unwrap();
    match strict.get(&"book 0".to_owned()).await {
        Ok(row) => assert!(row.is_some(), "it has caught up already"),
        Err(RowsError::Outdated { version, present, .. }) => assert_eq!((version, present), (1, 2)),
        Err(other) => unreachable!("{other}"),
    }
    assert!(strict.ready().await);
    assert_eq!(strict.get(&"book 0".to_owned()).await.unwrap().unwrap().never_there, 1);
}
