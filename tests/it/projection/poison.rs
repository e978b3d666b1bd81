//! An event that cannot be folded stops its own key, and no other.

use rdddy::prelude::*;
use rdddy::process::{Parked, ParkedFault};
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

use super::shop::{BookSold, Sales, TOO_MANY, UNLUCKY, folded, rows, sell, store_raw};

async fn shop(store: &MemoryStore) -> ActorSystem {
    let builder = ActorSystem::builder().store(store.reopen()).projection::<Sales>();
    builder.start().await.unwrap()
}

/// The same rows, by a program that can do more.
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Mended {
    copies: i64,
    events: u32,
}

#[projection(key = isbn: String, name = "Sales")]
impl Mended {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += i64::from(event.copies);
        self.events += 1;
    }
}

#[tokio::test]
async fn what_cannot_be_folded_parks_its_key_and_no_other() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    let mut faults = system.subscribe::<ParkedFault>();
    for copies in [1, 2, TOO_MANY, 4, 5] {
        for isbn in ["cursed", "moby"] {
            let copies = if isbn == "moby" && copies == TOO_MANY { 3 } else { copies };
            system.execute(sell(isbn, copies)).await.unwrap();
        }
    }
    system.execute(sell("unlucky", UNLUCKY)).await.unwrap();
    store_raw(&store, 99, &["garbled"], "{").await;
    let found = rows::<Sales>(&system, &store).await;
    let row = |copies, events| Sales { copies, events };
    let expected = [("cursed".to_owned(), row(3, 2)), ("moby".to_owned(), row(15, 5))];
    assert_eq!(found, expected.into(), "a row is as it was before the poison");
    let sales = system.projection::<Sales>().unwrap();
    let parked = sales.parked().await.unwrap();
    let keys: Vec<_> = parked.iter().map(|parked| &*parked.key).collect();
    assert_eq!(keys, ["cursed", "garbled", "unlucky"]);
    assert!(parked[0].error.contains("nobody buys 1000 copies"), "{parked:?}");
    assert!(parked[1].error.contains("malformed"), "{parked:?}");
    assert!(parked[2].error.contains("it panicked: unlucky"), "{parked:?}");
    assert_eq!(parked[0].position.to_string(), "5");
    assert_eq!(faults.next().await.unwrap().parked.key, "cursed");
    assert!(!sales.resume(&"cursed".to_owned()).await.unwrap(), "nothing has been mended");
    assert!(!sales.resume(&"moby".to_owned()).await.unwrap(), "it is not parked");
    let again = sales.parked().await.unwrap();
    let place = |parked: &Parked| (parked.key.clone(), parked.position.clone());
    assert!(again.iter().map(place).eq(parked.iter().map(place)), "it waits where it was");
    system.shutdown().await;

    let builder = ActorSystem::builder().store(store.reopen()).projection::<Mended>();
    let system = builder.start().await.unwrap();
    let sales = system.projection::<Mended>().unwrap();
    system.execute(sell("cursed", 6)).await.unwrap();
    rows::<Mended>(&system, &store).await;
    assert_eq!(sales.parked().await.unwrap(), again, "a restart forgets nothing");
    for isbn in ["cursed", "unlucky"] {
        assert!(sales.resume(&isbn.to_owned()).await.unwrap(), "{isbn}");
    }
    assert_eq!(sales.parked().await.unwrap().len(), 1);
    let found = rows::<Mended>(&system, &store).await;
    let row = |copies, events| Mended { copies, events };
    let thousand = i64::from(TOO_MANY);
    assert_eq!(found["cursed"], row(18 + thousand, 6));
    assert_eq!(found["unlucky"], row(13, 1));
    system.execute(sell("cursed", 1)).await.unwrap();
    assert_eq!(rows::<Mended>(&system, &store).await["cursed"], row(19 + thousand, 7));
}

#[tokio::test]
async fn a_poisoned_store_is_read_in_pages_of_any_size() {
    // More events than a page holds, with poison in the middle and at the seams.
    let store = MemoryStore::new();
    let total: usize = rdddy::limits::READ_PAGE_MAX + 100;
    for nth in 0..total {
        let isbn = format!("book {}", nth % 7);
        let copies = if nth % 7 == 3 && nth > 2000 { TOO_MANY } else { 1 };
        let json = format!(r#"{{"isbn": "{isbn}", "copies": {copies}}}"#);
        store_raw(&store, nth as u128, &[&isbn], &json).await;
    }
    let system = shop(&store).await;
    let found = rows::<Sales>(&system, &store).await;
    let mut expected = folded(&store).await;
    let good = (0..=2000).filter(|nth| nth % 7 == 3).count();
    expected.insert("book 3".into(), Sales { copies: good as i64, events: good as u32 });
    assert_eq!(found, expected);
    let parked = system.projection::<Sales>().unwrap().parked().await.unwrap();
    assert_eq!(parked.len(), 1, "{parked:?}");
}
