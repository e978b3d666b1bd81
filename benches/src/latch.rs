//! How a workload learns that its actors are done.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Counts down across actors; the last one wakes the waiting workload.
pub(crate) struct Latch {
    left: AtomicUsize,
    open: Notify,
}

impl Latch {
    /// Opens after `count` calls of [`Latch::count_down`].
    pub(crate) fn new(count: usize) -> Self {
        Latch { left: AtomicUsize::new(count), open: Notify::new() }
    }

    /// Counts one.
    pub(crate) fn count_down(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.open.notify_one();
        }
    }

    /// Waits until it is open, then closes it for another `count`.
    pub(crate) async fn wait_and_reset(&self, count: usize) {
        self.open.notified().await;
        self.left.store(count, Ordering::Release);
    }
}
