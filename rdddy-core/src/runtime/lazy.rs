//! A value that most cells never need, in one word.
#![expect(unsafe_code, reason = "one word where `OnceLock<Box<T>>` takes two, in every idle actor")]

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A value made when it is first asked for.
pub(crate) struct Lazy<T>(AtomicPtr<T>);

// SAFETY: it owns a `T`, and hands out shared references to it across threads.
unsafe impl<T: Send + Sync> Send for Lazy<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Lazy<T> {}

impl<T: Default> Lazy<T> {
    pub(crate) const fn new() -> Self {
        Lazy(AtomicPtr::new(null_mut()))
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        let value = self.0.load(Ordering::Acquire);
        // SAFETY: once set, the pointer stays, and its value is never touched mutably before drop.
        unsafe { value.as_ref() }
    }

    pub(crate) fn get_or_init(&self) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let made = Box::into_raw(Box::<T>::default());
        match self.0.compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just made and now owned by `self`.
            Ok(_) => unsafe { &*made },
            Err(other) => {
                // SAFETY: `made` was not published; `other` was, and stays.
                unsafe {
                    drop(Box::from_raw(made));
                    &*other
                }
            }
        }
    }
}

impl<T> Drop for Lazy<T> {
    fn drop(&mut self) {
        let value = *self.0.get_mut();
        if !value.is_null() {
            // SAFETY: made by `Box::into_raw`, and this is the last owner.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}
