//! The lock-free parts under every interleaving that loom finds within a preemption bound.
//!
//! Each model is what the cell does with the part, without the cell: the same calls in the same
//! order. What only the owner may touch is in loom's `UnsafeCell`, which notices two owners.
//! `cargo xtask loom` runs them.

mod mailbox;
mod parking;
mod room;
mod signals;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs `model` under all schedules with at most `preemptions` preemptions, and says how many that
/// were.
pub(crate) fn explore(name: &str, preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let schedules = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&schedules);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let schedules = schedules.load(Ordering::Relaxed);
    println!("loom: {name}: {schedules} schedules");
    assert!(schedules > 1, "{name} explores nothing");
}
