//! One message travels round a ring of actors.

use std::sync::Arc;
use std::time::Duration;

use crate::latch::Latch;
use crate::stopwatch::Stopwatch;
use crate::subject::Subject;

/// Hops of one round.
const ROUND: u64 = 1_000_000;

/// Hops per second in a ring of `size` actors.
pub(super) async fn run<S: Subject>(system: &S, size: usize, budget: Duration) -> f64 {
    let done = Arc::new(Latch::new(1));
    let mut relays = Vec::with_capacity(size);
    for _ in 0..size {
        relays.push(system.relay(Arc::clone(&done)).await);
    }
    for (index, relay) in relays.iter().enumerate() {
        S::connect(relay, relays[(index + 1) % size].clone()).await;
    }
    lap::<S>(&relays, size as u64, &done).await;
    let mut stopwatch = Stopwatch::new(budget);
    while stopwatch.has_time() {
        stopwatch.start();
        lap::<S>(&relays, ROUND, &done).await;
        stopwatch.stop(ROUND);
    }
    stopwatch.per_second()
}

async fn lap<S: Subject>(relays: &[S::Relay], hops: u64, done: &Latch) {
    S::hop(&relays[0], hops).await;
    done.wait_and_reset(1).await;
}
