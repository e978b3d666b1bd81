//! Producers tell one actor; the clock stops when it has handled everything.

use std::time::Duration;

use crate::stopwatch::Stopwatch;
use crate::subject::Subject;

/// Messages of one round, over all producers.
const ROUND: u64 = 5_000_000;

/// Messages handled per second.
pub(super) async fn run<S: Subject>(system: &S, producers: u64, budget: Duration) -> f64 {
    let counter = system.counter().await;
    let mut expected = 0;
    round::<S>(&counter, producers, ROUND / 10, &mut expected).await;
    let mut stopwatch = Stopwatch::new(budget);
    while stopwatch.has_time() {
        stopwatch.start();
        round::<S>(&counter, producers, ROUND, &mut expected).await;
        stopwatch.stop(ROUND);
    }
    stopwatch.per_second()
}

async fn round<S: Subject>(
    counter: &S::Counter,
    producers: u64,
    messages: u64,
    expected: &mut u64,
) {
    let tasks: Vec<_> = (0..producers)
        .map(|_| tokio::spawn(produce::<S>(counter.clone(), messages / producers)))
        .collect();
    for task in tasks {
        task.await.expect("a producer does not panic");
    }
    *expected += messages;
    // With messages in order the first answer is the full count; xtra lets an ask overtake.
    while S::total(counter).await != *expected {
        tokio::task::yield_now().await;
    }
}

async fn produce<S: Subject>(counter: S::Counter, messages: u64) {
    for sent in 1..=messages {
        S::add(&counter, 1).await;
        if S::YIELD_EVERY.is_some_and(|every| sent.is_multiple_of(every)) {
            tokio::task::yield_now().await;
        }
    }
}
