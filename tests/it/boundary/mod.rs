//! Decisions across streams, by the examples that are published at dcb.events, and what goes wrong.

mod course;
mod fault;
mod invoice;
mod price;
mod token;
mod username;

use std::sync::{Arc, Mutex};

use rdddy::ActorSystem;
use rdddy::host::Boundary;
use rdddy::store::{EventQuery, EventStore, MemoryStore, Position, StoredEvent, Tag};
use rdddy_testkit::World;

/// A boundary over a store in memory, in the world's system.
fn over(world: &World, store: &MemoryStore) -> Boundary {
    Boundary::new(world.system().clone(), Arc::new(store.clone()))
}

fn tag(name: &str, value: impl ToString) -> Tag {
    Tag::new(name, &value.to_string()).unwrap()
}

/// Everything that is stored.
async fn stored(store: &MemoryStore) -> Vec<StoredEvent> {
    let store = store.reopen();
    store.read(&EventQuery::all(), &Position::START, 4096).await.unwrap().events
}

/// Runs `work` many times at once; what came of each, in the order in which they ended.
async fn all_at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    world: &World,
    times: u32,
    work: impl Fn(ActorSystem, u32) -> F,
) -> Vec<T> {
    let ended = Arc::new(Mutex::new(Vec::new()));
    for nth in 0..times {
        let (work, ended) = (work(world.system().clone(), nth), Arc::clone(&ended));
        world.system().run(async move {
            let outcome = work.await;
            ended.lock().unwrap().push(outcome);
        });
    }
    let most = std::time::Duration::from_millis(1);
    while ended.lock().unwrap().len() < times as usize {
        world.system().sleep(most).await;
    }
    std::mem::take(&mut *ended.lock().unwrap())
}
