//! What an attempt knows beside the event.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::message::{MessageId, Metadata};
use crate::process::Happening;
use crate::runtime::ActorSystem;

/// What an attempt knows beside the event.
#[derive(Clone, Copy, Debug)]
pub struct TaskContext<'a> {
    pub(super) system: &'a ActorSystem,
    pub(super) happening: Happening<'a>,
    pub(super) idempotency_key: MessageId,
    pub(super) attempt: u32,
    pub(super) cancellation: &'a Cancellation,
}

impl<'a> TaskContext<'a> {
    /// The system: its actors may know how the work is done. A command is better left to what hears of
    /// the result.
    #[must_use]
    pub fn system(&self) -> &'a ActorSystem {
        self.system
    }

    /// What is known about the event.
    #[must_use]
    pub fn happening(&self) -> Happening<'a> {
        self.happening
    }

    /// The metadata of the event.
    #[must_use]
    pub fn metadata(&self) -> &'a Metadata {
        self.happening.metadata()
    }

    /// The same for every attempt to do this work, and another one for any other work: for whoever is
    /// called, to recognize what it has done.
    #[must_use]
    pub fn idempotency_key(&self) -> MessageId {
        self.idempotency_key
    }

    /// The number of this attempt, counted from 1, those of former processes included.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether somebody has cancelled the work: its result is not going to be stored.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// Waits until somebody cancels the work.
    ///
    /// # Cancel safety
    ///
    /// It may be dropped at any time.
    pub async fn cancelled(&self) {
        self.cancellation.cancelled().await;
    }
}

/// Whether work was cancelled.
#[derive(Debug, Default)]
pub(super) struct Cancellation {
    is_cancelled: AtomicBool,
    changed: Notify,
}

impl Cancellation {
    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Acquire)
    }

    async fn cancelled(&self) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Before looking, so that a call in between is not slept through.
            changed.as_mut().enable();
            if self.is_cancelled() {
                return;
            }
            changed.await;
        }
    }
}
