use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use rdddy_sqlite::EmbeddedStore;
use rdddy_testkit::conformance::Store;

use crate::fixture::{Folder, run};

thread_local! {
    /// Each law runs on a thread of its own.
    static FILE: RefCell<Option<(Folder, PathBuf)>> = const { RefCell::new(None) };
}

async fn open() -> Store {
    let folder = Folder::new();
    let path = folder.file("store.db");
    let store = EmbeddedStore::open(&path).unwrap();
    FILE.with_borrow_mut(|file| *file = Some((folder, path)));
    Arc::new(store)
}

async fn reopen(store: Store) -> Store {
    drop(store);
    let path = FILE.with_borrow(|file| file.as_ref().unwrap().1.clone());
    Arc::new(EmbeddedStore::open(path).unwrap())
}

rdddy_testkit::store_conformance!(run, open, reopen);
