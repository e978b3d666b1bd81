//! The atomics under the unsafe parts: std's, or loom's when those parts are model-checked.

#[cfg(rdddy_loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(rdddy_loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};

/// Orders what this thread wrote before what it reads next, as seen by others that do the same.
/// Sequentially consistent accesses do so by themselves, and this is nothing; but loom takes them for
/// acquire and release only, and needs to be told.
#[inline(always)]
pub(crate) fn order_for_loom() {
    #[cfg(rdddy_loom)]
    fence(Ordering::SeqCst);
}

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. A panic while it was held cannot have left it half changed: every critical
/// section of the runtime is a single step on a collection, and none runs user code.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
