//! The idle runners and their queue under loom.
#![allow(clippy::unwrap_used, reason = "a panic of a model's thread is the model's failure")]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;

use super::idle::IdleSet;
use crate::runtime::loom_models::explore;

/// A queue, weaker than any real one: only how much is in it.
struct Queue(AtomicU32);

impl Queue {
    fn push(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    fn is_empty(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    fn pop(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok()
    }
}

#[test]
fn wake_of_an_idle_runner_is_not_lost() {
    explore("idle", 3, || {
        let pool = Arc::new((Queue(AtomicU32::new(0)), IdleSet::new()));
        let runners = [0, 1].map(|runner| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let mut ran = 0;
                loop {
                    if pool.0.pop() {
                        ran += 1;
                        continue;
                    }
                    pool.1.enter(runner);
                    if pool.0.is_empty() {
                        return ran;
                    }
                    pool.1.leave(runner);
                }
            })
        });
        let mut woken = false;
        for _ in 0..2 {
            pool.0.push();
            woken |= pool.1.claim_one().is_some();
        }
        let ran: u32 = runners.into_iter().map(|runner| runner.join().unwrap()).sum();
        assert!(ran == 2 || woken, "work waits, and no runner looks");
    });
}
