//! Actors are spawned and kept.

use std::time::Duration;

use crate::stopwatch::Stopwatch;
use crate::subject::Subject;

/// Actors of one round.
const ROUND: usize = 200_000;
/// Actors kept at most: a fast subject must not fill the memory.
const KEPT_MAX: usize = 2_000_000;

/// Actors per second, until the last `spawn` has returned.
pub(super) async fn run<S: Subject>(system: &S, budget: Duration) -> f64 {
    let mut kept = vec![system.counter().await];
    let mut stopwatch = Stopwatch::new(budget);
    while stopwatch.has_time() && kept.len() < KEPT_MAX {
        kept.reserve(ROUND);
        stopwatch.start();
        for _ in 0..ROUND {
            kept.push(system.counter().await);
        }
        stopwatch.stop(ROUND as u64);
        // Where an actor is a task, it still has to be polled once; not while the next are timed.
        if let Some(last) = kept.last() {
            S::total(last).await;
        }
    }
    let actors = stopwatch.per_second();
    std::mem::forget(kept);
    actors
}
