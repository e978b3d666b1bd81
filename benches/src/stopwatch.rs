//! Repeats equal rounds until a measurement has lasted long enough.

use std::time::{Duration, Instant};

/// Adds up the measured parts of a workload.
///
/// Every subject does the same round; a fast one does more of them in the budget.
pub(crate) struct Stopwatch {
    budget: Duration,
    spent: Duration,
    operations: u64,
    since: Instant,
}

impl Stopwatch {
    /// Runs until `budget` is spent.
    pub(crate) fn new(budget: Duration) -> Self {
        Stopwatch { budget, spent: Duration::ZERO, operations: 0, since: Instant::now() }
    }

    /// Whether there is time for another round. The first round always takes place.
    pub(crate) fn has_time(&self) -> bool {
        self.operations == 0 || self.spent < self.budget
    }

    /// The measured part of a round begins.
    pub(crate) fn start(&mut self) {
        self.since = Instant::now();
    }

    /// The measured part of a round is over, and did this many operations.
    pub(crate) fn stop(&mut self, operations: u64) {
        self.spent += self.since.elapsed();
        self.operations += operations;
    }

    /// Operations per second.
    pub(crate) fn per_second(&self) -> f64 {
        self.operations as f64 / self.spent.as_secs_f64()
    }

    /// Nanoseconds per operation.
    pub(crate) fn nanos_each(&self) -> f64 {
        self.spent.as_nanos() as f64 / self.operations as f64
    }
}
