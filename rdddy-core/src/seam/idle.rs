//! Which runners have nothing to do, as bits of one word.

use super::sync::{AtomicU64, Ordering, fence};

/// The idle runners.
///
/// A producer queues work, then looks here; a runner says it is idle, then looks at the queue. The
/// fences order each side's write before its read, so at least one of them sees the other.
pub(super) struct IdleSet(AtomicU64);

impl IdleSet {
    pub(super) fn new() -> Self {
        IdleSet(AtomicU64::new(0))
    }

    /// After queueing work: an idle runner to wake, no longer idle.
    #[inline]
    pub(super) fn claim_one(&self) -> Option<usize> {
        fence(Ordering::SeqCst);
        let mut idle = self.0.load(Ordering::Relaxed);
        while idle != 0 {
            let bit = idle & idle.wrapping_neg();
            match self.0.compare_exchange(idle, idle & !bit, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(bit.trailing_zeros() as usize),
                Err(current) => idle = current,
            }
        }
        None
    }

    /// Before a last look at the queue.
    pub(super) fn enter(&self, runner: usize) {
        self.0.fetch_or(1 << runner, Ordering::AcqRel);
        fence(Ordering::SeqCst);
    }

    /// After that look found work. Whether a producer took the bit first does not matter: its wake
    /// only makes the runner look once more.
    pub(super) fn leave(&self, runner: usize) {
        self.0.fetch_and(!(1 << runner), Ordering::AcqRel);
    }
}
