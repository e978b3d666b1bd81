//! Who waits for an instance to settle.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::seam::sync::lock;

/// The keys of the instances that somebody waits for.
#[derive(Default)]
pub(super) struct Awaited(Mutex<BTreeMap<Arc<str>, Arc<Notify>>>);

/// Somebody who waits.
pub(super) struct Waiting<'a> {
    all: &'a Awaited,
    key: Arc<str>,
    settled: Arc<Notify>,
}

impl Awaited {
    /// To wait for the instance with this key.
    pub(super) fn instance(&self, key: &str) -> Waiting<'_> {
        let mut all = lock(&self.0);
        let key: Arc<str> = key.into();
        let settled = Arc::clone(all.entry(Arc::clone(&key)).or_default());
        Waiting { all: self, key, settled }
    }

    /// The instance with this key has settled.
    pub(super) fn settle(&self, key: &str) {
        if let Some(settled) = lock(&self.0).get(key) {
            settled.notify_waiters();
        }
    }
}

impl Waiting<'_> {
    /// Told once the instance has settled.
    pub(super) fn settled(&self) -> Notified<'_> {
        self.settled.notified()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut all = lock(&self.all.0);
        // Nobody else waits: there are the share of the map, and this one.
        if Arc::strong_count(&self.settled) == 2 {
            all.remove(&self.key);
        }
    }
}

#[cfg(all(test, not(rdddy_loom)))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_who_no_longer_waits() {
        let awaited = Awaited::default();
        let one = awaited.instance("a");
        let other = awaited.instance("a");
        drop(one);
        assert_eq!(lock(&awaited.0).len(), 1);
        drop(other);
        assert!(lock(&awaited.0).is_empty());
    }
}
