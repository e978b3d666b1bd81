//! Reading hosted aggregates, and deciding beside them.

use rdddy::host::{Boundary, DecideError, Facts, Fold, NoStore};
use rdddy::prelude::*;
use rdddy::store::{MemoryStore, StreamName, Version};

use super::account::{Account, Deposited, deposit, withdraw};

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
#[error("rich enough")]
struct Enough;

async fn bank(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).aggregate::<Account>().start().await.unwrap()
}

#[tokio::test]
async fn what_a_command_led_to_can_be_read_at_once_and_as_it_was() {
    let system = bank(&MemoryStore::new()).await;
    let accounts = system.repository::<Account>().unwrap();
    assert!(!accounts.exists(&"a".to_owned()).await.unwrap());
    for nth in 1..=20 {
        let committed = system.execute(deposit("a", 1)).await.unwrap();
        let loaded = accounts.load(&"a".to_owned()).await.unwrap();
        assert_eq!((loaded.version, loaded.state.balance), (committed.version, nth));
    }
    let then = accounts.as_of(&"a".to_owned(), Version(7)).await.unwrap();
    assert_eq!(then.state, Account { balance: 7 });
    let mut history = accounts.history(&"a".to_owned()).unwrap();
    let mut told = 0;
    while history.next().await.unwrap().is_some() {
        told += 1;
    }
    assert_eq!(told, 20);
}

#[tokio::test]
async fn a_system_without_a_store_says_so() {
    let system = ActorSystem::builder().start().await.unwrap();
    assert_eq!(system.repository::<Account>().unwrap_err(), NoStore);
    let decided = system.decide(&(), |(), _| Err::<(), _>(Enough)).await;
    assert!(matches!(decided, Err(DecideError::NoStore(NoStore))));
}

async fn give(boundary: &Boundary, account: &str) -> Result<(), DecideError<Enough>> {
    let given = Fold::new(0).on(|given, event: &Deposited| *given += event.amount);
    let stream = StreamName::new("bank.Account", account).unwrap();
    let decided = boundary.decide(&given, |given, _| match *given {
        100.. => Err(Enough),
        _ => Ok(Facts::event(Deposited { amount: 50 }).to(stream.clone())),
    });
    decided.await.map(drop)
}

#[tokio::test]
async fn a_decision_beside_a_loaded_aggregate_is_seen_by_its_next_command() {
    let system = bank(&MemoryStore::new()).await;
    let mut heard = system.subscribe::<Deposited>();
    system.execute(deposit("a", 50)).await.unwrap();
    let boundary = system.boundary().unwrap();
    give(&boundary, "a").await.unwrap();
    assert_eq!(system.execute(withdraw("a", 70)).await.unwrap().reply, 30);
    assert_eq!(give(&boundary, "b").await.unwrap_err().refusal(), Some(Enough));
    for _ in 0..2 {
        assert_eq!(heard.next().await.unwrap().amount, 50);
    }
}
