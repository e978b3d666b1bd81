//! A store that loses an event, or tells one twice: nobody folds on as if nothing were amiss.

use std::sync::Arc;

use rdddy::host::{AggregateFault, FaultKind, HostReadError, LoadError, Repository};
use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::store::{
    Append, AppendError, Appended, EventQuery, EventStore, MemoryStore, Page, Position, ReadError,
    Snapshot, StoreFuture, StoredCommand, StoredEvent, StreamName, Version,
};

use super::account::{Account, deposit};

type Lie = fn(&mut Vec<StoredEvent>);

/// Changes what is read from a stream.
#[derive(Clone)]
struct Liar {
    store: MemoryStore,
    lie: Lie,
}

impl EventStore for Liar {
    fn append(&self, append: Append) -> StoreFuture<'static, Appended, AppendError> {
        self.store.append(append)
    }

    fn read_stream<'a>(
        &'a self,
        stream: &'a StreamName,
        from: Version,
        limit: usize,
    ) -> StoreFuture<'a, Vec<StoredEvent>, ReadError> {
        Box::pin(async move {
            let mut events = self.store.read_stream(stream, from, limit).await?;
            if !events.is_empty() {
                (self.lie)(&mut events);
            }
            Ok(events)
        })
    }

    fn read<'a>(
        &'a self,
        query: &'a EventQuery,
        after: &'a Position,
        limit: usize,
    ) -> StoreFuture<'a, Page, ReadError> {
        self.store.read(query, after, limit)
    }

    fn head(&self) -> StoreFuture<'_, Position, ReadError> {
        self.store.head()
    }

    fn watch<'a>(&'a self, after: &'a Position) -> StoreFuture<'a, (), ReadError> {
        self.store.watch(after)
    }

    fn find_command(&self, id: MessageId) -> StoreFuture<'_, Option<StoredCommand>, ReadError> {
        self.store.find_command(id)
    }

    /// Damaged, always.
    fn load_snapshot<'a>(
        &'a self,
        stream: &'a StreamName,
        _: u64,
    ) -> StoreFuture<'a, Option<Snapshot>, ReadError> {
        let place = format!("the snapshot of {stream}");
        Box::pin(async { Err(ReadError::Corrupt { place, source: "its checksum".into() }) })
    }

    fn save_snapshot(&self, snapshot: Snapshot) -> StoreFuture<'_, (), AppendError> {
        self.store.save_snapshot(snapshot)
    }
}

async fn bank(store: impl EventStore) -> ActorSystem {
    ActorSystem::builder().store(store).aggregate::<Account>().start().await.unwrap()
}

async fn filled() -> MemoryStore {
    let store = MemoryStore::new();
    let system = bank(store.clone()).await;
    for _ in 0..5 {
        system.execute(deposit("a", 1)).await.unwrap();
    }
    store
}

#[tokio::test]
async fn a_gap_and_a_repetition_are_errors_that_say_where() {
    let lies: [(Lie, u64, u64); 3] = [
        (|events| drop(events.remove(2)), 3, 4),
        (|events| events.insert(2, events[1].clone()), 3, 2),
        (|events| drop(events.remove(0)), 1, 2),
    ];
    for (lie, expected, found) in lies {
        let store = Liar { store: filled().await, lie };
        let accounts = Repository::<Account>::new(Arc::new(store.clone()));
        let error = accounts.load(&"a".to_owned()).await.unwrap_err();
        let LoadError::Read(HostReadError::Gap { stream, expected: next, found: instead }) = error
        else {
            panic!("{error}")
        };
        assert_eq!((&*stream, next, instead), ("bank.Account/a", expected, found));

        let system = bank(store.clone()).await;
        let mut faults = system.subscribe::<AggregateFault>();
        let refused = system.execute(deposit("a", 1)).await.unwrap_err();
        assert!(matches!(refused, ExecuteError::Read(HostReadError::Gap { .. })), "{refused}");
        let mut kinds = Vec::new();
        while !matches!(kinds.last(), Some(FaultKind::Unreadable(HostReadError::Gap { .. }))) {
            kinds.push(faults.next().await.unwrap().kind.clone());
        }
        let told = serde_json::to_value(kinds.last()).unwrap();
        let message = told["unreadable"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("bank.Account/a"), "{message}");
        assert_eq!(store.store.head().await.unwrap(), filled().await.head().await.unwrap());
    }
}

#[tokio::test]
async fn a_corrupt_snapshot_is_passed_over_and_told() {
    let store = Liar { store: filled().await, lie: |_| {} };
    let system = bank(store).await;
    let mut faults = system.subscribe::<AggregateFault>();
    assert_eq!(system.execute(deposit("a", 1)).await.unwrap().version, Version(6));
    let fault = faults.next().await.unwrap();
    let FaultKind::Snapshot(why) = &fault.kind else { panic!("{fault:?}") };
    assert!(why.contains("the snapshot of"), "{why}");
    let account = system.repository::<Account>().unwrap().load(&"a".to_owned()).await.unwrap();
    assert_eq!(account.state.balance, 6);
}
