//! Events reach some of many actors.

use std::sync::Arc;
use std::time::Duration;

use crate::latch::Latch;
use crate::stopwatch::Stopwatch;
use crate::subject::Subject;

/// Events of one round.
const ROUND: u64 = 1_000;

/// Deliveries per second, when `listeners` of `actors` actors hear each event.
pub(super) async fn run<S: Subject>(
    system: &S,
    actors: usize,
    listeners: usize,
    budget: Duration,
) -> f64 {
    let done = Arc::new(Latch::new(listeners));
    let mut audience = Vec::with_capacity(listeners);
    let mut bystanders = Vec::with_capacity(actors - listeners);
    for index in 0..actors {
        if index % (actors / listeners) == 0 {
            audience.push(system.listener(ROUND, Arc::clone(&done)).await);
        } else {
            bystanders.push(system.counter().await);
        }
    }
    let topic = system.topic(audience).await;
    round::<S>(&topic, listeners, &done).await;
    let mut stopwatch = Stopwatch::new(budget);
    while stopwatch.has_time() {
        stopwatch.start();
        round::<S>(&topic, listeners, &done).await;
        stopwatch.stop(ROUND * listeners as u64);
    }
    let deliveries = stopwatch.per_second();
    std::mem::forget((topic, bystanders));
    deliveries
}

async fn round<S: Subject>(topic: &S::Topic, listeners: usize, done: &Latch) {
    for _ in 0..ROUND {
        S::publish(topic, 1).await;
    }
    done.wait_and_reset(listeners).await;
}
