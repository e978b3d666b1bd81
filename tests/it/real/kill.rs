//! Ending an actor in the middle of something.

use std::sync::Arc;

use rdddy::prelude::*;

bounded_context!("real_kill");

#[derive(Command, Debug)]
struct Wait;

#[derive(Event, Debug)]
struct Waiting;

/// Holds something while it waits for ever.
struct Waiter {
    held: Arc<()>,
}

#[actor]
impl Waiter {
    #[handler]
    async fn wait(&mut self, _: Wait, cx: &mut Context<Self>) {
        let _held = Arc::clone(&self.held);
        cx.publish(Waiting).await.unwrap();
        std::future::pending::<()>().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_handler_that_waits_is_dropped_with_all_it_holds() {
    let system = ActorSystem::builder().start().await.unwrap();
    let held = Arc::new(());
    for _ in 0..100 {
        let mut waiting = system.subscribe::<Waiting>();
        let waiter = system.spawn(Waiter { held: Arc::clone(&held) }).await.unwrap();
        waiter.tell(Wait).await.unwrap();
        waiter.tell(Wait).await.unwrap();
        waiting.next().await.unwrap();
        waiter.kill();
        assert_eq!(waiter.stopped().await, StopReason::Killed);
        assert_eq!(Arc::strong_count(&held), 1);
    }
    let counters = system.shutdown().await.counters;
    assert_eq!((counters.dead_letters, counters.in_flight()), (200, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_asker_of_a_killed_actor_is_answered() {
    let system = ActorSystem::builder().start().await.unwrap();
    let waiter = system.spawn(Waiter { held: Arc::new(()) }).await.unwrap();
    let mut waiting = system.subscribe::<Waiting>();
    let (first, second) = (waiter.clone(), waiter.clone());
    let first = tokio::task::spawn(async move { first.ask(Wait).await });
    waiting.next().await.unwrap();
    let second = tokio::task::spawn(async move { second.ask(Wait).await });
    while waiter.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    waiter.kill();
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert!(matches!(first, Err(AskError::DeadLetter(DeadReason::Killed))), "{first:?}");
    assert!(matches!(second, Err(AskError::DeadLetter(DeadReason::Stopped))), "{second:?}");
}
