//! What a command comes to.
#![expect(clippy::disallowed_methods, reason = "who asks is not part of the system")]

use rdddy::host::ExecuteError;
use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::store::{EventStore, MemoryStore, StoreFault, StreamName, Version};

use super::account::{Account, AccountError, Audit, Deposited, deposit, withdraw};

async fn bank(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).aggregate::<Account>().start().await.unwrap()
}

async fn events(store: &MemoryStore, account: &str) -> Vec<(Version, String)> {
    let stream = StreamName::new("bank.Account", account).unwrap();
    let events = store.read_stream(&stream, Version(1), 1000).await.unwrap();
    events.iter().map(|stored| (stored.version, stored.event.name.to_string())).collect()
}

#[tokio::test]
async fn a_success_is_durable_and_says_where() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    let first = system.execute(deposit("a", 5)).await.unwrap();
    assert_eq!((first.version, first.events.len()), (Version(1), 1));
    assert_eq!(first.event::<Deposited>(), Some(&Deposited { amount: 5 }));
    let second = system.execute(withdraw("a", 2)).await.unwrap();
    assert_eq!((second.reply, second.version), (3, Version(2)));
    assert!(first.position.reached(&first.position) && second.position.reached(&first.position));
    assert_eq!(events(&store, "a").await.len(), 2);

    let again = bank(&store).await;
    assert_eq!(
        again.execute(withdraw("a", 3)).await.unwrap().reply,
        0,
        "it goes on after a restart"
    );
}

#[tokio::test]
async fn a_refusal_stores_nothing() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    let refused = system.execute(withdraw("a", 1)).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&AccountError::Overdrawn { balance: 0 }));
    assert!(events(&store, "a").await.is_empty());
    let nothing = system.execute(Audit { account: "a".into() }).await.unwrap();
    assert_eq!((nothing.version, nothing.events.len()), (Version::NONE, 0));
}

#[tokio::test]
async fn a_defect_stores_nothing_and_leaves_the_state() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    system.execute(deposit("a", 5)).await.unwrap();
    let breach = system.execute(deposit("a", 2_000_000)).await.unwrap_err();
    assert!(matches!(breach, ExecuteError::Breach(_)), "{breach}");
    let panicked = system.execute(deposit("a", 13)).await.unwrap_err();
    assert!(panicked.to_string().contains("unlucky"), "{panicked}");
    assert_eq!(system.execute(withdraw("a", 5)).await.unwrap().reply, 0);
    assert_eq!(events(&store, "a").await.len(), 2);
}

#[tokio::test]
async fn what_a_command_leads_to_is_caused_by_its_id() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    system.execute_as(MessageId(7), deposit("a", 5)).await.unwrap();
    system.execute(deposit("a", 5)).await.unwrap();
    let stream = StreamName::new("bank.Account", "a").unwrap();
    let stored = store.read_stream(&stream, Version(1), 10).await.unwrap();
    let metadata = stored.iter().map(|stored| &stored.event.metadata).collect::<Vec<_>>();
    assert_eq!(metadata[0].causation, Some(MessageId(7)));
    assert_eq!(metadata[0].correlation, MessageId(7));
    assert_ne!(metadata[1].causation, metadata[0].causation);
}

#[tokio::test]
async fn a_repeated_command_gets_the_first_answer() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    system.execute(deposit("a", 10)).await.unwrap();
    let id = MessageId(7);
    let first = system.execute_as(id, withdraw("a", 4)).await.unwrap();
    let again = system.execute_as(id, withdraw("a", 4)).await.unwrap();
    assert_eq!((first.reply, again.reply), (6, 6));
    assert!(again.repeated && again.position == first.position);
    // Nothing is left for it, and it is answered all the same.
    system.execute(withdraw("a", 6)).await.unwrap();
    assert_eq!(system.execute_as(id, withdraw("a", 4)).await.unwrap().reply, 6);
    let restarted = bank(&store).await;
    assert!(restarted.execute_as(id, withdraw("a", 4)).await.unwrap().repeated);
    let unstorable = system.execute_as(MessageId(8), Audit { account: "a".into() }).await;
    assert!(matches!(unstorable, Err(ExecuteError::ReplyNotStorable)));
}

#[tokio::test]
async fn without_a_store_or_an_owner_a_command_says_so() {
    let system = ActorSystem::builder().start().await.unwrap();
    assert!(matches!(system.execute(deposit("a", 1)).await, Err(ExecuteError::NoStore)));
    let system = ActorSystem::builder().store(MemoryStore::new()).start().await.unwrap();
    assert!(matches!(system.execute(deposit("a", 1)).await, Err(ExecuteError::NoOwner)));
    let system = bank(&MemoryStore::new()).await;
    let long = system.execute(deposit(&"x".repeat(10_000), 1)).await;
    assert!(matches!(long, Err(ExecuteError::Key(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_of_one_aggregate_are_decided_one_after_the_other() {
    let store = MemoryStore::new();
    let system = bank(&store).await;
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let system = system.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    system.execute(deposit("hot", 1)).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(system.execute(withdraw("hot", 1280)).await.unwrap().reply, 0);
    let versions: Vec<_> = events(&store, "hot").await.into_iter().map(|(v, _)| v.0).collect();
    let all: Vec<_> = (1..=1000).collect();
    assert_eq!(versions, all, "the first page, without gap or repeat");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_systems_on_one_store_decide_anew_when_they_meet() {
    let store = MemoryStore::new();
    let systems = [bank(&store).await, bank(&store).await];
    let callers: Vec<_> = systems
        .iter()
        .map(|system| {
            let system = system.clone();
            tokio::spawn(async move {
                let mut taken = 0;
                for _ in 0..100 {
                    match system.execute(deposit("shared", 1)).await {
                        Ok(_) => taken += 1,
                        Err(ExecuteError::Conflict(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                taken
            })
        })
        .collect();
    let mut taken = 0;
    for caller in callers {
        taken += caller.await.unwrap();
    }
    assert_eq!(systems[0].execute(withdraw("shared", taken)).await.unwrap().reply, 0);
    assert_eq!(events(&store, "shared").await.len() as u64, taken + 1);
}

#[tokio::test]
async fn whatever_the_store_does_nothing_acknowledged_is_lost() {
    use StoreFault::{CrashAfter, CrashBefore, FailAfter, FailBefore};
    for fault in [FailBefore, FailAfter, CrashBefore, CrashAfter] {
        for call in 1..=8 {
            let store = MemoryStore::new();
            let handle = store.reopen();
            handle.inject(call, fault);
            let system =
                ActorSystem::builder().store(handle).aggregate::<Account>().start().await.unwrap();
            let mut acknowledged = 0;
            for _ in 0..5 {
                if system.execute(deposit("a", 1)).await.is_ok() {
                    acknowledged += 1;
                }
            }
            drop(system);
            let stored = events(&store, "a").await.len();
            assert!(stored >= acknowledged, "{fault:?} at {call}: {stored} of {acknowledged}");
            assert!(stored <= acknowledged + 1, "{fault:?} at {call}: {stored} of {acknowledged}");
            let restarted = bank(&store).await;
            let balance = u64::try_from(stored).unwrap();
            assert_eq!(restarted.execute(withdraw("a", balance)).await.unwrap().reply, 0);
        }
    }
}
