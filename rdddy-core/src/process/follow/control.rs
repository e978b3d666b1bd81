//! What a running follower is told from outside.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use tokio::sync::{Notify, oneshot};

use crate::seam::sync::lock;

/// See the module.
#[derive(Default)]
pub(crate) struct Control {
    stopped: AtomicBool,
    changed: Notify,
    requests: Mutex<VecDeque<Resume>>,
}

/// A key is to go on, and somebody wants to know how that went.
pub(super) struct Resume {
    pub(super) key: String,
    pub(super) done: oneshot::Sender<bool>,
}

impl Control {
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Asks for a parked key to go on; the answer is whether it does.
    pub(crate) fn resume(&self, key: String) -> oneshot::Receiver<bool> {
        let (done, answer) = oneshot::channel();
        lock(&self.requests).push_back(Resume { key, done });
        self.changed.notify_waiters();
        answer
    }

    pub(super) fn request(&self) -> Option<Resume> {
        lock(&self.requests).pop_front()
    }

    /// What comes of `future`, unless something is wanted of the follower before that.
    pub(crate) async fn unless_called<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut called = pin!(self.changed.notified());
        // Before looking, so that a call in between is not slept through.
        called.as_mut().enable();
        if self.is_stopped() || !lock(&self.requests).is_empty() {
            return None;
        }
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => called.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
}
