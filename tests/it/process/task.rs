//! Work with effects outside: done at least once, its result stored once.

use std::time::Duration;

use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::process::{AttemptFailure, TaskAttemptFailed, TaskError, TaskFailed, TaskHandle};
use rdddy::runtime::SystemBuilder;
use rdddy::store::{EventQuery, EventStore, MemoryStore, Position, StoreFault, StoredEvent};
use rdddy_testkit::{Durable, World, crash_at_every_step};

use super::parcel::{CallCourier, CourierCalled, Dispatch, LONG, Office, dispatch};

/// What is stored of the work: its events, by what they are called and say.
async fn results(store: &MemoryStore) -> Vec<StoredEvent> {
    let page = store.read(&EventQuery::all(), &Position::START, 4096).await.unwrap();
    let is_result = |stored: &StoredEvent| stored.stream.category() == CallCourier::name();
    page.events.into_iter().filter(is_result).collect()
}

async fn called(store: &MemoryStore) -> Vec<CourierCalled> {
    let results = results(store).await.into_iter();
    results.map(|stored| serde_json::from_slice(&stored.event.data).unwrap()).collect()
}

fn courier(system: &ActorSystem) -> TaskHandle<CallCourier> {
    system.task::<CallCourier>().unwrap()
}

/// A program that calls couriers.
fn calling(office: &Office) -> impl Fn(SystemBuilder) -> SystemBuilder + Clone + use<> {
    let office = office.clone();
    move |system| system.task(CallCourier { office: office.clone() })
}

async fn on_store(store: &MemoryStore, office: &Office) -> ActorSystem {
    calling(office)(ActorSystem::builder().store(store.clone())).start().await.unwrap()
}

#[tokio::test]
async fn what_happens_is_followed_by_work_and_its_result() {
    let (store, office) = (MemoryStore::new(), Office::default());
    let system = on_store(&store, &office).await;
    let mut heard = system.subscribe::<CourierCalled>();
    let done = system.execute(dispatch(1, 1, "well")).await.unwrap();
    assert!(courier(&system).wait_for(&done.position).await);
    let results = results(&store).await;
    let [result] = &results[..] else { panic!("{results:?}") };
    let page = store.read(&EventQuery::all(), &Position::START, 1).await.unwrap();
    let cause = &page.events[0].event;
    assert_eq!(result.event.name.as_ref(), <CourierCalled as rdddy::message::Message>::name());
    assert_eq!(result.stream.key(), cause.id.to_string());
    assert_eq!(result.event.metadata.causation, Some(cause.id));
    assert_eq!(result.event.metadata.correlation, cause.metadata.correlation);
    assert_eq!(result.event.tags[0].as_str(), "parcel:1");
    let expected = CourierCalled { parcel: 1, nth: 1, attempt: 1 };
    assert_eq!(called(&store).await, std::slice::from_ref(&expected));
    assert_eq!(*heard.next().await.unwrap(), expected);
    let status = courier(&system).status();
    assert_eq!((status.done, status.failed, status.error), (1, 0, None));
    assert_eq!((status.waiting, status.running, status.admitted.handled), (0, 0, 1));
}

#[tokio::test]
async fn nothing_and_an_option_are_results_too() {
    struct Print;
    #[task]
    impl Print {
        #[handler]
        fn print(event: &super::parcel::Dispatched) -> Option<CourierCalled> {
            assert!(event.nth < 9);
            None
        }
    }
    let store = MemoryStore::new();
    let builder = || ActorSystem::builder().store(store.clone()).task(Print);
    let system = builder().start().await.unwrap();
    let done = system.execute(dispatch(1, 1, "well")).await.unwrap();
    assert!(system.task::<Print>().unwrap().wait_for(&done.position).await);
    let page = store.read(&EventQuery::all(), &Position::START, 9).await.unwrap();
    assert_eq!(page.events[1].event.name.as_ref(), "rdddy.TaskCompleted");
    assert_eq!(page.events.len(), 2);
}

/// What becomes of one parcel whose courier is called, in virtual time.
async fn one(world: &mut World, goes: &str) -> (Durable, Office) {
    let office = Office::default();
    let mut shop = world.durable(calling(&office));
    shop.execute(dispatch(1, 1, goes)).await.unwrap();
    shop.advance(LONG).await;
    (shop, office)
}

#[rdddy_testkit::test]
async fn what_fails_for_no_reason_of_the_domain_is_tried_again(world: &mut World) {
    let (shop, office) = one(world, "second").await;
    assert_eq!(called(&shop.disk()).await, [CourierCalled { parcel: 1, nth: 1, attempt: 2 }]);
    let keys = office.seen(|seen| seen.keys.clone());
    assert_eq!(keys.into_values().collect::<Vec<_>>(), [2], "the same key for both attempts");
}

#[rdddy_testkit::test]
async fn a_panic_is_the_failure_of_an_attempt(world: &mut World) {
    let (shop, _) = one(world, "panic").await;
    assert_eq!(called(&shop.disk()).await, [CourierCalled { parcel: 1, nth: 1, attempt: 2 }]);
}

#[rdddy_testkit::test]
async fn what_takes_too_long_is_dropped_and_tried_again(world: &mut World) {
    let office = Office::default();
    let mut shop = world.durable(calling(&office));
    shop.execute(dispatch(1, 1, "silent")).await.unwrap();
    shop.advance(Duration::from_millis(1_900)).await;
    assert_eq!(office.seen(|seen| seen.under_way.clone()), [1]);
    assert_eq!(called(&shop.disk()).await, []);
    shop.advance(Duration::from_millis(300)).await;
    assert_eq!(called(&shop.disk()).await, [CourierCalled { parcel: 1, nth: 1, attempt: 2 }]);
}

#[rdddy_testkit::test]
async fn what_was_refused_for_good_is_not_tried_again(world: &mut World) {
    let (mut shop, office) = one(world, "nowhere").await;
    assert_eq!(office.calls(), [(1, 1)]);
    let failed = courier(shop.system()).failed().await.unwrap();
    assert_eq!((failed.len(), failed[0].attempts), (1, 1));
    assert!(failed[0].error.contains("nobody goes there"), "{failed:?}");
}

#[rdddy_testkit::test]
async fn what_was_refused_for_now_is_tried_as_often_as_it_says(world: &mut World) {
    for goes in ["out", "never"] {
        let (mut shop, office) = one(world, goes).await;
        assert_eq!(office.calls().len(), 3, "{goes}");
        let failed = courier(shop.system()).failed().await.unwrap();
        assert_eq!((failed.len(), failed[0].attempts), (1, 3), "{goes}");
        assert_eq!(courier(shop.system()).status().failed, 1);
    }
}

#[tokio::test]
async fn every_failure_is_published() {
    let (store, office) = (MemoryStore::new(), Office::default());
    let system = on_store(&store, &office).await;
    let mut attempts = system.subscribe::<TaskAttemptFailed>();
    let mut failures = system.subscribe::<TaskFailed>();
    let done = system.execute(dispatch(1, 1, "out")).await.unwrap();
    assert!(courier(&system).wait_for(&done.position).await);
    for attempt in 1..=3 {
        let failed = attempts.next().await.unwrap();
        assert_eq!((failed.attempt, failed.next_in.is_some()), (attempt, attempt < 3));
        let AttemptFailure::Error(report) = &failed.failure else { panic!("{failed:?}") };
        assert!(report.data().is_some_and(|data| data.transient), "{report:?}");
    }
    assert_eq!(failures.next().await.unwrap().failed.attempts, 3);
}

#[rdddy_testkit::test]
async fn work_that_has_failed_holds_nobody_up_and_is_tried_again_on_demand(world: &mut World) {
    let office = Office::default();
    let mut shop = world.durable(calling(&office));
    for (nth, goes) in [(1, "never"), (2, "well")] {
        shop.execute(dispatch(1, nth, goes)).await.unwrap();
    }
    shop.execute(dispatch(2, 1, "well")).await.unwrap();
    shop.advance(LONG).await;
    assert_eq!(called(&shop.disk()).await.len(), 2);
    assert_eq!(office.calls(), [(1, 1), (2, 1), (1, 1), (1, 1), (1, 2)], "in order, per parcel");
    let task = courier(shop.system());
    let failed = task.failed().await.unwrap();
    let event = failed[0].event;
    assert!(matches!(task.retry(MessageId(7)).await, Err(TaskError::Unknown(MessageId(7)))));
    task.retry(event).await.unwrap();
    assert!(matches!(task.retry(event).await, Err(TaskError::Unknown(_))), "it is under way");
    assert_eq!(task.failed().await.unwrap(), []);
    shop.advance(LONG).await;
    assert_eq!(office.calls().len(), 8, "as often as at first");
    let again = task.failed().await.unwrap();
    assert_eq!((again[0].event, again[0].attempts), (event, 3));
}

#[rdddy_testkit::test]
async fn so_many_are_done_at_a_time_and_of_one_stream_one(world: &mut World) {
    let office = Office::default();
    let mut shop = world.durable(calling(&office));
    for nth in 1..=3 {
        for parcel in 1..=5 {
            shop.execute(dispatch(parcel, nth, "waits")).await.unwrap();
        }
    }
    shop.settle().await;
    assert_eq!(courier(shop.system()).status().running, 3);
    assert_eq!(courier(shop.system()).status().waiting, 12);
    for _ in 0..15 {
        office.answers.notify_one();
        shop.settle().await;
    }
    assert_eq!(office.seen(|seen| seen.most_under_way), 3);
    assert_eq!(called(&shop.disk()).await.len(), 15);
    for parcel in 1..=5 {
        let nths = office.calls().into_iter().filter(|(of, _)| *of == parcel).map(|(_, nth)| nth);
        assert_eq!(nths.collect::<Vec<_>>(), [1, 2, 3], "{parcel}");
    }
}

#[rdddy_testkit::test]
async fn more_than_a_page_is_done_to_the_last(world: &mut World) {
    const PARCELS: u64 = 1_100;
    let (store, office) = (MemoryStore::new(), Office::default());
    let mut shop = process(world, &store, &office);
    for parcel in 1..=PARCELS {
        shop.system().execute(dispatch(parcel, 1, "well")).await.unwrap();
    }
    world.settle().await;
    assert!(courier(shop.system()).wait_idle().await);
    assert_eq!(office.calls().len() as u64, PARCELS);
    assert_eq!(results(&store).await.len() as u64, PARCELS);
    assert_eq!(courier(shop.system()).status().done, PARCELS);
}

#[rdddy_testkit::test]
async fn what_is_cancelled_is_never_done(world: &mut World) {
    let office = Office::default();
    let mut shop = world.durable(calling(&office));
    for (nth, goes) in [(1, "listens"), (2, "well"), (3, "well")] {
        shop.execute(dispatch(1, nth, goes)).await.unwrap();
    }
    shop.settle().await;
    let page = shop.disk().read(&EventQuery::all(), &Position::START, 9).await.unwrap();
    let ids: Vec<_> = page.events.iter().map(|stored| stored.event.id).collect();
    let task = courier(shop.system());
    // One that waits, and one that is under way.
    task.cancel(ids[1]).await.unwrap();
    task.cancel(ids[0]).await.unwrap();
    assert!(matches!(task.cancel(ids[0]).await, Err(TaskError::TooLate(_))));
    assert!(matches!(task.cancel(MessageId(7)).await, Err(TaskError::Unknown(_))));
    shop.advance(LONG).await;
    assert_eq!(office.seen(|seen| seen.cancelled), 1, "it was told");
    assert_eq!(office.calls(), [(1, 1), (1, 3)]);
    let names = results(&shop.disk()).await.into_iter().map(|stored| stored.event.name);
    let cancelled = names.filter(|name| **name == *"rdddy.TaskCancelled").count();
    assert_eq!((cancelled, results(&shop.disk()).await.len()), (2, 3));
    assert!(matches!(task.cancel(ids[2]).await, Err(TaskError::TooLate(_))), "it is done");
    // One that has failed.
    shop.execute(dispatch(2, 1, "nowhere")).await.unwrap();
    shop.advance(LONG).await;
    let failed = task.failed().await.unwrap();
    task.cancel(failed[0].event).await.unwrap();
    assert_eq!(task.failed().await.unwrap(), []);
    assert!(matches!(task.retry(failed[0].event).await, Err(TaskError::Unknown(_))));
}

/// Dispatches parcels, and returns what is stored of the calls once nothing happens any more.
async fn send(shop: &mut Durable) -> Vec<(u64, u32)> {
    for (parcel, nth, goes) in [(1, 1, "well"), (2, 1, "second"), (1, 2, "silent")] {
        shop.execute(dispatch(parcel, nth, goes)).await.unwrap();
    }
    shop.advance(LONG).await;
    let failed = shop.ask(async |system| courier(system).failed().await).await.unwrap();
    assert_eq!(failed, []);
    let idle = shop.ask(async |system| courier(system).wait_idle().await).await;
    assert!(idle, "nothing is owed");
    let mut calls: Vec<_> = called(&shop.disk()).await;
    calls.sort_by_key(|call| (call.parcel, call.nth));
    calls.into_iter().map(|call| (call.parcel, call.nth)).collect()
}

#[test]
fn each_result_is_stored_once_wherever_the_process_dies() {
    crash_at_every_step(|system| calling(&Office::default())(system), send);
}

#[rdddy_testkit::explore(seeds = 200)]
async fn each_result_is_stored_once_whatever_happens_first(world: &mut World) {
    let mut shop = world.durable(|system| calling(&Office::default())(system)).crashes(2);
    assert_eq!(send(&mut shop).await, [(1, 1), (1, 2), (2, 1)]);
}

/// Attempts are counted before they are made.
#[rdddy_testkit::test]
async fn work_that_kills_its_process_is_not_tried_for_ever(world: &mut World) {
    let (store, office) = (MemoryStore::new(), Office::default());
    for life in 1..=3 {
        let dying = store.reopen();
        let mut shop = process(world, &dying, &office);
        if life == 1 {
            shop.system().execute(dispatch(1, 1, "waits")).await.unwrap();
        }
        shop.system();
        world.settle().await;
        assert_eq!(office.calls().len(), life, "one attempt for each life");
        // It dies in the middle of it, and after a while its claim is worth nothing.
        dying.inject(1 + dying.calls(), StoreFault::CrashBefore);
        world.advance(Duration::from_secs(7)).await;
    }
    let mut shop = process(world, &store.reopen(), &office);
    assert!(courier(shop.system()).wait_idle().await);
    assert_eq!(office.calls().len(), 3);
    let failed = courier(shop.system()).failed().await.unwrap();
    assert_eq!(failed[0].attempts, 3);
    assert!(failed[0].error.contains("its process ended in the middle"), "{failed:?}");
}

#[tokio::test]
async fn what_has_a_result_is_not_done_again_when_the_event_comes_again() {
    let (store, office) = (MemoryStore::new(), Office::default());
    let system = on_store(&store, &office).await;
    let done = system.execute(dispatch(1, 1, "well")).await.unwrap();
    assert!(courier(&system).wait_for(&done.position).await);
    system.shutdown().await;
    // How far it had read is lost.
    let documents = store.documents().unwrap();
    let forget = rdddy::store::Write::remove("rdddy.checkpoints", CallCourier::name());
    let commit = rdddy::store::Commit { writes: vec![forget], ..Default::default() };
    documents.commit(commit).await.unwrap();
    let system = on_store(&store, &office).await;
    assert!(courier(&system).wait_for(&done.position).await);
    assert!(courier(&system).wait_idle().await);
    assert_eq!(courier(&system).status().admitted.handled, 1, "it came again");
    assert_eq!((office.calls(), called(&store).await.len()), (vec![(1, 1)], 1));
}

/// A process of several on one store.
fn process(world: &World, store: &MemoryStore, office: &Office) -> Durable {
    let (store, calling) = (store.clone(), calling(office));
    world.durable(move |system| calling(system.store(store.clone())))
}

#[rdddy_testkit::explore(seeds = 100)]
async fn two_processes_share_the_work(world: &mut World) {
    let store = MemoryStore::new();
    let office = Office::watching(store.reopen());
    let mut first = process(world, &store, &office);
    let mut second = process(world, &store.reopen(), &office);
    for nth in 1..=3 {
        for parcel in 1..=4 {
            let system = if parcel % 2 == 0 { first.system() } else { second.system() };
            system.execute(dispatch(parcel, nth, "second")).await.unwrap();
        }
    }
    world.advance(LONG).await;
    let mut done = 0;
    for process in [&mut first, &mut second] {
        assert!(courier(process.system()).wait_idle().await);
        done += courier(process.system()).status().done;
    }
    let keys = office.seen(|seen| seen.keys.clone());
    assert!(keys.values().all(|calls| *calls == 2), "{keys:?}");
    assert_eq!((done, called(&store).await.len()), (12, 12));
    for parcel in 1..=4 {
        let nths = office.calls().into_iter().filter(|(of, _)| *of == parcel).map(|(_, nth)| nth);
        assert_eq!(nths.collect::<Vec<_>>(), [1, 1, 2, 2, 3, 3], "{parcel}");
    }
}

#[rdddy_testkit::explore(seeds = 300)]
async fn what_one_process_gives_up_another_does_not_try(world: &mut World) {
    let (store, office) = (MemoryStore::new(), Office::default());
    let mut first = process(world, &store, &office);
    let mut second = process(world, &store.reopen(), &office);
    second.system();
    for nth in 1..=3 {
        first.system().execute(dispatch(1, nth, "nowhere")).await.unwrap();
    }
    world.advance(LONG).await;
    assert_eq!(office.calls(), [(1, 1), (1, 2), (1, 3)]);
    let mut failed = 0;
    for process in [&mut first, &mut second] {
        failed += courier(process.system()).status().failed;
        assert_eq!(courier(process.system()).failed().await.unwrap().len(), 3);
    }
    assert_eq!(failed, 3);
}

#[rdddy_testkit::test]
async fn what_one_process_dies_of_another_takes_up(world: &mut World) {
    let (store, office) = (MemoryStore::new(), Office::default());
    let dying = store.reopen();
    let mut first = process(world, &dying, &office);
    first.system().execute(dispatch(1, 1, "silent")).await.unwrap();
    world.settle().await;
    let mut second = process(world, &store, &office);
    second.system();
    world.settle().await;
    assert_eq!(office.calls(), [(1, 1)]);
    // Its handle on the store does not answer any more.
    dying.inject(1 + dying.calls(), StoreFault::CrashBefore);
    world.advance(LONG).await;
    assert_eq!(called(&store).await, [CourierCalled { parcel: 1, nth: 1, attempt: 2 }]);
    assert!(courier(second.system()).wait_idle().await);
}

#[tokio::test]
async fn a_store_that_fails_for_a_while_is_waited_for() {
    for call in 1..40 {
        let (store, office) = (MemoryStore::new(), Office::default());
        let shaky = store.reopen();
        shaky.inject(call, StoreFault::FailBefore);
        shaky.inject(call + 3, StoreFault::FailAfter);
        let system = on_store(&shaky, &office).await;
        let order: Dispatch = dispatch(1, 1, "well");
        while system.execute_as(MessageId(1), order.clone()).await.is_err() {}
        let head = store.head().await.unwrap();
        assert!(courier(&system).wait_for(&head).await);
        assert_eq!(called(&store).await.len(), 1, "{call}");
        // The fault may be still to come.
        let failed = match courier(&system).failed().await {
            Err(_) => courier(&system).failed().await,
            failed => failed,
        };
        assert_eq!(failed.unwrap(), [], "{call}");
    }
}

#[tokio::test]
async fn a_shutdown_waits_for_what_is_under_way() {
    let (store, office) = (MemoryStore::new(), Office::default());
    let system = on_store(&store, &office).await;
    system.execute(dispatch(1, 1, "waits")).await.unwrap();
    while office.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    office.answers.notify_one();
    system.shutdown().await;
    assert_eq!(called(&store).await.len(), 1);
}
