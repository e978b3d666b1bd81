//! The laws that every store keeps.

use std::cell::RefCell;
use std::sync::Arc;

use rdddy_postgres::PostgresStore;
use rdddy_testkit::conformance::Store;

use crate::fixture::{Database, run};

thread_local! {
    /// Each law runs on a thread of its own.
    static DATABASE: RefCell<Option<Database>> = const { RefCell::new(None) };
}

async fn open() -> Store {
    let database = Database::migrated().await;
    let store = PostgresStore::connect(&database.address()).await.unwrap();
    DATABASE.with_borrow_mut(|kept| *kept = Some(database));
    Arc::new(store)
}

async fn reopen(store: Store) -> Store {
    drop(store);
    let address = DATABASE.with_borrow(|kept| kept.as_ref().unwrap().address());
    Arc::new(PostgresStore::connect(&address).await.unwrap())
}

rdddy_testkit::store_conformance!(
    #[ignore = "needs PostgreSQL: cargo xtask test"]
    run,
    open,
    reopen
);
