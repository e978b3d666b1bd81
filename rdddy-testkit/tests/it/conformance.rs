use std::cell::RefCell;
use std::sync::Arc;

use rdddy::simulation::{Schedule, Simulation, SimulationOptions};
use rdddy::store::MemoryStore;
use rdddy_testkit::conformance::Store;

thread_local! {
    /// Each law runs on a thread of its own.
    static OPENED: RefCell<MemoryStore> = RefCell::default();
}

fn run(law: impl Future<Output = ()>) {
    let mut options = SimulationOptions::default();
    options.schedule = Schedule::Seeded(7);
    Simulation::new(options).run(law).unwrap();
}

async fn open() -> Store {
    let store = MemoryStore::new();
    OPENED.set(store.reopen());
    Arc::new(store)
}

async fn reopen(store: Store) -> Store {
    drop(store);
    Arc::new(OPENED.with_borrow(MemoryStore::reopen))
}

rdddy_testkit::store_conformance!(run, open, reopen);
