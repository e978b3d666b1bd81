//! Publishing while those who hear it come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rdddy::prelude::*;

bounded_context!("real_publish");

#[derive(Event, Debug)]
struct Tick(u64);

/// Expects ticks in their order.
struct Listener {
    last: u64,
    heard: Arc<AtomicU64>,
}

#[actor]
impl Listener {
    #[handler]
    async fn tick(&mut self, event: &Tick) {
        assert!(event.0 > self.last, "{} after {}", event.0, self.last);
        self.last = event.0;
        if event.0.is_multiple_of(7) {
            tokio::task::yield_now().await;
        }
        self.heard.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn actors_may_come_and_go_while_events_are_published() {
    let system = ActorSystem::builder().start().await.unwrap();
    let heard = Arc::new(AtomicU64::new(0));
    let lasting = system.spawn(Listener { last: 0, heard: Arc::clone(&heard) }).await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let mut comers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (system, over) = (system.clone(), Arc::clone(&over));
        comers.spawn(async move {
            let mut turn = 0_u32;
            while !over.load(Ordering::Relaxed) {
                let heard = Arc::new(AtomicU64::new(0));
                let listener = system.spawn(Listener { last: 0, heard }).await.unwrap();
                tokio::task::yield_now().await;
                turn += 1;
                if turn.is_multiple_of(2) {
                    listener.stop();
                } else {
                    listener.kill();
                }
                listener.stopped().await;
            }
        });
    }
    for n in 1..=5_000 {
        system.publish(Tick(n)).await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = comers.join_next().await {
        ended.unwrap();
    }
    lasting.stop();
    lasting.stopped().await;
    assert_eq!(heard.load(Ordering::Relaxed), 5_000, "the one that lasted heard everything");
    let report = system.shutdown().await;
    assert_eq!((report.counters.in_flight(), report.counters.failed), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn publishers_at_the_same_time_reach_everybody() {
    let system = ActorSystem::builder().start().await.unwrap();
    let heard = Arc::new(AtomicU64::new(0));
    for _ in 0..20 {
        system.spawn(Anyway { heard: Arc::clone(&heard) }).await.unwrap();
    }
    let mut publishers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let system = system.clone();
        publishers.spawn(async move {
            for n in 0..500 {
                system.publish(Tock(n)).await.unwrap();
            }
        });
    }
    while let Some(ended) = publishers.join_next().await {
        ended.unwrap();
    }
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(heard.load(Ordering::Relaxed), 20 * 4 * 500);
    assert_eq!(report.counters.in_flight(), 0);
}

#[derive(Event, Debug)]
struct Tock(u64);

struct Anyway {
    heard: Arc<AtomicU64>,
}

#[actor]
impl Anyway {
    #[handler]
    fn tock(&mut self, event: &Tock) {
        assert!(event.0 < 500);
        self.heard.fetch_add(1, Ordering::Relaxed);
    }
}
