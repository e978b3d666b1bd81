//! The states of aggregates, now and formerly, by an aggregate that is written by hand.

use std::sync::Arc;
use std::time::Duration;

use rdddy::domain::{Aggregate, AggregateEvent, Emits, EventFormat, EventVisitor};
use rdddy::host::{HostReadError, LoadError, Repository};
use rdddy::message::{MessageId, Metadata, Timestamp};
use rdddy::prelude::*;
use rdddy::store::{
    Append, EventDecodeError, EventStore, Expected, MemoryStore, NewEvent, Snapshot, StoreFault,
    StreamName, Version,
};
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

bounded_context!("vault");

#[derive(Event, Serialize, Deserialize, Debug, PartialEq, Eq)]
#[event(version = 2)]
struct Deposited {
    cents: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum AccountEvent {
    Deposited(Arc<Deposited>),
}

impl AggregateEvent for AccountEvent {
    fn name(&self) -> &'static str {
        <Deposited as message::Message>::name()
    }

    fn schema(&self) -> u32 {
        2
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let AccountEvent::Deposited(event) = self;
        serde_json::to_vec(&**event)
    }

    fn formats() -> Vec<EventFormat<Self>> {
        vec![EventFormat {
            name: <Deposited as message::Message>::name(),
            schema: 2,
            decode: |json| Ok(AccountEvent::Deposited(Arc::new(serde_json::from_slice(json)?))),
            upcasts: vec![(1, |old| {
                let euros = old["euros"].as_u64().ok_or("no euros")?;
                Ok(serde_json::json!({ "cents": euros * 100 }))
            })],
            formerly: vec!["vault.PaidIn"],
        }]
    }

    fn visit<V: EventVisitor>(&self, visitor: V) -> V::Output {
        let AccountEvent::Deposited(event) = self;
        visitor.visit(event)
    }
}

#[derive(Default, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
struct Account {
    cents: u64,
    /// Counts what was applied, to see where a snapshot was begun with.
    #[serde(skip)]
    applied: u32,
}

impl Aggregate for Account {
    type Id = u32;
    type Event = AccountEvent;

    const NAME: &'static str = "Account";
    const SNAPSHOT_EVERY: Option<u32> = Some(10);

    fn category() -> &'static str {
        "vault.Account"
    }

    fn fingerprint() -> u64 {
        7
    }

    fn apply(&mut self, event: &AccountEvent) {
        let AccountEvent::Deposited(event) = event;
        self.cents += event.cents;
        self.applied += 1;
    }

    fn save(&self) -> Option<serde_json::Result<Vec<u8>>> {
        Some(serde_json::to_vec(self))
    }

    fn restore(snapshot: &[u8]) -> Option<serde_json::Result<Self>> {
        Some(serde_json::from_slice(snapshot))
    }
}

impl Emits<Deposited> for Account {
    fn emit(event: Deposited) -> AccountEvent {
        AccountEvent::Deposited(Arc::new(event))
    }
}

fn at(second: u64) -> Timestamp {
    Timestamp(Duration::from_secs(second))
}

fn stream(account: u32) -> StreamName {
    StreamName::new("vault.Account", account.to_string()).unwrap()
}

fn raw(name: &str, schema: u32, json: &str, nth: u64) -> NewEvent {
    let id = MessageId(u128::from(nth));
    let metadata = Metadata::first(id, at(nth));
    let (name, data) = (name.into(), json.as_bytes().to_vec());
    NewEvent { id, name, schema, data, tags: Vec::new(), metadata }
}

async fn append(store: &MemoryStore, account: u32, event: NewEvent) {
    let at = event.metadata.sent;
    let append = Append::new(at).to(stream(account), Expected::Any, vec![event]);
    store.append(append).await.unwrap();
}

/// The `nth` event of an account adds `nth` cents, at second `nth`.
async fn filled(account: u32, events: u64) -> (MemoryStore, Repository<Account>) {
    let store = MemoryStore::new();
    for nth in 1..=events {
        let json = format!(r#"{{"cents": {nth}}}"#);
        append(&store, account, raw("vault.Deposited", 2, &json, nth)).await;
    }
    let repository = Repository::new(Arc::new(store.clone()));
    (store, repository)
}

async fn keep_snapshot(store: &MemoryStore, version: u64, data: &str) {
    let (version, data) = (Version(version), data.as_bytes().to_vec());
    let snapshot = Snapshot { stream: stream(1), fingerprint: 7, version, data };
    store.save_snapshot(snapshot).await.unwrap();
}

#[rdddy_testkit::test]
async fn what_has_not_happened_is_the_default_at_version_0(world: &mut World) {
    let (_, accounts) = filled(1, 2).await;
    assert!(accounts.exists(&1).await.unwrap());
    assert!(!accounts.exists(&2).await.unwrap());
    let loaded = accounts.load(&2).await.unwrap();
    assert_eq!((loaded.state, loaded.version), (Account::default(), Version::NONE));
    assert!(accounts.history(&2).unwrap().next().await.unwrap().is_none());
    world.settle().await;
}

#[rdddy_testkit::test]
async fn an_account_is_as_it_was_at_each_version_and_time(world: &mut World) {
    let (_, accounts) = filled(1, 20).await;
    for version in 0..=20 {
        let cents = (1..=version).sum::<u64>();
        let then = accounts.as_of(&1, Version(version)).await.unwrap();
        assert_eq!((then.state.cents, then.version), (cents, Version(version)));
        let then = accounts.at(&1, at(version)).await.unwrap();
        assert_eq!((then.state.cents, then.version), (cents, Version(version)));
    }
    assert_eq!(accounts.at(&1, at(9_999)).await.unwrap().version, Version(20));
    let error = accounts.as_of(&1, Version(21)).await.unwrap_err();
    let (asked, found) = match error {
        LoadError::NoSuchVersion { asked, found, .. } => (asked, found),
        other => panic!("{other}"),
    };
    assert_eq!((asked, found), (Version(21), Version(20)));
    world.settle().await;
}

#[rdddy_testkit::test]
async fn the_history_tells_each_event_once_and_goes_on(world: &mut World) {
    let (store, accounts) = filled(1, 600).await;
    let mut history = accounts.history(&1).unwrap();
    for nth in 1..=600 {
        let past = history.next().await.unwrap().unwrap();
        assert_eq!(past.event, Account::emit(Deposited { cents: nth }));
        assert_eq!((past.version, past.recorded_at), (Version(nth), at(nth)));
        assert_eq!((past.id, past.metadata.message), (MessageId(nth.into()), past.id));
    }
    assert!(history.next().await.unwrap().is_none());
    append(&store, 1, raw("vault.Deposited", 2, r#"{"cents": 5}"#, 601)).await;
    assert_eq!(history.next().await.unwrap().unwrap().version, Version(601));
    world.settle().await;
}

#[rdddy_testkit::test]
async fn a_stream_longer_than_a_page_is_read_whole(world: &mut World) {
    let store = MemoryStore::new();
    let events = (1..=9_000).map(|nth| raw("vault.Deposited", 2, r#"{"cents": 1}"#, nth)).collect();
    let append = Append::new(at(1)).to(stream(1), Expected::NoStream, events);
    store.append(append).await.unwrap();
    let accounts = Repository::<Account>::new(Arc::new(store));
    assert_eq!(accounts.load(&1).await.unwrap().state.cents, 9_000);
    assert_eq!(accounts.as_of(&1, Version(5_000)).await.unwrap().state.cents, 5_000);
    assert_eq!(accounts.at(&1, at(1)).await.unwrap().version, Version(9_000));
    world.settle().await;
}

#[rdddy_testkit::test]
async fn a_snapshot_saves_reading_what_came_before_it(world: &mut World) {
    let (store, accounts) = filled(1, 12).await;
    keep_snapshot(&store, 10, r#"{"cents": 55}"#).await;
    let loaded = accounts.load(&1).await.unwrap();
    assert_eq!(loaded.state, Account { cents: 78, applied: 2 });
    assert_eq!(loaded.version, Version(12));
    let then = accounts.as_of(&1, Version(10)).await.unwrap();
    assert_eq!(then.state, Account { cents: 55, applied: 0 });
    let before = accounts.as_of(&1, Version(9)).await.unwrap();
    assert_eq!(before.state, Account { cents: 45, applied: 9 });
    world.settle().await;
}

#[rdddy_testkit::test]
async fn a_snapshot_that_is_of_no_use_is_passed_over(world: &mut World) {
    let beyond_the_end = (13, r#"{"cents": 1}"#);
    for (version, data) in [(10, "{"), (10, r#"{"dollars": 1}"#), (0, "{}"), beyond_the_end] {
        let (store, accounts) = filled(1, 12).await;
        keep_snapshot(&store, version, data).await;
        let loaded = accounts.load(&1).await.unwrap();
        assert_eq!(loaded.state, Account { cents: 78, applied: 12 }, "{version} {data}");
    }
    world.settle().await;
}

#[rdddy_testkit::test]
async fn old_events_and_old_names_are_brought_up_to_date(world: &mut World) {
    let (store, accounts) = filled(1, 0).await;
    append(&store, 1, raw("vault.PaidIn", 1, r#"{"euros": 3}"#, 1)).await;
    append(&store, 1, raw("vault.Deposited", 2, r#"{"cents": 7}"#, 2)).await;
    assert_eq!(accounts.load(&1).await.unwrap().state.cents, 307);
    world.settle().await;
}

#[rdddy_testkit::test]
async fn what_cannot_be_decoded_is_named_and_what_is_before_it_can_be_read(world: &mut World) {
    for (name, schema, json) in
        [("vault.Gone", 1, "{}"), ("vault.Deposited", 3, "{}"), ("vault.Deposited", 2, "{")]
    {
        let (store, accounts) = filled(1, 3).await;
        append(&store, 1, raw(name, schema, json, 4)).await;
        let error = accounts.load(&1).await.unwrap_err();
        let unreadable = matches!(&error, LoadError::Read(HostReadError::Event { version: 4, .. }));
        assert!(unreadable, "{error}");
        assert!(!error.is_transient());
        assert_eq!(accounts.as_of(&1, Version(3)).await.unwrap().state.cents, 6);
        let mut history = accounts.history(&1).unwrap();
        for nth in 1..=3 {
            assert_eq!(history.next().await.unwrap().unwrap().version, Version(nth));
        }
        for _ in 0..2 {
            let error = history.next().await.unwrap_err();
            let LoadError::Read(HostReadError::Event { version: 4, source, .. }) = error else {
                panic!("{error}")
            };
            assert!(!matches!(*source, EventDecodeError::NoUpcaster { .. }));
        }
    }
    world.settle().await;
}

#[rdddy_testkit::test]
async fn a_store_that_fails_is_a_transient_error_and_the_next_call_succeeds(world: &mut World) {
    let (store, _) = filled(1, 3).await;
    for call in 1..=2 {
        let store = store.reopen();
        store.inject(call, StoreFault::FailBefore);
        let accounts = Repository::<Account>::new(Arc::new(store));
        let error = accounts.load(&1).await.unwrap_err();
        assert!(error.is_transient(), "call {call}: {error}");
        assert_eq!(accounts.load(&1).await.unwrap().state.cents, 6);
    }
    world.settle().await;
}

#[derive(Default)]
struct Named;

impl Aggregate for Named {
    type Id = String;
    type Event = AccountEvent;

    const NAME: &'static str = "Named";

    fn category() -> &'static str {
        "vault.Named"
    }

    fn fingerprint() -> u64 {
        1
    }

    fn apply(&mut self, _: &AccountEvent) {}
}

#[rdddy_testkit::test]
async fn an_id_that_cannot_name_a_stream_is_refused(world: &mut World) {
    let accounts = Repository::<Named>::new(Arc::new(MemoryStore::new()));
    for id in [String::new(), "x".repeat(10_000)] {
        assert!(matches!(accounts.load(&id).await, Err(LoadError::Id(_))));
        assert!(matches!(accounts.exists(&id).await, Err(LoadError::Id(_))));
        assert!(matches!(accounts.history(&id), Err(LoadError::Id(_))));
    }
    for id in ["'; DROP TABLE events; --", "a/b", "\u{0}", "🦀"] {
        assert!(!accounts.exists(&id.to_owned()).await.unwrap());
    }
    world.settle().await;
}
