//! The laws. Each panics when the store breaks it.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, Appended, EventQuery, Expected, Position, QueryItem, Snapshot, Subscribe,
    Version,
};

use super::Store;
pub use super::document::{
    a_condition_that_does_not_hold_leaves_no_trace, clearing_empties_a_table_first,
    documents_and_events_share_a_store, documents_have_limits, hostile_keys_do_no_harm,
    pages_are_in_the_order_of_bytes, racing_counters_lose_nothing, what_is_committed_is_read,
};
use super::join::join_all;
pub use super::limit::{
    what_is_at_a_limit_is_stored, what_is_beyond_a_limit_is_refused, what_is_too_large_is_refused,
};
pub use super::name::{hostile_event_names_and_categories_do_no_harm, hostile_names_do_no_harm};
pub use super::read::{
    a_category_is_only_itself, a_subscription_hears_in_order, pages_have_no_gap_and_no_overlap,
};
use super::sample::{event, head, one, stream, tag};

const WRITERS: u128 = 16;
const APPENDS_EACH: u128 = 8;

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
    assert_eq!(versions, [Version(2)]);
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

/// An append that follows a certain event is refused when another one has taken its place.
pub async fn what_follows_a_lost_event_is_refused(store: Store) {
    let (version, lost, other) = (Version(1), MessageId(1), MessageId(2));
    let follows = |event| Expected::After { version, event };
    let early = store.append(one("a", follows(lost), 3)).await;
    assert!(early.is_err(), "there is no event yet");
    store.append(one("a", Expected::NoStream, 2)).await.expect("an empty store takes events");
    let refused =
        store.append(one("a", follows(lost), 3)).await.expect_err("another event is there");
    assert!(refused.is_conflict(), "{refused}");
    store.append(one("a", follows(other), 4)).await.expect("the event is there");
    let late = store.append(one("a", follows(other), 5)).await.expect_err("it is not the last");
    assert!(late.is_conflict(), "{late}");
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

/// A snapshot is kept together with the events of its append, or not at all: a state that is stored
/// with its events is never of another version than they are.
pub async fn a_snapshot_is_kept_with_its_events_or_not_at_all(store: Store) {
    let at = |version: u64| Snapshot {
        stream: stream("a"),
        fingerprint: 7,
        version: Version(version),
        data: vec![b's'; usize::try_from(version).unwrap_or_default()],
    };
    let next = |version: u64, id: u128| {
        one("a", Expected::Version(Version(version)), id).with_snapshot(at(version + 1))
    };
    // All are called before the first is waited for, so that a store may take them as one group.
    let (first, late, second, repeated) = (
        store.append(next(0, 1)),
        store.append(next(0, 2)),
        store.append(next(1, 3).answering(MessageId(9), Vec::new())),
        store.append(next(2, 4).answering(MessageId(9), Vec::new())),
    );
    first.await.expect("an empty store takes events");
    late.await.expect_err("another was first");
    second.await.expect("nothing is in the way");
    let repeated = repeated.await.expect("a known command is no failure");
    assert!(matches!(repeated, Appended::Repeated(_)), "{repeated:?}");
    let kept = store.load_snapshot(&stream("a"), 7).await.expect("snapshots are read");
    assert_eq!(kept, Some(at(2)));
    let refused = one("b", Expected::Version(Version(5)), 5).with_snapshot(at(3));
    store.append(refused).await.expect_err("there is no such version");
    let kept = store.load_snapshot(&stream("a"), 7).await.expect("snapshots are read");
    assert_eq!(kept, Some(at(2)));
    let read = store.read_stream(&stream("a"), Version(1), 10).await.expect("a stream is read");
    assert_eq!(read.len(), 2, "events and state differ");
}
