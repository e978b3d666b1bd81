//! <https://dcb.events/examples/unique-username/>: a name that only one account has.

use rdddy::host::{DecideError, Fold};
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{all_at_once, over, stored, tag};

bounded_context!("accounts");

#[derive(Event, Serialize, Deserialize, Debug)]
struct AccountRegistered {
    #[tag]
    username: String,
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct AccountClosed {
    #[tag]
    username: String,
}

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
#[error("the name is taken")]
struct Taken;

fn is_taken(username: &str) -> Fold<bool> {
    Fold::new(false)
        .on(|taken, _: &AccountRegistered| *taken = true)
        .on(|taken, _: &AccountClosed| *taken = false)
        .about(tag("username", username))
}

fn register(
    username: &str,
) -> impl Fn(&bool, &rdddy::host::Consider) -> Result<AccountRegistered, Taken> {
    let username = username.to_owned();
    move |taken, _| match taken {
        true => Err(Taken),
        false => Ok(AccountRegistered { username: username.clone() }),
    }
}

#[rdddy_testkit::test]
async fn a_name_is_given_once_and_again_when_its_account_is_closed(world: &mut World) {
    let boundary = over(world, &MemoryStore::new());
    boundary.decide(&is_taken("ada"), register("ada")).await.unwrap();
    let refused = boundary.decide(&is_taken("ada"), register("ada")).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(Taken));
    boundary.decide(&is_taken("grace"), register("grace")).await.unwrap();

    let model = is_taken("ada");
    let close = boundary.decide::<_, _, Taken>(&model, |taken, _| {
        Ok(taken.then(|| AccountClosed { username: "ada".to_owned() }))
    });
    close.await.unwrap();
    boundary.decide(&is_taken("ada"), register("ada")).await.unwrap();
    world.events().expect::<AccountRegistered>().times(3);
}

#[rdddy_testkit::explore(seeds = 40)]
async fn of_64_at_once_one_gets_the_name(world: &mut World) {
    let store = MemoryStore::new();
    let outcomes = all_at_once(world, 64, |system, _| {
        let boundary = rdddy::host::Boundary::new(system, std::sync::Arc::new(store.clone()));
        async move { boundary.decide(&is_taken("ada"), register("ada")).await }
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let refused = |outcome: &&Result<_, _>| matches!(outcome, Err(DecideError::Refused(Taken)));
    assert_eq!(outcomes.iter().filter(refused).count(), 63);
    assert_eq!(stored(&store).await.len(), 1);
}

#[rdddy_testkit::test]
async fn hostile_names_are_stored_and_found_or_refused_with_the_reason(world: &mut World) {
    let store = MemoryStore::new();
    let boundary = over(world, &store);
    let hostile = ["'; DROP TABLE events; --", "a:b", "\u{0}\n\u{202e}", "%_*?", "../..", "🦀"];
    for name in hostile {
        boundary.decide(&is_taken(name), register(name)).await.unwrap();
        let refused = boundary.decide(&is_taken(name), register(name)).await.unwrap_err();
        assert_eq!(refused.refusal(), Some(Taken), "{name:?}");
    }
    let long = "x".repeat(10_000);
    let error = boundary.decide(&is_taken("x"), register(&long)).await.unwrap_err();
    assert!(matches!(error, DecideError::Tag { event: "accounts.AccountRegistered", .. }));
    assert_eq!(stored(&store).await.len(), hostile.len());
}
