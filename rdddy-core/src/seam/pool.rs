//! The runners: a fixed number of tokio tasks that run every actor of a system.
//!
//! A cell scheduled by a running actor goes into its runner's slot and runs next on the same
//! thread, so that a message from actor to actor touches neither tokio nor a shared queue. A cell
//! that is displaced from the slot, or scheduled from elsewhere, goes into a queue; each runner has
//! one, and takes from the others when its own is empty.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crossbeam_queue::SegQueue;
use tokio::time::Instant;

use super::Runnable;
use super::idle::IdleSet;

/// Cells run through the slot in a row before a queue gets a turn.
const SLOT_STREAK: u32 = 64;
/// How long a runner works before it yields to tokio, which then wakes another thread: a cost that
/// a yield after each few microseconds would multiply.
const POLL_TIME: Duration = Duration::from_micros(100);
/// Cells run between two looks at the clock.
const RUNS_PER_LOOK: u32 = 128;
/// The idle runners are bits of one word.
const RUNNERS_MAX: usize = 64;

pub(crate) struct Pool {
    queues: Box<[SegQueue<Runnable>]>,
    wakers: Box<[OnceLock<Waker>]>,
    idle: IdleSet,
    next: AtomicUsize,
    closed: AtomicBool,
}

/// What the runner on this thread is doing.
struct Local {
    /// The pool whose runner is being polled, as its address; 0 outside of a poll.
    pool: Cell<usize>,
    /// Empty outside of a poll, so that it needs no destructor.
    slot: Cell<ManuallyDrop<Option<Runnable>>>,
    runner: Cell<usize>,
}

thread_local! {
    static LOCAL: Local =
        const {
            Local {
                pool: Cell::new(0),
                slot: Cell::new(ManuallyDrop::new(None)),
                runner: Cell::new(0),
            }
        };
}

impl Local {
    #[inline]
    fn put(&self, runnable: Option<Runnable>) -> Option<Runnable> {
        ManuallyDrop::into_inner(self.slot.replace(ManuallyDrop::new(runnable)))
    }

    #[inline]
    fn take(&self) -> Option<Runnable> {
        self.put(None)
    }
}

impl Pool {
    pub(super) fn start(runtime: &tokio::runtime::Handle) -> Arc<Self> {
        let runners = runtime.metrics().num_workers().clamp(1, RUNNERS_MAX);
        let pool = Arc::new(Pool {
            queues: (0..runners).map(|_| SegQueue::new()).collect(),
            wakers: (0..runners).map(|_| OnceLock::new()).collect(),
            idle: IdleSet::new(),
            next: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        for runner in 0..runners {
            let pool = Arc::clone(&pool);
            drop(runtime.spawn(poll_fn(move |cx| pool.poll(runner, cx))));
        }
        pool
    }

    pub(super) fn runners(&self) -> usize {
        self.queues.len()
    }

    #[inline]
    pub(super) fn schedule(&self, runnable: Runnable) {
        LOCAL.with(|local| {
            if local.pool.get() == std::ptr::from_ref(self).addr() {
                if let Some(displaced) = local.put(Some(runnable)) {
                    self.queue(local.runner.get(), displaced);
                }
            } else {
                let queue = self.next.fetch_add(1, Ordering::Relaxed) % self.queues.len();
                self.queue(queue, runnable);
            }
        });
    }

    /// Whether a runner on this thread is going to run another cell next, or is the only one.
    #[inline]
    pub(super) fn has_next(&self) -> bool {
        self.queues.len() == 1
            || LOCAL.with(|local| {
                let next = local.take();
                let has_next = next.is_some();
                local.put(next);
                has_next
            })
    }

    #[inline]
    fn queue(&self, queue: usize, runnable: Runnable) {
        if let Some(queue) = self.queues.get(queue) {
            queue.push(runnable);
        }
        if let Some(runner) = self.idle.claim_one() {
            self.wake(runner);
        }
    }

    /// Queues a cell for this runner, which is going to look again. Another one is woken only when
    /// there is more than that to do: a lone busy actor stays on its thread.
    #[inline]
    fn requeue(&self, runner: usize, runnable: Runnable) {
        match self.queues.get(runner) {
            Some(own) if own.is_empty() => own.push(runnable),
            _ => self.queue(runner, runnable),
        }
    }

    fn wake(&self, runner: usize) {
        if let Some(waker) = self.wakers.get(runner).and_then(OnceLock::get) {
            waker.wake_by_ref();
        }
    }

    /// The runner's own queue first, then the others in turn.
    #[inline]
    fn dequeue(&self, runner: usize) -> Option<Runnable> {
        let (before, own) = self.queues.split_at(runner);
        own.iter().chain(before).find_map(SegQueue::pop)
    }

    fn is_empty(&self) -> bool {
        self.queues.iter().all(SegQueue::is_empty)
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        (0..self.runners()).for_each(|runner| self.wake(runner));
    }

    fn poll(&self, runner: usize, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(slot) = self.wakers.get(runner) {
            // A task keeps its waker for life.
            slot.get_or_init(|| cx.waker().clone());
        }
        LOCAL.with(|local| {
            local.pool.set(std::ptr::from_ref(self).addr());
            local.runner.set(runner);
            let more = self.run(runner, local);
            local.pool.set(0);
            if more {
                if let Some(left) = local.take() {
                    self.requeue(runner, left);
                }
                cx.waker().wake_by_ref();
            } else if self.closed.load(Ordering::SeqCst) {
                return Poll::Ready(());
            }
            Poll::Pending
        })
    }

    /// Runs cells; true when the runner should be polled again, false when it is idle.
    fn run(&self, runner: usize, local: &Local) -> bool {
        let mut streak = 0;
        let mut unlooked = 0;
        // Not looked at before it matters: most polls are over sooner.
        let mut begun = None;
        loop {
            unlooked += 1;
            if unlooked == RUNS_PER_LOOK {
                unlooked = 0;
                if begun.get_or_insert_with(Instant::now).elapsed() > POLL_TIME {
                    return true;
                }
            }
            let next = if streak < SLOT_STREAK { local.take() } else { None };
            let next = if next.is_some() {
                streak += 1;
                next
            } else {
                streak = 0;
                self.dequeue(runner).or_else(|| local.take())
            };
            if let Some(runnable) = next {
                if let Some(again) = runnable.run() {
                    self.requeue(runner, again);
                }
            } else {
                self.idle.enter(runner);
                if self.is_empty() {
                    return false;
                }
                self.idle.leave(runner);
            }
        }
    }
}
