//! Ending a system that is busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rdddy::prelude::*;

bounded_context!("real_shutdown");

#[derive(Command, Debug)]
struct Job;

struct Worker {
    done: Arc<AtomicU64>,
}

#[actor]
impl Worker {
    #[handler]
    async fn job(&mut self, _: Job) {
        tokio::task::yield_now().await;
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_accepted_before_the_end_is_done_or_accounted_for() {
    let system = ActorSystem::builder().start().await.unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = system.spawn(Worker { done: Arc::clone(&done) }).await.unwrap();
        senders.spawn(async move {
            let mut accepted = 0_u64;
            while worker.tell(Job).await.is_ok() {
                accepted += 1;
            }
            accepted
        });
    }
    while done.load(Ordering::Relaxed) < 1_000 {
        tokio::task::yield_now().await;
    }
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    let mut accepted = 0;
    while let Some(sent) = senders.join_next().await {
        accepted += sent.unwrap();
    }
    let counters = report.counters;
    assert_eq!(counters.in_flight(), 0);
    assert_eq!(counters.sent, accepted);
    assert_eq!(counters.handled, done.load(Ordering::Relaxed));
    assert_eq!(counters.handled + counters.dead_letters, accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_system_lets_go_of_everything() {
    let alive = Arc::new(());
    for _ in 0..50 {
        let system = ActorSystem::builder().start().await.unwrap();
        let holder = system.spawn(Holder { _held: Arc::clone(&alive) }).await.unwrap();
        holder.tell(Wait).await.unwrap();
        let idle = system.spawn(Holder { _held: Arc::clone(&alive) }).await.unwrap();
        drop((system, holder, idle));
    }
    while Arc::strong_count(&alive) > 1 {
        tokio::task::yield_now().await;
    }
}

#[derive(Command, Debug)]
struct Wait;

struct Holder {
    _held: Arc<()>,
}

#[actor]
impl Holder {
    #[handler]
    async fn wait(&mut self, _: Wait) {
        std::future::pending::<()>().await;
    }
}
