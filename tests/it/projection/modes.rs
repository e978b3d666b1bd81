//! Rows that are there when the command is answered, and rows that are never kept.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::store::{DocumentStore, EventStore, MemoryStore, StoreFault};
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::shop::{BookReturned, BookSold, UNLUCKY, folded, sell, store_raw, take_back};

/// The same rows as `Sales`, folded at another time.
macro_rules! sales {
    ($name:ident, $mode:ident) => {
        #[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct $name {
            copies: i64,
        }

        #[projection(key = isbn: String, mode = $mode)]
        impl $name {
            #[handler]
            fn sold(&mut self, event: &BookSold) {
                assert!(event.copies != UNLUCKY, "unlucky");
                self.copies += i64::from(event.copies);
            }

            #[handler]
            fn returned(&mut self, event: &BookReturned) -> Row {
                self.copies -= i64::from(event.copies);
                if self.copies == 0 { Row::Remove } else { Row::Keep }
            }
        }
    };
}

sales!(Inline, inline);
sales!(Live, live);

#[tokio::test]
async fn an_inline_row_is_there_when_the_command_is_answered() {
    let builder = ActorSystem::builder().store(MemoryStore::new()).projection::<Inline>();
    let system = builder.start().await.unwrap();
    let sales = system.projection::<Inline>().unwrap();
    for nth in 1..50 {
        system.execute(sell("moby", 2)).await.unwrap();
        let row = sales.get(&"moby".to_owned()).await.unwrap();
        assert_eq!(row, Some(Inline { copies: nth * 2 }));
    }
    // A command does not fail because of a projection, and does not wait for a key that is parked.
    system.execute(sell("moby", UNLUCKY)).await.unwrap();
    assert_eq!(sales.parked().await.unwrap().len(), 1);
    system.execute(sell("emma", 2)).await.unwrap();
    assert_eq!(sales.get(&"emma".to_owned()).await.unwrap(), Some(Inline { copies: 2 }));
}

/// Documents that are away.
#[derive(Clone)]
struct Away(MemoryStore);

#[rdddy_testkit::test]
async fn a_command_does_not_wait_for_ever_for_an_inline_projection(world: &mut World) {
    let documents = MemoryStore::new();
    documents.inject(1, StoreFault::CrashBefore);
    let away = Away(documents);
    let mut shop =
        world.durable(move |system| system.documents(away.0.clone()).projection::<Inline>());
    shop.execute(sell("moby", 2)).await.unwrap();
    shop.advance(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_live_row_is_folded_when_somebody_looks() {
    let store = MemoryStore::new();
    let builder = ActorSystem::builder().store(store.clone()).projection::<Live>();
    let system = builder.start().await.unwrap();
    let sales = system.projection::<Live>().unwrap();
    for (isbn, copies) in [("emma", 2), ("moby", 3), ("emma", 1), ("ulysses", 1)] {
        system.execute(sell(isbn, copies)).await.unwrap();
    }
    system.execute(take_back("ulysses", 1)).await.unwrap();
    assert_eq!(sales.get(&"emma".to_owned()).await.unwrap(), Some(Live { copies: 3 }));
    assert_eq!(sales.get(&"ulysses".to_owned()).await.unwrap(), None);
    let all = sales.all().await.unwrap();
    let expected = folded(&store).await.into_iter().map(|(isbn, row)| (isbn, row.copies));
    assert!(all.iter().map(|(isbn, row)| (isbn.clone(), row.copies)).eq(expected));
    let page = sales.rows().await.unwrap().page(Some(&"emma".to_owned()), 10).await.unwrap();
    assert_eq!(page, [("moby".to_owned(), Live { copies: 3 })]);
    assert!(sales.status().is_none());
    assert_eq!(DocumentStore::page(&store, "rdddy.projections", None, 9).await.unwrap(), []);

    store_raw(&store, 99, &["moby"], "{}").await;
    let poison = sales.get(&"moby".to_owned()).await.unwrap_err();
    assert!(matches!(&poison, RowsError::Poison { key, .. } if key == "moby"), "{poison}");
    assert_eq!(sales.get(&"emma".to_owned()).await.unwrap(), Some(Live { copies: 3 }));
    assert_eq!(store.head().await.unwrap().to_string(), "6");
}
