//! Aggregates whose state is stored, and what can be wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rdddy::host::{AggregateFault, Facts, FaultKind, Fold, HostReadError, LoadError, Repository};
use rdddy::message::{MessageId, Timestamp};
use rdddy::prelude::*;
use rdddy::store::{
    Append, EventStore, Expected, MemoryStore, Snapshot, StoreFault, StreamName, Version,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Command)]
#[command(reply = u32)]
struct Stock {
    #[key]
    shelf: u64,
    copies: u32,
}

#[derive(Debug, Deserialize, Event, PartialEq, Serialize)]
struct Stocked {
    #[tag]
    shelf: u64,
    copies: u32,
}

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
struct Shelf {
    copies: u32,
    /// What was applied since it was loaded.
    #[serde(skip)]
    applied: u32,
}

#[aggregate(id = u64, stored = state)]
impl Shelf {
    #[handler]
    fn stock(&self, stock: Stock) -> Decided<Self, u32> {
        let Stock { shelf, copies } = stock;
        let decided = match copies {
            0 => Decided::nothing(),
            _ => Decided::<Self, ()>::event(Stocked { shelf, copies }),
        };
        decided.reply(self.copies + copies)
    }

    #[apply]
    fn stocked(&mut self, event: &Stocked) {
        self.copies += event.copies;
        self.applied += 1;
    }
}

/// The same shelves, a year later.
mod later {
    use super::*;

    #[derive(Clone, Command)]
    #[command(reply = u32)]
    pub(super) struct Clear {
        #[key]
        pub(super) shelf: u64,
    }

    #[derive(Deserialize, Event, Serialize)]
    pub(super) struct Cleared;

    #[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
    pub(super) struct Shelf {
        #[serde(alias = "copies")]
        pub(super) books: u32,
        #[serde(default)]
        pub(super) cleared: bool,
    }

    #[aggregate(id = u64, stored = state)]
    impl Shelf {
        #[handler]
        fn clear(&self, _: Clear) -> Decided<Self, u32> {
            Decided::<Self, ()>::event(Cleared).reply(self.books)
        }

        #[apply]
        fn cleared(&mut self, _: &Cleared) {
            *self = Shelf { books: 0, cleared: true };
        }
    }
}

fn stock(shelf: u64, copies: u32) -> Stock {
    Stock { shelf, copies }
}

fn stream(shelf: u64) -> StreamName {
    StreamName::new("it.Shelf", shelf.to_string()).unwrap()
}

async fn library(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).start().await.unwrap()
}

async fn kept(store: &MemoryStore, shelf: u64) -> Option<Snapshot> {
    store.load_snapshot(&stream(shelf), Shelf::fingerprint()).await.unwrap()
}

#[tokio::test]
async fn each_command_stores_the_state_with_its_events() {
    let store = MemoryStore::new();
    let system = library(&store).await;
    let mut heard = system.subscribe::<Stocked>();
    for nth in 1..=12 {
        let stocked = system.execute(stock(1, 2)).await.unwrap();
        assert_eq!((stocked.reply, stocked.version), (nth * 2, Version(u64::from(nth))));
        let kept = kept(&store, 1).await.unwrap();
        assert_eq!(kept.version, stocked.version);
        assert_eq!(kept.data, format!(r#"{{"copies":{}}}"#, nth * 2).into_bytes());
        assert_eq!(*heard.next().await.unwrap(), Stocked { shelf: 1, copies: 2 });
    }
    assert_eq!(system.execute(stock(1, 0)).await.unwrap().version, Version(12));

    let again = library(&store).await;
    let shelves = again.repository::<Shelf>().unwrap();
    let loaded = shelves.load(&1).await.unwrap();
    assert_eq!(loaded.state, Shelf { copies: 24, applied: 0 }, "nothing is folded");
    assert_eq!(again.execute(stock(1, 1)).await.unwrap().reply, 25);
    let mut history = shelves.history(&1).unwrap();
    for nth in 1..=13 {
        assert_eq!(history.next().await.unwrap().unwrap().version, Version(nth));
    }
    assert!(history.next().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_has_happened_to_what_is_not_there() {
    let store = MemoryStore::new();
    let system = library(&store).await;
    let shelves = system.repository::<Shelf>().unwrap();
    assert!(!shelves.exists(&1).await.unwrap());
    assert_eq!(shelves.load(&1).await.unwrap().version, Version::NONE);
    assert_eq!(shelves.at(&1, Timestamp::default()).await.unwrap().version, Version::NONE);
    assert_eq!(system.execute(stock(1, 0)).await.unwrap().version, Version::NONE);
    assert_eq!(kept(&store, 1).await, None);
}

#[tokio::test]
async fn the_state_is_read_in_its_old_shape_and_the_events_need_not_be_readable() {
    let store = MemoryStore::new();
    library(&store).await.execute(stock(1, 7)).await.unwrap();
    // Another program, which does not know `Stocked`; both are linked into this one.
    let shelves = Repository::<later::Shelf>::new(Arc::new(store.clone()));
    assert_eq!(later::Shelf::category(), "it.Shelf");
    let state = later::Shelf { books: 7, cleared: false };
    assert_eq!(shelves.load(&1).await.unwrap().state, state);
    let cleared = library(&store).await.execute(later::Clear { shelf: 1 }).await.unwrap();
    assert_eq!((cleared.reply, cleared.version), (7, Version(2)));
    assert!(shelves.load(&1).await.unwrap().state.cleared);
}

#[tokio::test]
async fn what_others_added_is_folded_and_stored_with_the_next_command() {
    let store = MemoryStore::new();
    let system = library(&store).await;
    system.execute(stock(1, 2)).await.unwrap();
    let all = Fold::new(0).on(|copies, event: &Stocked| *copies += event.copies);
    let given = system.decide(&all, |copies, _| {
        Ok::<_, std::convert::Infallible>(
            Facts::event(Stocked { shelf: 1, copies: *copies * 10 }).to(stream(1)),
        )
    });
    given.await.unwrap();
    let shelves = system.repository::<Shelf>().unwrap();
    let loaded = shelves.load(&1).await.unwrap();
    assert_eq!((loaded.state, loaded.version), (Shelf { copies: 22, applied: 1 }, Version(2)));
    assert_eq!(system.execute(stock(1, 1)).await.unwrap().reply, 23);
    assert_eq!(shelves.load(&1).await.unwrap().state, Shelf { copies: 23, applied: 0 });
}

#[tokio::test]
async fn only_the_present_state_can_be_loaded() {
    let store = MemoryStore::new();
    let system = library(&store).await;
    let shelves = system.repository::<Shelf>().unwrap();
    for _ in 0..3 {
        system.execute(stock(1, 1)).await.unwrap();
    }
    let present = shelves.as_of(&1, Version(3)).await.unwrap();
    assert_eq!(present.state.copies, 3);
    assert_eq!(shelves.at(&1, Timestamp(std::time::Duration::MAX)).await.unwrap(), present);
    let missing = shelves.as_of(&1, Version(4)).await.unwrap_err();
    assert!(matches!(missing, LoadError::NoSuchVersion { found: Version(3), .. }), "{missing}");
    let past = shelves.as_of(&1, Version(2)).await.unwrap_err();
    assert!(matches!(past, LoadError::OnlyPresent { present: Version(3), .. }), "{past}");
    let past = shelves.at(&1, Timestamp::default()).await.unwrap_err();
    assert!(matches!(past, LoadError::OnlyPresent { present: Version(3), .. }), "{past}");
}

#[tokio::test]
async fn a_state_that_is_missing_malformed_or_of_no_event_is_an_error_and_changes_nothing() {
    let foreign = Snapshot {
        stream: stream(1),
        fingerprint: Shelf::fingerprint() + 1,
        version: Version(1),
        data: b"{}".to_vec(),
    };
    let own = Snapshot { fingerprint: Shelf::fingerprint(), ..foreign.clone() };
    let malformed = Snapshot { data: br#"{"books": 1}"#.to_vec(), ..own.clone() };
    let ahead = Snapshot { version: Version(2), ..own };
    for (snapshot, says) in
        [(foreign, "no state"), (malformed, "version 1 is malformed"), (ahead, "version 2")]
    {
        let store = MemoryStore::new();
        append_event(&store, stock(1, 3)).await;
        store.save_snapshot(snapshot.clone()).await.unwrap();
        let system = library(&store).await;
        let mut faults = system.subscribe::<AggregateFault>();
        let refused = system.execute(stock(1, 1)).await.unwrap_err();
        let ExecuteError::Read(HostReadError::State { stream: named, source }) = refused else {
            panic!("{refused}")
        };
        assert_eq!(named, stream(1).to_string());
        assert!(source.to_string().contains(says), "{source}");
        let fault = faults.next().await.unwrap();
        assert!(matches!(&fault.kind, FaultKind::Unreadable(HostReadError::State { .. })));
        let error = system.repository::<Shelf>().unwrap().load(&1).await.unwrap_err();
        assert!(!error.is_transient(), "{error}");
        assert_eq!(store.read_stream(&stream(1), Version(1), 9).await.unwrap().len(), 1);
    }
}

/// As another program would have stored it: without the state.
async fn append_event(store: &MemoryStore, Stock { shelf, copies }: Stock) {
    let elsewhere = MemoryStore::new();
    library(&elsewhere).await.execute(stock(shelf, copies)).await.unwrap();
    let mut stored = elsewhere.read_stream(&stream(shelf), Version(1), 1).await.unwrap();
    let event = stored.remove(0).event;
    let append = Append::new(Timestamp::default());
    store.append(append.to(stream(shelf), Expected::NoStream, vec![event])).await.unwrap();
}

#[tokio::test]
async fn two_systems_take_turns_on_one_state() {
    let store = MemoryStore::new();
    let systems = [library(&store).await, library(&store).await];
    for nth in 1..=10 {
        for (which, system) in (0..).zip(&systems) {
            let stocked = system.execute(stock(1, 1)).await.unwrap();
            assert_eq!(stocked.reply, (nth - 1) * 2 + which + 1);
        }
    }
    assert_eq!(kept(&store, 1).await.unwrap().version, Version(20));
}

#[tokio::test]
async fn a_store_that_fails_leaves_events_and_state_together() {
    for (call, fault) in (1..=12)
        .flat_map(|call| [StoreFault::FailBefore, StoreFault::FailAfter].map(|fault| (call, fault)))
    {
        let store = MemoryStore::new();
        let handle = store.reopen();
        handle.inject(call, fault);
        let system = ActorSystem::builder().store(handle).start().await.unwrap();
        let mut stocked = 0;
        for nth in 0..4 {
            let id = MessageId(nth);
            for _ in 0..3 {
                if let Ok(done) = system.execute_as(id, stock(1, 1)).await {
                    stocked += 1;
                    assert_eq!(done.reply, stocked, "{fault:?} at call {call}");
                    break;
                }
            }
        }
        let kept = kept(&store, 1).await.unwrap();
        let events = store.read_stream(&stream(1), Version(1), 99).await.unwrap();
        assert_eq!((stocked, kept.version, events.len()), (4, Version(4), 4), "{call} {fault:?}");
    }
}

#[derive(Clone, Command)]
struct Mark {
    #[key]
    board: u64,
    field: (u8, u8),
}

#[derive(Deserialize, Event, Serialize)]
struct Marked {
    field: (u8, u8),
}

/// JSON has no maps by pairs: its state can be written while it is empty.
#[derive(Default, Deserialize, Serialize)]
struct Board {
    marks: BTreeMap<(u8, u8), bool>,
    marked: u32,
}

#[aggregate(id = u64, stored = state)]
impl Board {
    #[handler]
    fn mark(&self, mark: Mark) -> Marked {
        Marked { field: mark.field }
    }

    #[apply]
    fn marked(&mut self, event: &Marked) {
        self.marked += 1;
        if event.field != (0, 0) {
            self.marks.insert(event.field, true);
        }
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_stores_nothing() {
    let system = library(&MemoryStore::new()).await;
    let mark = |x, y| system.execute(Mark { board: 1, field: (x, y) });
    mark(0, 0).await.unwrap();
    let refused = mark(1, 2).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Malformed(_)), "{refused}");
    assert_eq!(mark(0, 0).await.unwrap().version, Version(2));
    let boards = system.repository::<Board>().unwrap();
    assert_eq!(boards.load(&1).await.unwrap().state.marked, 2);
}
