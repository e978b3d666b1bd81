//! Aggregates leave memory when nobody uses them, and come back when somebody does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rdddy::limits::{AGGREGATE_IDLE, AGGREGATE_SWEEP};
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

/// States of [`Lamp`] in memory.
static LAMPS: AtomicUsize = AtomicUsize::new(0);

fn lamps() -> usize {
    LAMPS.load(Ordering::SeqCst)
}

#[derive(Clone, Command)]
#[command(reply = u32)]
struct Switch {
    #[key]
    lamp: u32,
}

#[derive(Deserialize, Event, Serialize)]
struct Switched;

struct Lamp {
    switched: u32,
}

impl Default for Lamp {
    fn default() -> Self {
        LAMPS.fetch_add(1, Ordering::SeqCst);
        Lamp { switched: 0 }
    }
}

impl Drop for Lamp {
    fn drop(&mut self) {
        LAMPS.fetch_sub(1, Ordering::SeqCst);
    }
}

#[aggregate(id = u32)]
impl Lamp {
    #[handler]
    fn switch(&self, _: Switch) -> Decided<Self, u32> {
        Decided::<Self, ()>::event(Switched).reply(self.switched + 1)
    }

    #[apply]
    fn switched(&mut self, _: &Switched) {
        self.switched += 1;
    }
}

#[rdddy_testkit::test]
async fn idle_aggregates_leave_memory_without_anybody_coming(world: &mut World) {
    let store = MemoryStore::new();
    world.configure(|system| system.store(store.reopen()));
    let system = world.system().clone();
    let switch = async |lamp| system.execute(Switch { lamp }).await.unwrap().reply;
    for lamp in 0..100 {
        assert_eq!(switch(lamp).await, 1);
    }
    assert_eq!(lamps(), 100);
    world.advance(AGGREGATE_IDLE / 2).await;
    assert_eq!(switch(7).await, 2);
    assert_eq!(lamps(), 100, "none is idle yet");
    world.advance(AGGREGATE_IDLE / 2 + AGGREGATE_SWEEP).await;
    assert_eq!(lamps(), 1, "one was used in between");
    assert_eq!(switch(7).await, 3);
    assert_eq!(switch(8).await, 2, "it comes back as it was");
    assert_eq!(lamps(), 2);

    // When all are gone nobody looks any more; and it begins anew.
    world.advance(AGGREGATE_IDLE + 2 * AGGREGATE_SWEEP).await;
    assert_eq!(lamps(), 0);
    world.advance(Duration::from_secs(3600)).await;
    assert_eq!(switch(8).await, 3);
    assert_eq!(lamps(), 1);
    world.advance(AGGREGATE_IDLE + 2 * AGGREGATE_SWEEP).await;
    assert_eq!(lamps(), 0);
}
