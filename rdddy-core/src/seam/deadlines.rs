//! Deadlines that are hardly ever reached: those of asks, and of senders that wait for room.
//!
//! A timer of tokio's costs more than the wait it guards, and the first one wakes the thread that
//! waits for timers. Here, setting a deadline and taking it back is a push to and a removal from a
//! list of the thread's own. One task sleeps until the earliest of all; when it wakes it looks
//! through them, and most often finds that the one it woke for has long been taken back.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Started;
use super::sync::lock;

/// Lists; each thread has one, several may share one.
const SHARDS: usize = 16;
/// No deadline is set.
const NEVER: u64 = u64::MAX;

pub(super) struct Deadlines {
    shards: [Mutex<Shard>; SHARDS],
    /// When the task wakes next, in nanoseconds since the start.
    earliest: AtomicU64,
    earlier: Notify,
    closed: AtomicBool,
    started: Started,
}

#[derive(Default)]
struct Shard {
    entries: Vec<Entry>,
    free: Vec<usize>,
}

enum Entry {
    Free,
    Set { due: u64, waker: Waker },
    Reached,
}

thread_local! {
    static SHARD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    };
}

impl Deadlines {
    pub(super) fn start(runtime: &tokio::runtime::Handle, started: Started) -> Arc<Self> {
        let deadlines = Arc::new(Deadlines {
            shards: Default::default(),
            earliest: AtomicU64::new(NEVER),
            earlier: Notify::new(),
            closed: AtomicBool::new(false),
            started,
        });
        drop(runtime.spawn(Arc::clone(&deadlines).watch()));
        deadlines
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.earlier.notify_one();
    }

    fn now(&self) -> u64 {
        nanos(self.started.elapsed())
    }

    async fn watch(self: Arc<Self>) {
        while !self.closed.load(Ordering::SeqCst) {
            let earliest = self.earliest.load(Ordering::SeqCst);
            let left = Duration::from_nanos(earliest.saturating_sub(self.now()));
            if earliest == NEVER {
                self.earlier.notified().await;
            } else if left.is_zero() {
                self.look();
            } else {
                // Either it is time, or there is an earlier one.
                let _ = tokio::time::timeout(left, self.earlier.notified()).await;
            }
        }
    }

    /// Wakes those whose time has come, and finds the next.
    fn look(&self) {
        // First, so that one set during the look is not overwritten after it.
        self.earliest.store(NEVER, Ordering::SeqCst);
        let now = self.now();
        let mut next = NEVER;
        let mut reached = Vec::new();
        for shard in &self.shards {
            for entry in &mut lock(shard).entries {
                match entry {
                    Entry::Set { due, .. } if *due <= now => {
                        if let Entry::Set { waker, .. } = std::mem::replace(entry, Entry::Reached) {
                            reached.push(waker);
                        }
                    }
                    Entry::Set { due, .. } => next = next.min(*due),
                    Entry::Free | Entry::Reached => {}
                }
            }
        }
        self.earliest.fetch_min(next, Ordering::SeqCst);
        reached.into_iter().for_each(Waker::wake);
    }

    #[inline]
    fn set(&self, due: u64, waker: Waker) -> (usize, usize) {
        let shard_at = SHARD.try_with(|shard| *shard).unwrap_or(0);
        let at = {
            let mut shard = lock(&self.shards[shard_at]);
            let entry = Entry::Set { due, waker };
            if let Some(at) = shard.free.pop() {
                shard.entries[at] = entry;
                at
            } else {
                shard.entries.push(entry);
                shard.entries.len() - 1
            }
        };
        if due < self.earliest.load(Ordering::SeqCst)
            && due < self.earliest.fetch_min(due, Ordering::SeqCst)
        {
            self.earlier.notify_one();
        }
        (shard_at, at)
    }

    #[inline]
    fn unset(&self, (shard, at): (usize, usize)) {
        let mut shard = lock(&self.shards[shard]);
        let entry = std::mem::replace(&mut shard.entries[at], Entry::Free);
        shard.free.push(at);
        drop(shard);
        drop(entry);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER - 1)
}

/// Completes when a deadline is reached.
pub(super) struct Deadline {
    deadlines: Arc<Deadlines>,
    due: u64,
    place: Option<(usize, usize)>,
}

impl Deadline {
    /// At `due`, a time since the start.
    pub(super) fn new(deadlines: &Arc<Deadlines>, due: Duration) -> Self {
        Deadline { deadlines: Arc::clone(deadlines), due: nanos(due), place: None }
    }
}

impl Future for Deadline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some((shard, at)) = self.place else {
            let place = self.deadlines.set(self.due, cx.waker().clone());
            self.place = Some(place);
            return Poll::Pending;
        };
        match &mut lock(&self.deadlines.shards[shard]).entries[at] {
            Entry::Set { waker, .. } => {
                waker.clone_from(cx.waker());
                Poll::Pending
            }
            Entry::Reached | Entry::Free => Poll::Ready(()),
        }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.deadlines.unset(place);
        }
    }
}
