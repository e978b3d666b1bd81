//! Stored states and snapshots in a file, and what becomes of them when a byte of it changes.

use std::path::Path;

use rdddy::EmbeddedStore;
use rdddy::host::{AggregateFault, FaultKind, HostReadError};
use rdddy::prelude::*;
use rdddy::store::{ReadError, Version};
use serde::{Deserialize, Serialize};

use super::Folder;

#[derive(Clone, Command)]
#[command(reply = usize)]
struct Shelve {
    #[key]
    shelf: u64,
}

#[derive(Clone, Command)]
#[command(reply = usize)]
struct List {
    #[key]
    index: u64,
    book: String,
}

#[derive(Deserialize, Event, Serialize)]
struct Shelved;

#[derive(Deserialize, Event, Serialize)]
struct Listed {
    book: String,
}

/// What it holds is in its state only, and nowhere among the events.
#[derive(Default, Deserialize, Serialize)]
struct StoredShelf {
    books: usize,
    label: String,
}

#[aggregate(id = u64, stored = state)]
impl StoredShelf {
    #[handler]
    fn shelve(&self, _: Shelve) -> Decided<Self, usize> {
        Decided::<Self, ()>::event(Shelved).reply(self.books + 1)
    }

    #[apply]
    fn shelved(&mut self, _: &Shelved) {
        self.books += 1;
        self.label = "the label of the shelf".into();
    }
}

#[derive(Default, Deserialize, Serialize)]
struct FoldedIndex {
    books: usize,
    label: String,
}

#[aggregate(id = u64, snapshot(every = 3))]
impl FoldedIndex {
    #[handler]
    fn list(&self, list: List) -> Decided<Self, usize> {
        Decided::<Self, ()>::event(Listed { book: list.book }).reply(self.books + 1)
    }

    #[apply]
    fn listed(&mut self, _: &Listed) {
        self.books += 1;
        self.label = "the label of the index".into();
    }
}

async fn library(file: &Path) -> ActorSystem {
    ActorSystem::builder().store(EmbeddedStore::open(file).unwrap()).start().await.unwrap()
}

async fn shelve(system: &ActorSystem) -> Result<usize, ExecuteError<Shelve>> {
    system.execute(Shelve { shelf: 1 }).await.map(|committed| committed.reply)
}

/// Changes one letter of `text` in the file, wherever it stands there.
fn damage(file: &Path, text: &str) {
    let mut bytes = std::fs::read(file).unwrap();
    let found: Vec<_> =
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(text.as_bytes())).collect();
    assert!(!found.is_empty(), "it is not there");
    for at in found {
        bytes[at] ^= 1;
    }
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_state_outlives_its_system() {
    let folder = Folder::new("state");
    let file = folder.file("library.db");
    for life in 0..3 {
        let system = library(&file).await;
        for nth in 1..=5 {
            assert_eq!(shelve(&system).await.unwrap(), life * 5 + nth);
        }
        let shelves = system.repository::<StoredShelf>().unwrap();
        let loaded = shelves.load(&1).await.unwrap();
        assert_eq!(loaded.state.books, (life + 1) * 5);
        assert_eq!(loaded.version.0, loaded.state.books as u64);
        system.shutdown().await;
    }
}

#[tokio::test]
async fn a_damaged_state_is_an_error_and_a_damaged_snapshot_is_passed_over() {
    let folder = Folder::new("damage");
    let file = folder.file("library.db");
    let system = library(&file).await;
    for nth in 1..=7 {
        shelve(&system).await.unwrap();
        let list = List { index: 1, book: format!("volume {nth}") };
        assert_eq!(system.execute(list).await.unwrap().reply, nth);
    }
    system.shutdown().await;
    drop(system);
    damage(&file, "the label of the shelf");
    damage(&file, "the label of the index");

    let system = library(&file).await;
    let mut faults = system.subscribe::<AggregateFault>();
    let refused = shelve(&system).await.unwrap_err();
    let ExecuteError::Read(HostReadError::Store(source)) = refused else { panic!("{refused}") };
    assert!(matches!(*source, ReadError::Corrupt { .. }), "{source}");
    assert!(matches!(faults.next().await.unwrap().kind, FaultKind::Unreadable(_)));

    let list = List { index: 1, book: "volume 8".into() };
    assert_eq!(system.execute(list).await.unwrap().reply, 8, "folded from its events");
    assert!(matches!(faults.next().await.unwrap().kind, FaultKind::Snapshot(_)));
    let index = system.repository::<FoldedIndex>().unwrap().load(&1).await.unwrap();
    assert_eq!((index.state.books, index.version), (8, Version(8)));
}
