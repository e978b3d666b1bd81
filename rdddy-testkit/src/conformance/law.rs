//! The laws. Each panics when the store breaks it.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use rdddy_core::limits;
use rdddy_core::message::{MessageId, Metadata, Timestamp};
use rdddy_core::store::{
    Append, AppendError, Appended, EventQuery, Expected, NewEvent, Position, QueryItem, Snapshot,
    StreamName, Subscribe, Tag, Version,
};

use super::Store;
use super::join::join_all;

const WRITERS: u128 = 16;
const APPENDS_EACH: u128 = 8;

fn stream(key: &str) -> StreamName {
    StreamName::new("conformance.Thing", key).expect("a key of the suite is a key")
}

fn event(id: u128) -> NewEvent {
    NewEvent {
        id: MessageId(id),
        name: "conformance.Happened".into(),
        schema: 1,
        data: format!("{{\"id\":{id}}}").into_bytes(),
        tags: vec![tag(&id.to_string())],
        metadata: Metadata::first(MessageId(id), Timestamp::default()).with_tenant("tenant"),
    }
}

fn tag(value: &str) -> Tag {
    Tag::new("thing", value).expect("a tag of the suite is a tag")
}

fn one(key: &str, expected: Expected, id: u128) -> Append {
    Append::new(Timestamp::default()).to(stream(key), expected, vec![event(id)])
}

async fn head(store: &Store) -> Position {
    store.head().await.expect("the head can be read")
}

/// What was appended is read again, whole, by stream, by query and up to the returned position.
pub async fn what_was_appended_is_read(store: Store) {
    let two = Append::new(Timestamp::default()).to(
        stream("a"),
        Expected::NoStream,
        vec![event(1), event(2)],
    );
    let appended = store.append(two).await.expect("an empty store takes events");
    let Appended::Stored { position, versions } = appended else {
        unreachable!("an append without a command is not repeated")
    };
    assert_eq!(versions.get(&stream("a")), Some(&Version(2)));
    assert!(head(&store).await.reached(&position), "what was stored is not visible");
    let read = store.read_stream(&stream("a"), Version(2), 10).await.expect("a stream is read");
    assert_eq!(read.iter().map(|read| &read.event).collect::<Vec<_>>(), [&event(2)]);
    let query = EventQuery::all().or(QueryItem::tagged([tag("1")]));
    let page = store.read(&query, &Position::START, 10).await.expect("a query is read");
    assert_eq!(page.events.iter().map(|read| &read.event).collect::<Vec<_>>(), [&event(1)]);
}

/// An append to several streams of which one is not as expected stores nothing, and says why.
pub async fn a_conflict_leaves_no_trace(store: Store) {
    store.append(one("a", Expected::NoStream, 1)).await.expect("an empty store takes events");
    let before = head(&store).await;
    let both = one("b", Expected::Any, 2).to(stream("a"), Expected::NoStream, vec![event(3)]);
    let refused = store.append(both).await.expect_err("the stream is there");
    let told = matches!(
        &refused,
        AppendError::Conflict { expected: Expected::NoStream, found: Version(1), .. }
    );
    assert!(told, "{refused}");
    assert_eq!(head(&store).await, before);
    let read = store.read_stream(&stream("b"), Version(1), 10).await.expect("a stream is read");
    assert!(read.is_empty(), "half an append was stored");
}

/// Of many decisions on the same query, made on the same knowledge, one is stored.
pub async fn a_decision_sees_everything_that_matches(store: Store) {
    let query = EventQuery::all().or(QueryItem::named(["conformance.Happened"]));
    join_all((0..WRITERS).map(|id| {
        let (store, query) = (store.clone(), query.clone());
        async move {
            let append = one(&id.to_string(), Expected::Any, id).if_nothing_new(query, None);
            if let Err(refused) = store.append(append).await {
                assert!(matches!(refused, AppendError::SomethingNew { .. }), "{refused}");
            }
        }
    }))
    .await;
    let page = store.read(&query, &Position::START, 100).await.expect("a query is read");
    assert_eq!(page.events.len(), 1);
}

/// A command that comes again, also at the same time, stores nothing and gets the first answer.
pub async fn a_command_is_carried_out_once(store: Store) {
    join_all((0..WRITERS).map(|id| {
        let append = one("a", Expected::NoStream, id).answering(MessageId(7), b"ok".to_vec());
        let store = store.clone();
        async move {
            store.append(append).await.expect("a known command is no conflict");
        }
    }))
    .await;
    let read = store.read_stream(&stream("a"), Version(1), 100).await.expect("a stream is read");
    assert_eq!(read.len(), 1);
    let found = store.find_command(MessageId(7)).await.expect("commands are read");
    assert_eq!(found.map(|found| found.command.reply), Some(b"ok".to_vec()));
}

/// Events of racing writers are visible at once when acknowledged, and none appears behind a reader.
pub async fn racing_writers_leave_no_gap(store: Store) {
    let total = (WRITERS * APPENDS_EACH) as usize;
    let query = EventQuery::all();
    join_all((0..=WRITERS).map(|writer| {
        let (store, query) = (store.clone(), &query);
        async move {
            if writer == WRITERS {
                let (mut at, mut seen) = (Position::START, 0);
                while seen < total {
                    let page = store.read(query, &at, 10).await.expect("a query is read");
                    seen += page.events.len();
                    at = page.reached;
                    if page.at_head && seen < total {
                        store.watch(&at).await.expect("the store is watched");
                    }
                }
                return;
            }
            for n in 0..APPENDS_EACH {
                let append = one(&writer.to_string(), Expected::Any, writer * APPENDS_EACH + n);
                let done = store.append(append).await.expect("nothing is in the way");
                if let Appended::Stored { position, .. } = done {
                    assert!(head(&store).await.reached(&position), "acknowledged, not visible");
                }
            }
        }
    }))
    .await;
}

/// A subscription that begins among racing writers hears every event once.
pub async fn a_subscription_hears_everything_once(store: Store) {
    let total = (WRITERS * APPENDS_EACH) as usize;
    join_all((0..=WRITERS).map(|writer| {
        let store = store.clone();
        async move {
            if writer == WRITERS {
                let mut events = store.subscribe(EventQuery::all(), Position::START);
                let mut heard = std::collections::BTreeSet::new();
                for _ in 0..total {
                    let stored = events.next().await.expect("the store is read");
                    assert!(heard.insert(stored.event.id), "{:?} was heard twice", stored.event.id);
                }
                return;
            }
            for n in 0..APPENDS_EACH {
                let append = one(&writer.to_string(), Expected::Any, writer * APPENDS_EACH + n);
                store.append(append).await.expect("nothing is in the way");
            }
        }
    }))
    .await;
}

/// 200 names that are meant to do harm are names like any other.
pub async fn hostile_names_do_no_harm(store: Store) {
    let seeds = ["'; drop table events; --", "%_\\", "\0\u{1}\u{7f}", "../..", "\u{202e}\u{1f4a3}"];
    let keys = (0..40).flat_map(|n| seeds.map(|seed| seed.repeat(n % 9 + 1) + &n.to_string()));
    let keys: Vec<String> = keys.collect();
    for (id, key) in (0_u128..).zip(&keys) {
        let mut append = one(key, Expected::NoStream, id);
        append.streams.iter_mut().flat_map(|part| &mut part.events).for_each(|event| {
            event.tags.push(tag(key));
        });
        store.append(append).await.expect("a name is a name");
    }
    for (id, key) in (0_u128..).zip(&keys) {
        let read = store.read_stream(&stream(key), Version(1), 10).await.expect("a stream is read");
        assert_eq!(read.iter().map(|read| read.event.id).collect::<Vec<_>>(), [MessageId(id)]);
        let query = EventQuery::all().or(QueryItem::tagged([tag(key)]));
        let page = store.read(&query, &Position::START, 10).await.expect("a query is read");
        assert!(page.events.iter().any(|read| read.event.id == MessageId(id)), "{key:?}");
    }
}

/// An event beyond the limit is refused, and nothing of its append is stored.
pub async fn what_is_too_large_is_refused(store: Store) {
    let mut append = one("a", Expected::Any, 1);
    let huge = NewEvent { data: vec![b' '; limits::ENCODED_MESSAGE_MAX + 1], ..event(2) };
    append.streams.iter_mut().for_each(|part| part.events.push(huge.clone()));
    let refused = store.append(append).await.expect_err("it is too large");
    assert!(matches!(refused, AppendError::TooLarge { .. }), "{refused}");
    assert_eq!(head(&store).await, Position::START);
}

/// The latest snapshot is found by its fold, and by no other.
pub async fn the_latest_snapshot_of_a_fold_is_kept(store: Store) {
    let at = |version| Snapshot {
        stream: stream("a"),
        fingerprint: u64::MAX,
        version: Version(version),
        data: version.to_string().into_bytes(),
    };
    for version in [1, 3, 2] {
        store.save_snapshot(at(version)).await.expect("a snapshot is kept");
    }
    let found = store.load_snapshot(&stream("a"), u64::MAX).await.expect("snapshots are read");
    assert_eq!(found, Some(at(3)));
    let other = store.load_snapshot(&stream("a"), 1).await.expect("snapshots are read");
    assert_eq!(other, None);
}
