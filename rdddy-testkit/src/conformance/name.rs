//! Laws about names: whatever a name holds, it is only a name.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, EventQuery, Expected, NewEvent, Position, QueryItem, StreamName, Version,
};

use super::Store;
use super::sample::{event, one, stream, tag};

const SEEDS: [&str; 5] =
    ["'; drop table events; --", "%_\\", "\0\u{1}\u{7f}", "../..", "\u{202e}\u{1f4a3}"];

/// 200 names that are meant to do harm are names like any other.
pub async fn hostile_names_do_no_harm(store: Store) {
    let keys = (0..40).flat_map(|n| SEEDS.map(|seed| seed.repeat(n % 9 + 1) + &n.to_string()));
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

/// Names of events and categories of streams that are meant to do harm are found by exactly themselves.
pub async fn hostile_event_names_and_categories_do_no_harm(store: Store) {
    let more = ["*", "", " ", "A", "a", "é", "e\u{301}", "null", "\"", "$1"];
    // A category never holds a `/`, and is never empty.
    let names: Vec<String> =
        SEEDS.iter().chain(&more).map(|seed| format!("x{}", seed.replace('/', "|"))).collect();
    for (id, name) in (0_u128..).zip(&names) {
        let stream = StreamName::new(name.as_str(), "a").expect("a name is a name");
        let event = NewEvent { name: name.as_str().into(), ..event(id) };
        let append = Append::new(Timestamp::default()).to(stream, Expected::NoStream, vec![event]);
        store.append(append).await.expect("a name is a name");
    }
    for (id, name) in (0_u128..).zip(&names) {
        let by_name = EventQuery::all().or(QueryItem::named([name.as_str()]));
        for query in [by_name, EventQuery::category(name.as_str())] {
            let page = store.read(&query, &Position::START, 100).await.expect("a query is read");
            let found: Vec<_> = page.events.iter().map(|read| read.event.id).collect();
            assert_eq!(found, [MessageId(id)], "{query:?}");
            assert_eq!(&*page.events[0].event.name, name);
        }
    }
}
