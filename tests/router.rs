//! Routers and pools, seen from outside.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::{BadConfig, SpawnError};

bounded_context!("router");

/// Who handles this?
#[derive(Clone, Debug, Query)]
#[query(reply = ActorId)]
struct Who(u64);

/// Takes until it is cancelled.
#[derive(Clone, Command, Debug)]
struct Hang;

#[derive(Clone, Command, Debug)]
struct Note;

#[derive(Clone, Debug, Query)]
#[query(reply = u64)]
struct Notes;

#[derive(Clone, Command, Debug)]
struct Break;

#[derive(Default)]
struct Worker {
    notes: u64,
}

#[actor(mailbox = bounded(8), overflow = fail)]
impl Worker {
    #[handler]
    fn who(&self, _: Who, cx: &mut Context<Self>) -> ActorId {
        cx.id()
    }

    #[handler]
    async fn hang(&mut self, _: Hang, cx: &mut Context<Self>) {
        cx.sleep(Duration::from_secs(3600)).await;
    }

    #[handler]
    fn note(&mut self, _: Note) {
        self.notes += 1;
    }

    #[handler]
    fn notes(&self, _: Notes) -> u64 {
        self.notes
    }

    #[handler]
    fn give_up(&mut self, _: Break) {
        panic!("broken");
    }
}

async fn workers<M>(members: usize, routing: Routing<M>) -> (ActorSystem, Pool<Worker, M>)
where
    M: rdddy::message::Request,
    Worker: Handler<M>,
{
    let system = ActorSystem::builder().start().await.unwrap();
    let pool = system.spawn_pool(members, Worker::default, routing).await.unwrap();
    (system, pool)
}

fn ids(pool: &Pool<Worker, Who>) -> Vec<ActorId> {
    pool.members().iter().map(ActorRef::id).collect()
}

/// Has a worker hang, and waits until it does.
async fn hang(worker: &ActorRef<Worker>) {
    worker.tell(Hang).await.unwrap();
    while worker.waiting() > 0 {
        tokio::task::yield_now().await;
    }
}

/// Fills the mailbox of a worker that hangs.
async fn fill(worker: &ActorRef<Worker>) {
    hang(worker).await;
    while worker.try_tell(Note).is_ok() {}
}

#[tokio::test]
async fn members_take_turns() {
    let (_system, pool) = workers(3, Routing::round_robin()).await;
    let mut answers = Vec::new();
    for n in 0..6 {
        answers.push(pool.ask(Who(n)).await.unwrap());
    }
    assert_eq!(answers, [ids(&pool), ids(&pool)].concat());
}

#[tokio::test]
async fn clones_take_turns_together() {
    let (_system, pool) = workers(2, Routing::round_robin()).await;
    let first = pool.router().clone().ask(Who(0)).await.unwrap();
    let second = pool.clone().ask(Who(0)).await.unwrap();
    assert_eq!([first, second], ids(&pool)[..]);
}

#[tokio::test]
async fn any_member_may_be_drawn() {
    let (_system, pool) = workers(3, Routing::random()).await;
    let mut seen = std::collections::BTreeSet::new();
    // Each is missed 200 times with a chance of one in 10^35.
    for n in 0..200 {
        seen.insert(pool.ask(Who(n)).await.unwrap());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ids(&pool));
}

#[tokio::test]
async fn the_member_with_least_to_do_is_chosen() {
    let (_system, pool) = workers(3, Routing::least_loaded()).await;
    let [a, b, c] = pool.members() else { panic!("three members") };
    hang(a).await;
    hang(c).await;
    for n in 0..4 {
        assert_eq!(pool.ask(Who(n)).await.unwrap(), b.id());
    }
}

#[tokio::test]
async fn a_key_has_its_member() {
    let (_system, pool) = workers(4, Routing::consistent_hash(|who: &Who| who.0)).await;
    let mut before = Vec::new();
    for key in 0..64 {
        before.push(pool.ask(Who(key)).await.unwrap());
    }
    let leaver = pool.members()[1].clone();
    leaver.stop();
    leaver.stopped().await;
    for (key, before) in (0..64).zip(before) {
        let after = pool.ask(Who(key)).await.unwrap();
        assert!(after != leaver.id());
        assert!(after == before || before == leaver.id(), "key {key} moved without need");
    }
}

#[tokio::test]
async fn a_key_keeps_its_member_across_a_restart() {
    let (_system, pool) = workers(4, Routing::consistent_hash(|who: &Who| who.0)).await;
    let before = pool.ask(Who(7)).await.unwrap();
    let member = pool.members().iter().find(|member| member.id() == before).unwrap();
    member.ask(Break).await.unwrap_err();
    assert_eq!(pool.ask(Who(7)).await.unwrap(), before);
    assert_eq!(member.incarnation(), 2);
}

#[tokio::test]
async fn a_broadcast_reaches_every_live_member() {
    let (system, pool) = workers(3, Routing::broadcast()).await;
    pool.members()[0].stop();
    pool.members()[0].stopped().await;
    pool.tell(Note).await.unwrap();
    pool.try_tell(Note).unwrap();
    let notes = pool.route::<Notes>(Routing::round_robin()).ask_all(Notes).await;
    let notes: Vec<u64> = notes.into_iter().map(Result::unwrap).collect();
    assert_eq!(notes, [2, 2]);
    assert_eq!(system.counters().dead_letters, 0);
}

#[tokio::test]
async fn a_broadcast_that_one_member_cannot_take_is_a_dead_letter_there() {
    let (system, pool) = workers(2, Routing::broadcast()).await;
    fill(&pool.members()[0]).await;
    let mut said = system.subscribe::<SystemEvent>();
    pool.try_tell(Note).unwrap();
    let heard = said.next().await.unwrap();
    // The overflow itself is said first.
    assert!(matches!(*heard, SystemEvent::Overflowed { .. }), "{heard:?}");
    let heard = said.next().await.unwrap();
    let SystemEvent::DeadLetter { to, reason, .. } = &*heard else { panic!("{heard:?}") };
    assert_eq!((*to, *reason), (pool.members()[0].id(), DeadReason::Overflow));
    assert_eq!(pool.members()[1].ask(Notes).await.unwrap(), 1);
}

#[tokio::test]
async fn a_broadcast_that_nobody_can_take_comes_back() {
    let (system, pool) = workers(2, Routing::broadcast()).await;
    fill(&pool.members()[0]).await;
    fill(&pool.members()[1]).await;
    assert!(matches!(pool.try_tell(Note), Err(SendError::Full(Note))));
    assert!(matches!(pool.tell(Note).await, Err(SendError::Full(Note))));
    assert_eq!(system.counters().dead_letters, 0);
}

#[tokio::test]
async fn a_broadcast_ask_returns_the_first_reply_and_reaches_all() {
    let (system, pool) = workers(3, Routing::<Who>::broadcast()).await;
    hang(&pool.members()[0]).await;
    let answer = pool.ask(Who(0)).await.unwrap();
    assert!(ids(&pool)[1..].contains(&answer));
    assert_eq!(pool.members()[0].waiting(), 1, "it waits for its turn");
    assert_eq!(system.counters().dead_letters, 0);
}

#[tokio::test]
async fn a_member_that_has_ended_is_passed_over() {
    let (_system, pool) = workers(2, Routing::round_robin()).await;
    pool.members()[0].stop();
    pool.members()[0].stopped().await;
    for n in 0..4 {
        assert_eq!(pool.ask(Who(n)).await.unwrap(), ids(&pool)[1]);
    }
}

#[tokio::test]
async fn a_member_that_fails_comes_back_under_the_same_reference() {
    let (_system, pool) = workers(1, Routing::round_robin()).await;
    assert!(matches!(pool.ask(Break).await, Err(AskError::Failed(_))));
    pool.route(Routing::round_robin()).tell(Note).await.unwrap();
    assert_eq!(pool.members()[0].ask(Notes).await.unwrap(), 1);
    assert_eq!(pool.members()[0].incarnation(), 2);
}

#[tokio::test]
async fn without_a_live_member_the_message_comes_back() {
    for routing in [
        Routing::round_robin(),
        Routing::random(),
        Routing::least_loaded(),
        Routing::consistent_hash(|who: &Who| who.0),
        Routing::broadcast(),
    ] {
        let said = format!("{routing:?}");
        let (_system, pool) = workers(2, routing).await;
        pool.stop();
        for member in pool.members() {
            member.stopped().await;
        }
        assert!(!pool.router().is_alive());
        assert!(matches!(pool.tell(Who(1)).await, Err(SendError::Stopped(Who(1)))), "{said}");
        assert!(matches!(pool.try_tell(Who(2)), Err(SendError::Stopped(Who(2)))), "{said}");
        assert!(matches!(pool.ask(Who(3)).await, Err(AskError::Stopped(Who(3)))), "{said}");
        assert_eq!(pool.router().ask_all(Who(4)).await.len(), 0, "{said}");
    }
}

#[tokio::test]
async fn a_router_without_members_gives_every_message_back() {
    let nobody = Router::new([], Routing::random());
    assert!(matches!(nobody.tell(Who(1)).await, Err(SendError::Stopped(Who(1)))));
    assert!(matches!(nobody.try_tell(Who(2)), Err(SendError::Stopped(Who(2)))));
}

#[tokio::test]
async fn a_message_that_is_not_bound_to_a_member_goes_where_there_is_room() {
    let (_system, pool) = workers(2, Routing::round_robin()).await;
    fill(&pool.members()[0]).await;
    pool.try_tell(Note).unwrap();
    pool.try_tell(Note).unwrap();
    assert_eq!(pool.members()[1].ask(Notes).await.unwrap(), 2);
}

#[tokio::test]
async fn a_message_that_is_bound_to_a_full_member_comes_back() {
    let (_system, pool) = workers(2, Routing::consistent_hash(|_: &Note| 0_u8)).await;
    fill(&pool.members()[0]).await;
    fill(&pool.members()[1]).await;
    assert!(matches!(pool.try_tell(Note), Err(SendError::Full(Note))));
}

#[tokio::test]
async fn a_pool_has_at_least_one_member_and_not_too_many() {
    let system = ActorSystem::builder().start().await.unwrap();
    let none = system.spawn_pool(0, Worker::default, Routing::<Who>::random()).await;
    assert_eq!(none.unwrap_err(), SpawnError::Config(BadConfig::EmptyPool));
    let many = rdddy::limits::POOL_MEMBERS_MAX + 1;
    let too_many = system.spawn_pool(many, Worker::default, Routing::<Who>::random()).await;
    let error = SpawnError::Config(BadConfig::PoolTooLarge { members: many });
    assert_eq!(too_many.unwrap_err(), error);
    assert_eq!(system.counters().spawned, 0);
}
