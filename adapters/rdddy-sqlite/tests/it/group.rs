//! Many appends at once: order, refusals inside a group, cancellation.

use std::sync::Arc;

use rdddy_core::message::{MessageId, Timestamp};
use rdddy_core::store::{
    Append, AppendError, EventQuery, EventStore, Expected, Position, QueryItem, Version,
};
use rdddy_sqlite::EmbeddedStore;

use crate::fixture::{Folder, append, event, everything, position, run, stream};

#[test]
fn appends_are_looked_at_in_the_order_of_their_calls() {
    let folder = Folder::new();
    let store = EmbeddedStore::open(folder.file("store.db")).unwrap();
    run(async {
        let in_line: Vec<_> = (0..200_u64)
            .map(|n| store.append(append("a", Expected::Version(Version(n)), n.into())))
            .collect();
        // Asked for in reverse, they are all as expected nevertheless.
        for (n, append) in in_line.into_iter().enumerate().rev() {
            assert_eq!(position(append.await.unwrap()).sequence(), n as u64 + 1);
        }
    });
}

#[test]
fn one_refused_append_does_not_harm_the_others_of_its_group() {
    let folder = Folder::new();
    let store = EmbeddedStore::open(folder.file("store.db")).unwrap();
    run(async {
        let unseen = EventQuery::all().or(QueryItem::tagged(event(3).tags));
        let appends = [
            append("a", Expected::NoStream, 1).answering(MessageId(1), b"one".to_vec()),
            append("a", Expected::NoStream, 2),
            append("b", Expected::NoStream, 3),
            append("c", Expected::Any, 4).if_nothing_new(unseen, None),
            append("a", Expected::NoStream, 5).answering(MessageId(1), b"two".to_vec()),
            append("a", Expected::Version(Version(1)), 6),
        ];
        let waiting: Vec<_> = appends.map(|append| store.append(append)).into_iter().collect();
        let mut outcomes = Vec::new();
        for outcome in waiting {
            outcomes.push(outcome.await);
        }
        assert!(matches!(&outcomes[1], Err(AppendError::Conflict { found: Version(1), .. })));
        assert!(matches!(
            &outcomes[3],
            Err(AppendError::SomethingNew { found, .. }) if found.sequence() == 2
        ));
        let stored = everything(&store).await.unwrap();
        let stored: Vec<_> = stored.iter().map(|stored| stored.event.id.0).collect();
        assert_eq!(stored, [1, 3, 6]);
        let first = store.find_command(MessageId(1)).await.unwrap().unwrap();
        assert_eq!((first.command.reply, first.position.sequence()), (b"one".to_vec(), 1));
    });
}

#[test]
fn an_append_whose_future_is_dropped_is_stored_whole() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    let store = EmbeddedStore::open(&path).unwrap();
    drop(store.append(append("a", Expected::Any, 1)));
    drop(store);
    let store = EmbeddedStore::open(&path).unwrap();
    assert_eq!(run(everything(&store)).unwrap().len(), 1);
}

/// Kinds, tags, streams and categories, against what the query itself says.
#[test]
fn searches_find_what_their_query_matches() {
    let folder = Folder::new();
    let store = EmbeddedStore::open(folder.file("store.db")).unwrap();
    run(async {
        for n in 0..300_u128 {
            let mut event = event(n % 7);
            event.name = format!("E{}", n % 3).into();
            event.tags.extend(super::group::event(100 + n % 11).tags);
            let category = format!("c{}", n % 2);
            let name = rdddy_core::store::StreamName::new(category, (n % 5).to_string()).unwrap();
            let append = Append::new(Timestamp::default()).to(name, Expected::Any, vec![event]);
            store.append(append).await.unwrap();
        }
        let all = everything(&store).await.unwrap();
        assert_eq!(all.len(), 300);
        let tag = |n| event(n).tags.remove(0);
        let item = QueryItem::named(["E1", "E2"]).and_tag(tag(3));
        let other = QueryItem::tagged([tag(4), tag(105)]);
        let name = all[17].stream.clone();
        let queries = [
            EventQuery::all().or(item.clone()),
            EventQuery::all().or(other.clone()),
            EventQuery::all().or(item.clone()).or(other.clone()),
            EventQuery::all().or(item.clone()).or(QueryItem::default()),
            EventQuery::all().or(QueryItem::named(["E0", "unknown"])),
            EventQuery::category("c1"),
            EventQuery::category("c1").or(item.clone()).or(QueryItem::named(["E0"])),
            EventQuery::category("c1").or(other.clone()),
            EventQuery::category("unknown").or(QueryItem::default()),
            EventQuery::stream(name.clone()),
            EventQuery::stream(name).or(item).or(other),
            EventQuery::stream(stream("unknown")),
        ];
        for query in &queries {
            for (after, limit) in [(0, 7), (113, 1), (250, 1000), (900, 3)] {
                let expected = all.iter().filter(|stored| stored.position.sequence() > after);
                let expected =
                    expected.filter(|stored| query.matches(&stored.stream, &stored.event));
                let expected: Vec<_> = expected.map(|stored| stored.position.sequence()).collect();
                let (mut found, mut at) = (Vec::new(), Position::from_sequence(after));
                loop {
                    let page = store.read(query, &at, limit).await.unwrap();
                    assert!(page.events.len() <= limit && page.reached.reached(&at), "{query:?}");
                    found.extend(page.events.iter().map(|stored| stored.position.sequence()));
                    at = page.reached;
                    if page.at_head {
                        break;
                    }
                }
                assert_eq!(found, expected, "{query:?} after {after}");
            }
        }
    });
}

#[test]
fn sixty_four_writers_are_acknowledged_only_when_their_events_can_be_read() {
    let folder = Folder::new();
    let store = Arc::new(EmbeddedStore::open(folder.file("store.db")).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        #[expect(clippy::disallowed_methods, reason = "these writers must really race")]
        let writers = (0..64_u128).map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in 0..20 {
                    let key = (writer % 16).to_string();
                    let done = store.append(append(&key, Expected::Any, writer * 20 + n)).await;
                    let at = position(done.unwrap());
                    let before = Position::from_sequence(at.sequence() - 1);
                    let page = store.read(&EventQuery::all(), &before, 1).await.unwrap();
                    assert_eq!(page.events[0].event.id, MessageId(writer * 20 + n));
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(everything(&store).await.unwrap().len(), 64 * 20);
        store.verify().await.unwrap();
    });
}
