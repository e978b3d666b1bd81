//! Laws about reading: pages, categories, and the order of subscriptions.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use std::collections::BTreeMap;

use rdddy_core::limits;
use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, EventQuery, Expected, Position, QueryItem, StreamName, Subscribe, Version,
};

use super::Store;
use super::join::join_all;
use super::sample::{event, one, stream, tag};

/// Pages of any size, put together, are everything that matches, once and in order; asking for too
/// much gives a page.
pub async fn pages_have_no_gap_and_no_overlap(store: Store) {
    for id in 0..60 {
        let append = one(&(id % 4).to_string(), Expected::Any, id);
        store.append(append).await.expect("nothing is in the way");
    }
    let some = (0..60_u128).filter(|id| id % 7 == 0);
    let few = some.clone().map(|id| QueryItem::tagged([tag(&id.to_string())]));
    let few = few.fold(EventQuery::all(), EventQuery::or);
    let cases = [
        (EventQuery::all(), (0..60).collect::<Vec<u128>>()),
        (few, some.collect()),
        (EventQuery::stream(stream("3")), (0..60).filter(|id| id % 4 == 3).collect()),
        (EventQuery::all().or(QueryItem::named(["unknown"])), Vec::new()),
    ];
    for (query, ids) in cases {
        let expected: Vec<_> = ids.into_iter().map(MessageId).collect();
        for limit in [1, 7, 60, usize::MAX] {
            let (mut found, mut at) = (Vec::new(), Position::START);
            loop {
                let page = store.read(&query, &at, limit).await.expect("a query is read");
                assert!(page.events.len() <= limit.min(limits::READ_PAGE_MAX));
                assert!(page.reached.reached(&at), "a page goes back");
                found.extend(page.events.into_iter().map(|read| read.event.id));
                at = page.reached;
                if page.at_head {
                    break;
                }
            }
            assert_eq!(found, expected, "{query:?} in pages of {limit}");
        }
    }
    let (mut found, mut from) = (Vec::new(), Version::NONE);
    loop {
        let page = store.read_stream(&stream("2"), from, 4).await.expect("a stream is read");
        let is_last = page.len() < 4;
        from = page.last().map_or(from, |last| last.version.next());
        found.extend(page.into_iter().map(|read| read.version.0));
        // One that is not full is the end.
        if is_last {
            break;
        }
    }
    assert_eq!(found, (1..=15).collect::<Vec<_>>());
    let beyond = store.read_stream(&stream("2"), Version(u64::MAX), usize::MAX).await;
    assert!(beyond.expect("a stream is read").is_empty());
    let beyond = Position::from_sequence(u64::MAX >> 1);
    let page = store.read(&EventQuery::all(), &beyond, 1).await.expect("a query is read");
    assert!(page.events.is_empty() && page.reached == beyond, "{page:?}");
}

/// A category is neither a prefix nor a pattern, and a query in it is limited to it.
pub async fn a_category_is_only_itself(store: Store) {
    let categories = ["a", "aa", "a%", "A", "_"];
    for (id, category) in (0_u128..).zip(categories) {
        for key in ["x", "y"] {
            let name = StreamName::new(category, key).expect("a name is a name");
            let events = vec![event(id), event(id + 100)];
            let append = Append::new(Timestamp::default()).to(name, Expected::NoStream, events);
            store.append(append).await.expect("nothing is in the way");
        }
    }
    for (id, category) in (0_u128..).zip(categories) {
        let query = EventQuery::category(category);
        let page = store.read(&query, &Position::START, 100).await.expect("a query is read");
        let found: Vec<_> = page.events.iter().map(|read| read.event.id.0).collect();
        assert_eq!(found, [id, id + 100, id, id + 100], "{category}");
        assert!(page.events.iter().all(|read| read.stream.category() == category));
        let query = query.or(QueryItem::tagged([tag(&id.to_string())]));
        let query = query.or(QueryItem::tagged([tag(&(id + 1).to_string())]));
        let page = store.read(&query, &Position::START, 100).await.expect("a query is read");
        let found: Vec<_> = page.events.iter().map(|read| read.event.id.0).collect();
        assert_eq!(found, [id, id], "{category}");
    }
    let unknown = EventQuery::category("unknown");
    let page = store.read(&unknown, &Position::START, 1).await.expect("a query is read");
    assert!(page.events.is_empty() && page.at_head);
}

/// A subscription among racing writers hears positions that grow, and each stream version by version.
pub async fn a_subscription_hears_in_order(store: Store) {
    const WRITERS: u128 = 8;
    const APPENDS_EACH: u128 = 8;
    join_all((0..=WRITERS).map(|writer| {
        let store = store.clone();
        async move {
            if writer == WRITERS {
                let query = EventQuery::category("conformance.Thing");
                let mut events = store.subscribe(query, Position::START);
                let (mut at, mut versions) = (Position::START, BTreeMap::new());
                for _ in 0..WRITERS * APPENDS_EACH {
                    let stored = events.next().await.expect("the store is read");
                    assert!(!at.reached(&stored.position), "{} after {at}", stored.position);
                    assert_eq!(events.position(), &stored.position);
                    at = stored.position;
                    let version = versions.entry(stored.stream).or_insert(Version::NONE);
                    *version = version.next();
                    assert_eq!(*version, stored.version);
                }
                return;
            }
            for n in 0..APPENDS_EACH {
                let key = (writer % 3).to_string();
                let append = one(&key, Expected::Any, writer * APPENDS_EACH + n);
                store.append(append).await.expect("nothing is in the way");
            }
        }
    }))
    .await;
}
