//! Between a handler that waits and its waker: see [`Cell`](super::cell).

use crate::seam::sync::{AtomicU8, Ordering};

const POLLING: u8 = 0;
const WAITING: u8 = 1;
const NOTIFIED: u8 = 2;

/// See the module.
pub(crate) struct Parking(AtomicU8);

impl Parking {
    pub(crate) fn new() -> Self {
        Parking(AtomicU8::new(POLLING))
    }

    /// The owner is about to poll: a wake from here on counts. What came before an earlier wake is
    /// seen by the poll.
    #[inline]
    pub(crate) fn begin_poll(&self) {
        self.0.swap(POLLING, Ordering::AcqRel);
    }

    /// After a poll that has to wait: true when the cell is parked, and no longer the caller's;
    /// false when it was woken meanwhile.
    #[inline]
    pub(crate) fn park(&self) -> bool {
        self.0.compare_exchange(POLLING, WAITING, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Whether the cell is parked.
    pub(crate) fn is_parked(&self) -> bool {
        self.0.load(Ordering::Relaxed) == WAITING
    }

    /// A wake: true when the cell was parked, and the caller must schedule it.
    #[inline]
    pub(crate) fn notify(&self) -> bool {
        self.0.swap(NOTIFIED, Ordering::AcqRel) == WAITING
    }
}
