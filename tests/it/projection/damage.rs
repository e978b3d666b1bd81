//! Rows, checkpoints and events that are not what they were.

use rdddy::prelude::*;
use rdddy::store::{Commit, DocumentStore, EventQuery, EventStore, MemoryStore, Position, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::shop::{Sales, folded, rows, sell, store_raw};

async fn shop<P: Projection>(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).projection::<P>().start().await.unwrap()
}

async fn sold(store: &MemoryStore) -> String {
    let system = shop::<Sales>(store).await;
    for nth in 0..20 {
        system.execute(sell(&format!("book {}", nth % 3), nth % 10 + 1)).await.unwrap();
    }
    rows::<Sales>(&system, store).await;
    let table = system.projection::<Sales>().unwrap().status().unwrap().table;
    system.shutdown().await;
    table
}

async fn write(store: &MemoryStore, write: Write) {
    let commit = Commit { writes: vec![write], ..Commit::default() };
    DocumentStore::commit(store, commit).await.unwrap();
}

#[tokio::test]
async fn a_row_that_cannot_be_read_parks_its_key_until_it_is_built_anew() {
    let store = MemoryStore::new();
    let table = sold(&store).await;
    write(&store, Write::put(&*table, "book 1", b"not a row".to_vec())).await;
    let system = shop::<Sales>(&store).await;
    let sales = system.projection::<Sales>().unwrap();
    for isbn in ["book 1", "book 2"] {
        system.execute(sell(isbn, 1)).await.unwrap();
    }
    assert!(sales.wait_for(&store.head().await.unwrap()).await);
    let parked = sales.parked().await.unwrap();
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert!(parked[0].error.contains("its row cannot be read"), "{parked:?}");
    let unreadable = sales.get(&"book 1".to_owned()).await.unwrap_err();
    assert!(matches!(&unreadable, RowsError::Malformed { key, .. } if key == "book 1"));
    let expected = folded(&store).await;
    let other = sales.get(&"book 2".to_owned()).await.unwrap();
    assert_eq!(other.as_ref(), expected.get("book 2"), "others go on");
    sales.rebuild().await.unwrap();
    assert!(sales.ready().await);
    assert_ne!(sales.status().unwrap().table, table);
    assert_eq!(rows::<Sales>(&system, &store).await, expected);
    assert_eq!(sales.parked().await.unwrap(), []);
}

#[tokio::test]
async fn rows_whose_checkpoint_is_lost_are_folded_anew() {
    let store = MemoryStore::new();
    let table = sold(&store).await;
    for while_it_runs in [true, false] {
        let lost = Write::remove("rdddy.checkpoints", &*table);
        if !while_it_runs {
            write(&store, lost.clone()).await;
        }
        let system = shop::<Sales>(&store).await;
        assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
        if while_it_runs {
            write(&store, lost).await;
        }
        system.execute(sell("book 1", 1)).await.unwrap();
        assert_eq!(rows::<Sales>(&system, &store).await, folded(&store).await);
        system.shutdown().await;
    }
}

/// A row that is much larger than its events.
#[derive(Default, Serialize, Deserialize)]
struct Shouting {
    text: String,
}

#[projection(key = isbn: String)]
impl Shouting {
    #[handler]
    fn sold(&mut self, event: &super::shop::BookSold) {
        self.text = "A".repeat(event.copies as usize * 1024 * 1024);
    }
}

#[tokio::test]
async fn a_row_that_is_too_large_parks_its_key() {
    let store = MemoryStore::new();
    for (nth, copies) in [1, 9, 2].into_iter().enumerate() {
        let isbn = if copies == 2 { "small" } else { "grows" };
        let json = format!(r#"{{"isbn": "{isbn}", "copies": {copies}}}"#);
        store_raw(&store, nth as u128, &[isbn], &json).await;
    }
    let system = shop::<Shouting>(&store).await;
    let shouting = system.projection::<Shouting>().unwrap();
    assert!(shouting.wait_for(&store.head().await.unwrap()).await);
    let rows = shouting.all().await.unwrap();
    assert_eq!(rows.iter().map(|(isbn, _)| &**isbn).collect::<Vec<_>>(), ["small"]);
    let parked = shouting.parked().await.unwrap();
    assert_eq!(parked.len(), 1);
    assert!(parked[0].error.contains("more than"), "{}", parked[0].error);
}

#[tokio::test]
async fn more_than_a_commit_takes_is_committed_in_parts() {
    // More rows than a commit writes, and than are kept in memory.
    let store = MemoryStore::new();
    let tags = rdddy::limits::TAGS_PER_EVENT_MAX;
    let events = rdddy::limits::COMMIT_WRITES_MAX / tags + 10;
    for nth in 0..events {
        let isbns: Vec<String> =
            (0..tags).map(|tag| format!("book {}", nth * tags + tag)).collect();
        let isbns: Vec<&str> = isbns.iter().map(String::as_str).collect();
        store_raw(&store, nth as u128, &isbns, r#"{"isbn": "many", "copies": 1}"#).await;
    }
    store_raw(&store, events as u128, &["book 0"], r#"{"isbn": "many", "copies": 1}"#).await;
    let system = shop::<Sales>(&store).await;
    let found = rows::<Sales>(&system, &store).await;
    assert_eq!(found.len(), events * tags);
    assert_eq!(found["book 0"], Sales { copies: 2, events: 2 });
    assert!(found.values().filter(|row| row.copies == 1).count() == events * tags - 1);
}

#[derive(Command)]
struct Rename {
    #[key]
    isbn: String,
    title: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2)]
struct Renamed {
    #[tag]
    isbn: String,
    title: String,
}

#[derive(Default)]
struct Title;

#[aggregate(id = String)]
impl Title {
    #[handler]
    fn rename(&self, rename: Rename) -> Renamed {
        Renamed { isbn: rename.isbn, title: rename.title }
    }

    #[apply]
    fn renamed(&mut self, _: &Renamed) {}

    #[upcast(event = Renamed, from = 1)]
    fn named(old: Value) -> Value {
        json!({ "isbn": old["isbn"], "title": old["name"] })
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Titles {
    titles: Vec<String>,
}

#[projection(key = isbn: String)]
impl Titles {
    #[handler]
    fn renamed(&mut self, event: &Renamed) {
        self.titles.push(event.title.clone());
    }
}

#[tokio::test]
async fn old_events_are_brought_up_to_date() {
    let store = MemoryStore::new();
    let system = shop::<Titles>(&store).await;
    system.execute(Rename { isbn: "moby".into(), title: "The Whale".into() }).await.unwrap();
    // As an older program has written it.
    let page = EventStore::read(&store, &EventQuery::all(), &Position::START, 1).await.unwrap();
    let mut stored = page.events[0].clone();
    stored.event.schema = 1;
    stored.event.id.0 += 1;
    stored.event.data = br#"{"isbn": "moby", "name": "Moby-Dick"}"#.to_vec();
    let append = rdddy::store::Append::new(stored.recorded_at);
    let append = append.to(stored.stream, rdddy::store::Expected::Any, vec![stored.event]);
    store.append(append).await.unwrap();
    let titles = system.projection::<Titles>().unwrap();
    assert!(titles.wait_for(&store.head().await.unwrap()).await);
    let row = titles.get(&"moby".to_owned()).await.unwrap().unwrap();
    assert_eq!(row.titles, ["The Whale", "Moby-Dick"]);
    assert_eq!(titles.parked().await.unwrap(), []);
}
