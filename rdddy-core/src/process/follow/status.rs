//! How far a follower has come, for whoever looks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::Parked;
use crate::message::Timestamp;
use crate::seam::sync::lock;
use crate::store::Position;

/// How a policy, a saga or a projection is doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FollowStatus {
    /// Its name.
    pub name: Arc<str>,
    /// Everything up to here has been handled, or is parked.
    pub position: Position,
    /// Whether there was nothing after that when it last looked.
    pub at_head: bool,
    /// How old the last handled event was when it was handled; nothing before the first one.
    pub lag: Option<Duration>,
    /// Events handled since the start of the system.
    pub handled: u64,
    /// Events handled in a second, when it last handled some; nothing before.
    pub rate: Option<f64>,
    /// The keys that wait for somebody to look at them.
    pub parked: Vec<Parked>,
    /// What it tripped over last, if it has not gone on since.
    pub error: Option<String>,
    /// Whether it runs. It ends with the system only.
    pub running: bool,
}

/// Shared by a follower and its handles.
pub(crate) struct Progress {
    status: Mutex<FollowStatus>,
    moved: Notify,
}

impl Progress {
    pub(super) fn new(name: Arc<str>) -> Self {
        Progress {
            status: Mutex::new(FollowStatus {
                name,
                position: Position::START,
                at_head: false,
                lag: None,
                handled: 0,
                rate: None,
                parked: Vec::new(),
                error: None,
                running: true,
            }),
            moved: Notify::new(),
        }
    }

    pub(crate) fn status(&self) -> FollowStatus {
        lock(&self.status).clone()
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut FollowStatus)) {
        change(&mut lock(&self.status));
        self.moved.notify_waiters();
    }

    /// Events in a second; none when it went too fast to tell.
    #[expect(clippy::cast_precision_loss, reason = "it is for people to read")]
    pub(super) fn rate(events: u64, time: Duration) -> Option<f64> {
        (!time.is_zero()).then(|| events as f64 / time.as_secs_f64())
    }

    pub(super) fn lag(now: Timestamp, event: Timestamp) -> Duration {
        now.0.saturating_sub(event.0)
    }

    /// Waits until nothing is left to be handled, or the follower has ended.
    pub(crate) async fn settled(&self) {
        self.until(|status| status.at_head || !status.running).await;
    }

    /// Waits until the follower has ended.
    pub(crate) async fn ended(&self) {
        self.until(|status| !status.running).await;
    }

    /// Waits until this holds.
    pub(crate) async fn until(&self, holds: impl Fn(&FollowStatus) -> bool) {
        loop {
            let mut moved = std::pin::pin!(self.moved.notified());
            // Before looking, so that a move in between is not slept through.
            moved.as_mut().enable();
            if holds(&lock(&self.status)) {
                return;
            }
            moved.await;
        }
    }

    /// Waits until everything up to `position` has been handled, or the follower has ended: whether
    /// it has been.
    pub(crate) async fn reached(&self, position: &Position) -> bool {
        self.until(|status| status.position.reached(position) || !status.running).await;
        lock(&self.status).position.reached(position)
    }
}
