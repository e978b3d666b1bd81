//! Callers ask one actor and wait for each answer.

use std::time::Duration;

use crate::stopwatch::Stopwatch;
use crate::subject::Subject;

/// Questions of one round, over all callers.
const ROUND: u64 = 512_000;

/// Nanoseconds from a question to its answer, one caller.
pub(super) async fn one_caller<S: Subject>(system: &S, budget: Duration) -> f64 {
    let counter = system.counter().await;
    S::add(&counter, 1).await;
    let mut stopwatch = warm::<S>(&counter, budget).await;
    while stopwatch.has_time() {
        stopwatch.start();
        for _ in 0..ROUND {
            assert_eq!(S::total(&counter).await, 1);
        }
        stopwatch.stop(ROUND);
    }
    stopwatch.nanos_each()
}

/// The same, answered by an `async` handler.
pub(super) async fn one_caller_async<S: Subject>(system: &S, budget: Duration) -> f64 {
    let counter = system.counter().await;
    S::add(&counter, 1).await;
    let mut stopwatch = warm::<S>(&counter, budget).await;
    while stopwatch.has_time() {
        stopwatch.start();
        for _ in 0..ROUND {
            assert_eq!(S::total_async(&counter).await, 1);
        }
        stopwatch.stop(ROUND);
    }
    stopwatch.nanos_each()
}

/// Answers per second, over all `callers`.
pub(super) async fn many_callers<S: Subject>(system: &S, callers: u64, budget: Duration) -> f64 {
    let counter = system.counter().await;
    let mut stopwatch = warm::<S>(&counter, budget).await;
    while stopwatch.has_time() {
        stopwatch.start();
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let counter = counter.clone();
                tokio::spawn(async move {
                    for _ in 0..ROUND / callers {
                        S::total(&counter).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("a caller does not panic");
        }
        stopwatch.stop(ROUND);
    }
    stopwatch.per_second()
}

async fn warm<S: Subject>(counter: &S::Counter, budget: Duration) -> Stopwatch {
    for _ in 0..1_000 {
        S::total(counter).await;
    }
    Stopwatch::new(budget)
}
