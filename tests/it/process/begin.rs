//! Processes that begin at the head of the store: once, wherever they die.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::Begin;
use rdddy::runtime::SystemBuilder;
use rdddy::store::{DocumentStore, EventQuery, EventStore, MemoryStore, Position, StoreFault};
use rdddy_testkit::{Durable, World};
use serde::{Deserialize, Serialize};

#[derive(Command, Clone, Serialize, Deserialize)]
struct Write {
    #[key]
    page: u64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Copy {
    #[key]
    page: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Written {
    #[tag]
    page: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Copied {}

#[derive(Default)]
struct Page {
    copies: u32,
}

#[aggregate(id = u64)]
impl Page {
    #[handler]
    fn write(&self, write: Write) -> Written {
        Written { page: write.page }
    }

    #[handler]
    fn copy(&self, _: Copy) -> Copied {
        Copied {}
    }

    #[apply]
    fn written(&mut self, _: &Written) {}

    #[apply]
    fn copied(&mut self, _: &Copied) {
        self.copies += 1;
    }
}

struct Copyist;

#[policy(begin = head)]
impl Copyist {
    #[handler]
    fn on_written(event: &Written) -> Copy {
        Copy { page: event.page }
    }
}

macro_rules! copying {
    ($name:ident $version:literal) => {
        #[derive(Default)]
        struct $name;

        #[saga(name = "Copying", starts_on = Written, key = page, begin = head, version = $version)]
        impl $name {
            #[step(irreversible = "there may be too many")]
            fn copy(&mut self, event: &Written) -> Copy {
                Copy { page: event.page }
            }
        }
    };
}

copying! { Copying 1 }
copying! { NewCopying 2 }

async fn copies(desk: &Durable) -> Vec<u32> {
    let mut copies = Vec::new();
    for page in 1..=4 {
        copies.push(desk.state::<Page>(&page).await.copies);
    }
    copies
}

/// Two pages are written before there is anybody who copies them.
async fn written_before(world: &World) -> Durable {
    let mut desk = world.durable(|system| system);
    desk.execute(Write { page: 1 }).await.unwrap();
    desk.execute(Write { page: 2 }).await.unwrap();
    desk
}

async fn goes_on(desk: &mut Durable) {
    desk.settle().await;
    for page in 3..=4 {
        desk.execute(Write { page }).await.unwrap();
    }
    desk.advance(Duration::from_secs(30)).await;
    assert_eq!(copies(desk).await, [0, 0, 1, 1]);
}

#[rdddy_testkit::test]
async fn a_policy_begins_where_it_first_started(world: &mut World) {
    assert_eq!(<Copyist as Policy>::BEGIN, Begin::Head);
    let desk = written_before(world).await;
    goes_on(&mut desk.reborn(|system| system.policy(Copyist))).await;
}

#[rdddy_testkit::explore(seeds = 100)]
async fn it_begins_there_whatever_dies(world: &mut World) {
    let run = |system: SystemBuilder| system.policy(Copyist);
    let mut desk = written_before(world).await.reborn(run).crashes(3);
    goes_on(&mut desk).await;
}

#[tokio::test]
async fn a_crash_right_after_its_start_does_not_move_it() {
    for call in 1..8 {
        for fault in [StoreFault::CrashBefore, StoreFault::CrashAfter] {
            let store = MemoryStore::new();
            let system = ActorSystem::builder().store(store.reopen()).start().await.unwrap();
            system.execute(Write { page: 1 }).await.unwrap();
            system.shutdown().await;
            let run = async |store: MemoryStore| {
                ActorSystem::builder().store(store).policy(Copyist).start().await.unwrap()
            };
            // It starts, and dies after it knew where to begin, or before.
            let begins = store.reopen();
            begins.inject(call, fault);
            let system = run(begins.clone()).await;
            // Not answered by a life that has died before.
            let second = system.execute(Write { page: 2 });
            let _ = tokio::time::timeout(Duration::from_millis(50), second).await;
            drop(system);
            let known = store.reopen();
            let beginning =
                async || known.get("rdddy.beginnings", "process.Copyist").await.unwrap();
            let began = beginning().await;
            let system = run(store.reopen()).await;
            let head = known.head().await.unwrap();
            assert!(system.policy::<Copyist>().unwrap().wait_for(&head).await);
            let again = beginning().await;
            assert!(again.is_some() && (began.is_none() || began == again), "{call} {fault:?}");
            let pages = system.repository::<Page>().unwrap();
            assert_eq!(pages.load(&1).await.unwrap().state.copies, 0, "{call} {fault:?}");
        }
    }
}

#[rdddy_testkit::test]
async fn a_saga_begins_where_its_first_version_first_started(world: &mut World) {
    let desk = written_before(world).await;
    let mut desk = desk.reborn(|system| system.saga::<Copying>());
    desk.settle().await;
    desk.execute(Write { page: 3 }).await.unwrap();
    desk.advance(Duration::from_secs(30)).await;
    // Written while nobody copied.
    let mut desk = desk.reborn(|system| system);
    desk.execute(Write { page: 4 }).await.unwrap();
    let mut desk = desk.reborn(|system| system.saga::<NewCopying>().retired_saga::<Copying>());
    desk.advance(Duration::from_secs(30)).await;
    assert_eq!(copies(&desk).await, [0, 0, 1, 1]);
}

/// A page was printed.
#[derive(Event, Serialize, Deserialize)]
struct Printed {
    page: u64,
}

struct Printer;

#[task(begin = head)]
impl Printer {
    #[handler]
    fn print(event: &Written) -> Printed {
        Printed { page: event.page }
    }
}

#[rdddy_testkit::explore(seeds = 50)]
async fn a_task_begins_where_it_first_started_whatever_dies(world: &mut World) {
    assert_eq!(<Printer as Task>::BEGIN, Begin::Head);
    let run = |system: SystemBuilder| system.task(Printer);
    let mut desk = written_before(world).await.reborn(run).crashes(2);
    desk.settle().await;
    for page in 3..=4 {
        desk.execute(Write { page }).await.unwrap();
    }
    desk.advance(Duration::from_secs(120)).await;
    let page = desk.disk().read(&EventQuery::all(), &Position::START, 100).await.unwrap();
    let printed = page.events.iter().filter(|stored| stored.event.name.ends_with("Printed"));
    let pages = printed.map(|stored| serde_json::from_slice::<Printed>(&stored.event.data));
    let pages: std::collections::BTreeSet<u64> = pages.map(|page| page.unwrap().page).collect();
    assert_eq!(pages, [3, 4].into());
}
