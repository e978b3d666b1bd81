//! How much is under way, so that a system can wait for it before it lets go of its store.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// See the module.
#[derive(Default)]
pub(crate) struct Busy {
    under_way: AtomicUsize,
    done: Notify,
}

impl Busy {
    /// Waits until nothing is under way.
    pub(crate) async fn drained(&self) {
        loop {
            let mut done = pin!(self.done.notified());
            // Before looking, so that an end in between is not slept through.
            done.as_mut().enable();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            done.await;
        }
    }
}

/// Something that is under way until this is dropped.
pub(crate) struct Working(Arc<Busy>);

impl Working {
    pub(crate) fn new(busy: &Arc<Busy>) -> Self {
        busy.under_way.fetch_add(1, Ordering::SeqCst);
        Working(Arc::clone(busy))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.done.notify_waiters();
        }
    }
}
