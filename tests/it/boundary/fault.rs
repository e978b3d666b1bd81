//! A store that fails or is cut off at any call: what was said to be decided is, and once.

use rdddy::host::{Agreed, Boundary, DecideError, Facts, Fold};
use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::store::{
    Append, AppendError, EventQuery, EventStore, Expected, MemoryStore, NewEvent, StoreFault,
    StreamName,
};
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{over, stored, tag};

bounded_context!("seats");

#[derive(Event, Serialize, Deserialize, Debug)]
struct SeatTaken {
    #[tag]
    seat: u32,
}

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
#[error("taken")]
struct Taken;

type Outcome = Result<Agreed<String>, DecideError<Taken>>;

async fn take(boundary: &Boundary, command: Option<u128>) -> Outcome {
    let taken = Fold::new(false).on(|taken, _: &SeatTaken| *taken = true).about(tag("seat", 1));
    let decide = |taken: &bool, _: &rdddy::host::Consider| match taken {
        true => Err(Taken),
        false => Ok(Facts::event(SeatTaken { seat: 1 }).reply("yours".to_owned())),
    };
    match command {
        Some(id) => boundary.decide_as(MessageId(id), &taken, decide).await,
        None => boundary.decide(&taken, decide).await,
    }
}

const FAULTS: [StoreFault; 4] = [
    StoreFault::FailBefore,
    StoreFault::FailAfter,
    StoreFault::CrashBefore,
    StoreFault::CrashAfter,
];

#[rdddy_testkit::test]
async fn a_command_that_is_sent_until_it_is_answered_is_carried_out_once(world: &mut World) {
    let mut asked_again = 0;
    for fault in FAULTS {
        for call in 1..=8 {
            let store = MemoryStore::new();
            store.inject(call, fault);
            let first = take(&over(world, &store), Some(1)).await;
            let agreed = match first {
                Ok(agreed) => agreed,
                Err(error) => {
                    assert!(error.is_transient(), "{fault:?} at {call}: {error}");
                    asked_again += 1;
                    take(&over(world, &store.reopen()), Some(1)).await.unwrap()
                }
            };
            assert_eq!(agreed.reply, "yours", "{fault:?} at {call}");
            let events = stored(&store).await;
            assert_eq!(events.len(), 1, "{fault:?} at {call}");
            assert_eq!(agreed.position, events[0].position, "{fault:?} at {call}");
        }
    }
    assert!(asked_again > 0, "no fault was noticed");
}

#[rdddy_testkit::test]
async fn without_a_command_id_an_error_stores_nothing_unless_it_says_that_it_may_have(
    world: &mut World,
) {
    for fault in FAULTS {
        for call in 1..=5 {
            let store = MemoryStore::new();
            store.inject(call, fault);
            let expected = match take(&over(world, &store), None).await {
                Ok(_) => 1..=1,
                Err(DecideError::Append(AppendError::Unacknowledged { .. })) => 0..=1,
                Err(error) => {
                    assert!(error.is_transient(), "{fault:?} at {call}: {error}");
                    0..=0
                }
            };
            let found = stored(&store).await.len();
            assert!(expected.contains(&found), "{fault:?} at {call}: {found} events");
        }
    }
}

#[rdddy_testkit::test]
async fn a_lost_acknowledgement_is_looked_for(world: &mut World) {
    // Without a command id: read, append.
    let store = MemoryStore::new();
    store.inject(2, StoreFault::FailAfter);
    let agreed = take(&over(world, &store), None).await.unwrap();
    assert!(!agreed.repeated);
    world.events().expect::<SeatTaken>().times(1);
}

#[rdddy_testkit::test]
async fn events_can_go_to_the_stream_of_an_aggregate(world: &mut World) {
    let store = MemoryStore::new();
    let row = StreamName::new("seats.Row", "1").unwrap();
    let boundary = over(world, &store);
    for seat in 1..=3 {
        let decided = boundary
            .decide(&(), |(), _| Ok::<_, Taken>(Facts::event(SeatTaken { seat }).to(row.clone())));
        decided.await.unwrap();
    }
    let page = store.read(&EventQuery::stream(row), &rdddy::store::Position::START, 10).await;
    assert_eq!(page.unwrap().events.len(), 3);
}

#[rdddy_testkit::test]
async fn what_is_decided_knows_what_it_is_caused_by(world: &mut World) {
    let store = MemoryStore::new();
    let cause = world.system().new_metadata().with_tenant("acme");
    let boundary = over(world, &store).caused_by(&cause);
    take(&boundary, Some(77)).await.unwrap();
    let events = stored(&store).await;
    let metadata = &events[0].event.metadata;
    assert_eq!(metadata.message, events[0].event.id);
    assert_eq!(metadata.causation, Some(MessageId(77)));
    assert_eq!(metadata.correlation, cause.correlation);
    assert_eq!(metadata.tenant.as_deref(), Some("acme"));
}

#[rdddy_testkit::test]
async fn an_event_that_cannot_be_decoded_is_named_and_stays(world: &mut World) {
    let store = MemoryStore::new();
    put(world, &store, ("seats.SeatTaken", 1), r#"{"seat": "window"}"#).await;
    let boundary = over(world, &store);
    let error = take(&boundary, None).await.unwrap_err();
    assert!(matches!(error, DecideError::Event { .. }), "{error}");
    assert_eq!(stored(&store).await.len(), 1);
}

#[rdddy_testkit::test]
async fn events_of_an_old_name_and_version_count(world: &mut World) {
    #[derive(Event, Serialize, Deserialize, Debug)]
    #[event(version = 2)]
    struct RowClosed {
        seats: u32,
    }
    let store = MemoryStore::new();
    put(world, &store, ("seats.RowShut", 1), r#"{"n": 4}"#).await;
    put(world, &store, ("seats.RowClosed", 2), r#"{"seats": 3}"#).await;
    put(world, &store, ("seats.Other", 1), "{}").await;
    let closed = Fold::new(0)
        .on(|closed, event: &RowClosed| *closed += event.seats)
        .upcast::<RowClosed>(1, |old| Ok(serde_json::json!({ "seats": old["n"] })))
        .formerly::<RowClosed>("seats.RowShut")
        .about(tag("seat", 1));
    let boundary = over(world, &store);
    let counted =
        boundary.decide(&closed, |closed, _| Ok::<_, Taken>(Facts::none().reply(*closed)));
    assert_eq!(counted.await.unwrap().reply, 7);
}

/// Stores an event about seat 1 as it is.
async fn put(world: &World, store: &MemoryStore, (name, schema): (&str, u32), json: &str) {
    let metadata = world.system().new_metadata();
    let (id, name, data) = (metadata.message, name.into(), json.as_bytes().to_vec());
    let event = NewEvent { id, name, schema, data, tags: vec![tag("seat", 1)], metadata };
    let row = StreamName::new("seats.Row", "1").unwrap();
    let append = Append::new(event.metadata.sent).to(row, Expected::Any, vec![event]);
    store.append(append).await.unwrap();
}
