//! Laws about limits: what is at one is stored, and what is beyond one is refused whole.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use std::time::Duration;

use rdddy_core::limits;
use rdddy_core::message::Timestamp;
use rdddy_core::store::{
    Append, AppendError, EventQuery, Expected, NewEvent, Position, QueryItem, Snapshot, StreamName,
    Tag, Version,
};

use super::Store;
use super::sample::{event, head, one, stream, tag};

/// With all its digits.
const DECIDED: Timestamp = Timestamp(Duration::from_nanos(1_800_000_000_123_456_789));

/// An event beyond the limit is refused, and nothing of its append is stored.
pub async fn what_is_too_large_is_refused(store: Store) {
    let mut append = one("a", Expected::Any, 1);
    let huge = NewEvent { data: vec![b' '; limits::ENCODED_MESSAGE_MAX + 1], ..event(2) };
    append.streams.iter_mut().for_each(|part| part.events.push(huge.clone()));
    let refused = store.append(append).await.expect_err("it is too large");
    assert!(matches!(refused, AppendError::TooLarge { .. }), "{refused}");
    assert_eq!(head(&store).await, Position::START);
}

/// The longest names, tags and keys, the most tags, the most events, and none at all.
pub async fn what_is_at_a_limit_is_stored(store: Store) {
    let text = |length| "ß".repeat(length / 2);
    let category = text(limits::STREAM_CATEGORY_MAX);
    let longest = StreamName::new(category.as_str(), text(limits::STREAM_KEY_MAX))
        .expect("a name at the limit is a name");
    let tags: Vec<Tag> = (0..limits::TAGS_PER_EVENT_MAX)
        .map(|n| format!("{n:x>width$}", width = limits::TAG_MAX - 2))
        .map(|value| Tag::new("t", &value).expect("a tag at the limit is a tag"))
        .collect();
    let name = text(limits::MESSAGE_NAME_MAX);
    let large = NewEvent { name: name.as_str().into(), tags: tags.clone(), ..event(0) };
    let events = (1..limits::APPEND_EVENTS_MAX as u128).map(event);
    let append = Append::new(DECIDED)
        .to(longest.clone(), Expected::NoStream, vec![large.clone()])
        .to(stream("many"), Expected::NoStream, events.collect());
    store.append(append).await.expect("nothing is beyond a limit");
    let item = QueryItem::named([name.as_str()]);
    let item = tags.iter().fold(item, |item, tag| item.and_tag(tag.clone()));
    let items = EventQuery::category(category.as_str()).or(item);
    let items = (1..limits::QUERY_ITEMS_MAX)
        .fold(items, |query, n| query.or(QueryItem::tagged([tag(&n.to_string())])));
    let page = store.read(&items, &Position::START, usize::MAX).await.expect("a query is read");
    assert_eq!(page.events.iter().map(|read| &read.event).collect::<Vec<_>>(), [&large]);
    assert_eq!(page.events[0].stream, longest);
    assert_eq!(page.events[0].recorded_at, DECIDED);
    let last = Version(limits::APPEND_EVENTS_MAX as u64 - 1);
    let many = stream("many");
    let read = store.read_stream(&many, last, 10);
    assert_eq!(read.await.expect("a stream is read").len(), 1);
    let before = head(&store).await;
    let check =
        Append::new(Timestamp::default()).to(longest, Expected::Version(Version(1)), vec![]);
    store.append(check).await.expect("the stream is as expected");
    assert_eq!(head(&store).await, before, "an append without events moved the head");
}

/// Each limit of an append, crossed by one.
pub async fn what_is_beyond_a_limit_is_refused(store: Store) {
    let data = vec![b' '; limits::ENCODED_MESSAGE_MAX];
    let whole = limits::APPEND_BYTES_MAX / limits::ENCODED_MESSAGE_MAX;
    let snapshot = Snapshot {
        stream: stream("a"),
        fingerprint: 1,
        version: Version(1),
        data: vec![0; limits::APPEND_BYTES_MAX + 1],
    };
    let items = (0..=limits::QUERY_ITEMS_MAX)
        .fold(EventQuery::all(), |query, n| query.or(QueryItem::tagged([tag(&n.to_string())])));
    let name = "n".repeat(limits::MESSAGE_NAME_MAX + 1);
    let to = |events| Append::new(Timestamp::default()).to(stream("a"), Expected::Any, events);
    let appends = [
        to(vec![NewEvent { name: name.into(), ..event(1) }]),
        to(vec![NewEvent { tags: vec![tag("x"); limits::TAGS_PER_EVENT_MAX + 1], ..event(1) }]),
        to((0..=limits::APPEND_EVENTS_MAX as u128).map(event).collect()),
        to((0..=whole as u128).map(|id| NewEvent { data: data.clone(), ..event(id) }).collect()),
        one("a", Expected::Any, 1).if_nothing_new(items, None),
        one("a", Expected::Any, 1).with_snapshot(snapshot.clone()),
    ];
    for append in appends {
        let refused = store.append(append).await.expect_err("it is beyond a limit");
        assert!(matches!(refused, AppendError::TooLarge { .. }), "{refused}");
        assert!(!refused.is_transient() && !refused.is_conflict(), "{refused}");
    }
    let refused = store.save_snapshot(snapshot).await.expect_err("it is beyond a limit");
    assert!(matches!(refused, AppendError::TooLarge { .. }), "{refused}");
    let twice = one("a", Expected::Any, 1).to(stream("a"), Expected::Any, vec![event(2)]);
    let refused = store.append(twice).await.expect_err("a stream is listed twice");
    assert!(matches!(refused, AppendError::StreamTwice { .. }), "{refused}");
    assert_eq!(head(&store).await, Position::START, "what was refused left a trace");
}
