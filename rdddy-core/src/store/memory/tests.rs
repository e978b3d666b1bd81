use std::sync::Arc;

use super::*;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::seam::{Schedule, Seam, Simulation, SimulationOptions};
use crate::store::{Expected, NewEvent, QueryItem, Subscribe, Tag};

fn simulated<T>(seed: u64, body: impl Future<Output = T>) -> T {
    let options =
        SimulationOptions { schedule: Schedule::Seeded(seed), ..SimulationOptions::default() };
    Simulation::new(options).run(body).unwrap()
}

fn event(id: u128) -> NewEvent {
    let id = MessageId(id);
    NewEvent {
        id,
        name: "sales.OrderPlaced".into(),
        schema: 1,
        data: b"{}".to_vec(),
        tags: vec![Tag::new("order", &id.to_string()).unwrap()],
        metadata: Metadata::first(id, Timestamp::default()),
    }
}

fn stream(key: &str) -> StreamName {
    StreamName::new("sales.Order", key).unwrap()
}

fn append(key: &str, expected: Expected, id: u128) -> Append {
    Append::new(Timestamp::default()).to(stream(key), expected, vec![event(id)])
}

#[test]
fn a_conflict_says_what_was_expected_and_found_and_leaves_no_trace() {
    simulated(1, async {
        let store = MemoryStore::new();
        store.append(append("a", Expected::NoStream, 1)).await.unwrap();
        let both =
            append("b", Expected::Any, 2).to(stream("a"), Expected::NoStream, vec![event(3)]);
        let refused = store.append(both).await.unwrap_err();
        assert!(matches!(
            refused,
            AppendError::Conflict { expected: Expected::NoStream, found: Version(1), .. }
        ));
        assert_eq!(store.head().await.unwrap(), Position::from_sequence(1));
        assert!(store.read_stream(&stream("b"), Version(1), 10).await.unwrap().is_empty());
    });
}

#[test]
fn a_decision_fails_on_an_event_that_it_did_not_see() {
    simulated(1, async {
        let store = MemoryStore::new();
        store.append(append("a", Expected::Any, 1)).await.unwrap();
        let seen = EventQuery::all().or(QueryItem::tagged(event(1).tags));
        let unseen = append("b", Expected::Any, 2).if_nothing_new(seen.clone(), None);
        let refused = store.append(unseen).await.unwrap_err();
        assert!(
            matches!(refused, AppendError::SomethingNew { found, .. } if found.sequence() == 1)
        );
        let after = Some(Position::from_sequence(1));
        store.append(append("b", Expected::Any, 2).if_nothing_new(seen, after)).await.unwrap();
    });
}

#[test]
fn a_lost_acknowledgement_is_found_again_by_the_command() {
    for fault in [StoreFault::FailAfter, StoreFault::CrashAfter] {
        simulated(1, async {
            let store = MemoryStore::new();
            store.inject(1, fault);
            let placed = append("a", Expected::NoStream, 1).answering(MessageId(7), b"ok".to_vec());
            let lost = store.append(placed.clone()).await.unwrap_err();
            assert!(matches!(lost, AppendError::Unacknowledged { .. }) && lost.is_transient());
            let again = store.reopen().append(placed).await.unwrap();
            let Appended::Repeated(first) = again else { panic!("stored twice: {again:?}") };
            assert_eq!((first.command.reply, first.position.sequence()), (b"ok".to_vec(), 1));
        });
    }
}

#[test]
fn a_crash_cuts_the_handle_off_and_keeps_the_content() {
    simulated(1, async {
        let store = MemoryStore::new();
        store.append(append("a", Expected::Any, 1)).await.unwrap();
        store.inject(2, StoreFault::CrashBefore);
        assert!(store.append(append("a", Expected::Any, 2)).await.is_err());
        assert!(store.head().await.is_err());
        assert!(store.watch(&Position::from_sequence(9)).await.is_err());
        assert_eq!(store.reopen().head().await.unwrap(), Position::from_sequence(1));
    });
}

#[test]
fn a_subscription_hears_every_event_once_while_writers_race() {
    for seed in 0..200 {
        let simulation = Simulation::new(SimulationOptions {
            schedule: Schedule::Seeded(seed),
            ..SimulationOptions::default()
        });
        let seam = Seam::simulated(Arc::clone(&simulation));
        let heard = simulation.run(async {
            let store = Arc::new(MemoryStore::new());
            store.append(append("before", Expected::Any, 100)).await.unwrap();
            for writer in 0..4 {
                let store = Arc::clone(&store);
                seam.spawn(async move {
                    for n in 0..5 {
                        let append = append(&writer.to_string(), Expected::Any, writer * 5 + n);
                        store.append(append).await.unwrap();
                    }
                });
            }
            let mut events = store.subscribe(EventQuery::all(), Position::START);
            let mut heard = Vec::new();
            while heard.len() < 21 {
                heard.push(events.next().await.unwrap().position.sequence());
            }
            assert_eq!(events.position(), &Position::from_sequence(21));
            heard
        });
        assert_eq!(heard.unwrap(), (1..=21).collect::<Vec<_>>(), "seed {seed}");
    }
}
