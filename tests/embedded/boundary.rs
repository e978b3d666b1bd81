//! Decisions across streams in a file, raced by real threads, with names that real keys encrypt.

use std::path::Path;
#[cfg(feature = "keys")]
use std::sync::Arc;

use rdddy::EmbeddedStore;
use rdddy::host::{Agreed, DecideError, Facts, Fold};
use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::store::Tag;
use serde::{Deserialize, Serialize};

use super::Folder;

const SEATS: usize = 10;

#[derive(Deserialize, Event, Serialize)]
struct Booked {
    #[tag]
    flight: u32,
    #[tag]
    passenger: u32,
    #[cfg(feature = "keys")]
    name: Personal<String>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum NoSeat {
    #[error("the flight is full")]
    Full,
    #[error("the passenger has a seat")]
    BookedAlready,
}

fn tag(name: &str, value: u32) -> Tag {
    Tag::new(name, &value.to_string()).unwrap()
}

async fn airline(file: &Path) -> ActorSystem {
    let builder = ActorSystem::builder().store(EmbeddedStore::open(file).unwrap());
    #[cfg(feature = "keys")]
    let builder = {
        let keys = rdddy::EmbeddedKeys::open(file.with_extension("keys")).unwrap();
        builder.keys(Arc::new(keys))
    };
    builder.start().await.unwrap()
}

/// How many passengers the flight had before this one.
async fn book(
    system: &ActorSystem,
    flight: u32,
    passenger: u32,
) -> Result<Agreed<usize>, DecideError<NoSeat>> {
    let taken = Fold::new(0).on(|taken, _: &Booked| *taken += 1).about(tag("flight", flight));
    let own = Fold::new(0)
        .on(|own, _: &Booked| *own += 1)
        .about(tag("flight", flight))
        .about(tag("passenger", passenger));
    let id = MessageId(u128::from(flight * 1_000_000 + passenger));
    let (boundary, model) = (system.boundary().unwrap(), (taken, own));
    let decided = boundary.decide_as(id, &model, |(taken, own), _| {
        if *own > 0 {
            return Err(NoSeat::BookedAlready);
        }
        if *taken >= SEATS {
            return Err(NoSeat::Full);
        }
        let booked = Booked {
            flight,
            passenger,
            #[cfg(feature = "keys")]
            name: Personal::new(passenger, format!("passenger number {passenger}")),
        };
        Ok(Facts::event(booked).reply(*taken))
    });
    decided.await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_seat_is_sold_twice_and_every_answer_is_kept() {
    let folder = Folder::new("boundary");
    let file = folder.file("airline.db");
    let system = airline(&file).await;
    let mut all = tokio::task::JoinSet::new();
    for nth in 0..60 {
        let system = system.clone();
        all.spawn(async move { (nth, book(&system, nth % 2, nth).await) });
    }
    let (mut seats, mut refused) = (Vec::new(), 0);
    for (passenger, outcome) in all.join_all().await {
        match outcome {
            Ok(agreed) => seats.push((passenger % 2, agreed.reply, passenger)),
            Err(error) => {
                assert_eq!(error.refusal(), Some(NoSeat::Full));
                refused += 1;
            }
        }
    }
    seats.sort();
    let taken: Vec<_> = seats.iter().map(|(flight, seat, _)| (*flight, *seat)).collect();
    let expected = (0..2).flat_map(|flight| (0..SEATS).map(move |seat| (flight, seat)));
    assert_eq!((taken, refused), (expected.collect(), 60 - 2 * SEATS));
    system.shutdown().await;
    drop(system);

    let system = airline(&file).await;
    for (flight, seat, passenger) in seats {
        let again = book(&system, flight, passenger).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.reply, seat, "the first answer");
    }
    assert_eq!(book(&system, 0, 1000).await.unwrap_err().refusal(), Some(NoSeat::Full));
    system.shutdown().await;
}

/// What is about a person is read by a decision until the person is forgotten, and decided about then.
#[cfg(feature = "keys")]
#[tokio::test]
async fn a_decision_reads_what_is_not_forgotten() {
    let folder = Folder::new("names");
    let keys = Arc::new(rdddy::EmbeddedKeys::open(folder.file("airline.keys")).unwrap());
    let store = EmbeddedStore::open(folder.file("airline.db")).unwrap();
    let builder = ActorSystem::builder().store(store).keys(keys.clone());
    let system = builder.start().await.unwrap();
    for passenger in 0..3 {
        book(&system, 1, passenger).await.unwrap();
    }
    let names = async || {
        let names = Fold::new(Vec::new()).on(|names: &mut Vec<_>, event: &Booked| {
            names.push(event.name.value().cloned());
        });
        let decided = system.decide(&names, |names, _| {
            Ok::<_, NoSeat>(Facts::none().reply(names.iter().flatten().count()))
        });
        decided.await.unwrap().reply
    };
    assert_eq!(names().await, 3);
    assert!(keys.forget("1").unwrap());
    assert_eq!(names().await, 2);
    let booked = book(&system, 1, 1).await.unwrap();
    assert!(booked.repeated, "that it happened is known");
}
