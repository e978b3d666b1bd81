use std::sync::Arc;

use rdddy::simulation::{Schedule, Simulation, SimulationOptions};
use rdddy::store::MemoryStore;
use rdddy_testkit::conformance::Store;

fn run(law: impl Future<Output = ()>) {
    let mut options = SimulationOptions::default();
    options.schedule = Schedule::Seeded(7);
    Simulation::new(options).run(law).unwrap();
}

async fn open() -> Store {
    Arc::new(MemoryStore::new())
}

rdddy_testkit::store_conformance!(run, open);
