//! <https://dcb.events/examples/prevent-record-duplication/> and
//! <https://dcb.events/examples/opt-in-token/>: a request that is sent twice, and a token that is used
//! once and in time.

use std::time::Duration;

use rdddy::host::{Boundary, DecideError, Facts, Fold};
use rdddy::message::{MessageId, Timestamp};
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{over, stored, tag};

bounded_context!("sign_up");

#[derive(Event, Serialize, Deserialize, Debug)]
struct OrderPlaced {
    #[tag]
    order: u128,
    #[tag]
    token: String,
}

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
enum Refusal {
    #[error("the request was sent before")]
    SentBefore,
    #[error("there is no such token")]
    NoSuchToken,
    #[error("the token was used")]
    Used,
    #[error("the token has expired")]
    Expired,
}

#[rdddy_testkit::test]
async fn a_token_of_the_client_is_used_once(world: &mut World) {
    let store = MemoryStore::new();
    let boundary = over(world, &store);
    let used = Fold::new(false).on(|used, _: &OrderPlaced| *used = true).about(tag("token", "t1"));
    let place = |used: &bool, cx: &rdddy::host::Consider| match used {
        true => Err(Refusal::SentBefore),
        false => Ok(OrderPlaced { order: cx.next_id(), token: "t1".to_owned() }),
    };
    boundary.decide(&used, place).await.unwrap();
    let again = boundary.decide(&used, place).await.unwrap_err();
    assert_eq!(again.refusal(), Some(Refusal::SentBefore));
}

#[rdddy_testkit::test]
async fn a_repeated_command_gets_its_first_answer_also_after_a_restart(world: &mut World) {
    let store = MemoryStore::new();
    let place = async |boundary: Boundary, id: u128| {
        let placed = Fold::new(0).on(|placed, _: &OrderPlaced| *placed += 1);
        let decided = boundary.decide_as(MessageId(id), &placed, |placed: &u32, cx| {
            let placed_before = *placed;
            let event = OrderPlaced { order: cx.next_id(), token: id.to_string() };
            Ok::<_, Refusal>(Facts::event(event).reply(placed_before))
        });
        decided.await.unwrap()
    };
    let first = place(over(world, &store), 1).await;
    assert_eq!((first.reply, first.repeated), (0, false));
    assert_eq!(place(over(world, &store), 2).await.reply, 1);
    let again = place(over(world, &store.reopen()), 1).await;
    assert_eq!((again.reply, again.repeated), (0, true));
    assert_eq!(again.position, first.position);
    assert_eq!(stored(&store).await.len(), 2);
    world.events().expect::<OrderPlaced>().times(2);

    // An id that was used for something else is noticed.
    let boundary = over(world, &store);
    let other = boundary.decide_as(MessageId(1), &(), |(), _| {
        Ok::<_, Refusal>(Facts::none().reply("text".to_owned()))
    });
    assert!(matches!(other.await, Err(DecideError::Reply { .. })));
}

#[rdddy_testkit::test]
async fn a_command_that_changes_nothing_keeps_its_answer_too(world: &mut World) {
    let store = MemoryStore::new();
    let boundary = over(world, &store);
    let count = async |boundary: &Boundary| {
        let placed = Fold::new(0).on(|placed, _: &OrderPlaced| *placed += 1);
        let decided = boundary.decide_as(MessageId(9), &placed, |placed: &u32, _| {
            Ok::<_, Refusal>(Facts::none().reply(*placed))
        });
        decided.await.unwrap().reply
    };
    assert_eq!(count(&boundary).await, 0);
    let order = OrderPlaced { order: 1, token: "t".to_owned() };
    let place = boundary.decide(&(), move |(), _| {
        let OrderPlaced { order, token } = &order;
        Ok::<_, Refusal>(OrderPlaced { order: *order, token: token.clone() })
    });
    place.await.unwrap();
    assert_eq!(count(&boundary).await, 0);
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct SignUpInitiated {
    #[tag]
    token: u128,
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct SignUpConfirmed {
    #[tag]
    token: u128,
}

async fn initiate(boundary: &Boundary) -> u128 {
    let initiated = boundary.decide::<_, _, Refusal>(&(), |(), cx| {
        let token = cx.next_id();
        Ok(Facts::event(SignUpInitiated { token }).reply(token))
    });
    initiated.await.unwrap().reply
}

async fn confirm(boundary: &Boundary, token: u128) -> Option<Refusal> {
    let about = tag("token", token);
    let begun: Fold<Option<Timestamp>> = Fold::new(None)
        .on_at(|begun, _: &SignUpInitiated, at| *begun = Some(at))
        .about(about.clone());
    let used = Fold::new(false).on(|used, _: &SignUpConfirmed| *used = true).about(about);
    let model = (begun, used);
    let decided = boundary.decide(&model, |(begun, used), cx| {
        let begun = begun.ok_or(Refusal::NoSuchToken)?;
        if *used {
            return Err(Refusal::Used);
        }
        if cx.now().0 - begun.0 > Duration::from_secs(3600) {
            return Err(Refusal::Expired);
        }
        Ok(SignUpConfirmed { token })
    });
    decided.await.err().map(|error| error.refusal().unwrap())
}

#[rdddy_testkit::test]
async fn a_sign_up_is_confirmed_once_and_within_the_hour(world: &mut World) {
    let boundary = over(world, &MemoryStore::new());
    assert_eq!(confirm(&boundary, 7).await, Some(Refusal::NoSuchToken));
    let token = initiate(&boundary).await;
    assert_eq!(confirm(&boundary, token).await, None);
    assert_eq!(confirm(&boundary, token).await, Some(Refusal::Used));
    let late = initiate(&boundary).await;
    assert_ne!(late, token);
    world.advance(Duration::from_secs(3601)).await;
    assert_eq!(confirm(&boundary, late).await, Some(Refusal::Expired));
}
