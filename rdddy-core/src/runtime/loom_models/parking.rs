//! A handler that waits, and its wakers: no wake is lost, and nobody else runs the cell.
#![expect(unsafe_code, reason = "plays the owner")]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::explore;
use crate::runtime::parking::Parking;
use crate::runtime::signals::{SignalSet, Signals};

/// A cell with a handler that waits for `wanted` things to arrive.
struct Bench {
    parking: Parking,
    signals: SignalSet,
    wanted: usize,
    arrived: AtomicUsize,
    /// The owner's: whether the handler has ended.
    over: UnsafeCell<bool>,
}

impl Bench {
    fn new(wanted: usize) -> Arc<Self> {
        Arc::new(Bench {
            parking: Parking::new(),
            signals: SignalSet::new(),
            wanted,
            arrived: AtomicUsize::new(0),
            over: UnsafeCell::new(false),
        })
    }

    /// `Cell::resume`.
    fn resume(&self) {
        loop {
            self.parking.begin_poll();
            let cancelled = self.signals.get().has(Signals::CANCEL);
            // SAFETY: called by the owner.
            let over = self.over.with_mut(|over| unsafe {
                assert!(!*over, "polled after its end");
                *over = cancelled || self.arrived.load(Ordering::Relaxed) == self.wanted;
                *over
            });
            if over {
                self.parking.begin_poll();
                return;
            }
            if self.parking.park() {
                return;
            }
        }
    }

    /// The waker, whose caller runs the cell if it has to be scheduled.
    fn wake(&self) {
        if self.parking.notify() {
            self.resume();
        }
    }

    fn arrive(&self) {
        // What the handler waits for has no ordering of its own: the wake is what carries it.
        self.arrived.fetch_add(1, Ordering::Relaxed);
        self.wake();
    }

    fn is_over(&self) -> bool {
        // SAFETY: all threads have been joined.
        self.over.with(|over| unsafe { *over })
    }
}

#[test]
fn a_wake_while_the_handler_parks() {
    explore("parking: one wake", 4, || {
        let bench = Bench::new(1);
        let waker = {
            let bench = Arc::clone(&bench);
            thread::spawn(move || bench.arrive())
        };
        bench.resume();
        waker.join().unwrap();
        assert!(bench.is_over());
    });
}

#[test]
fn two_wakes_while_the_handler_parks() {
    explore("parking: two wakes", 3, || {
        let bench = Bench::new(2);
        let wakers = [(); 2].map(|()| {
            let bench = Arc::clone(&bench);
            thread::spawn(move || bench.arrive())
        });
        bench.resume();
        wakers.into_iter().for_each(|waker| waker.join().unwrap());
        assert!(bench.is_over());
    });
}

#[test]
fn a_cancellation_while_the_handler_parks() {
    explore("parking: a wake and a cancellation", 3, || {
        // Two things are wanted and one arrives: only the cancellation ends it.
        let bench = Bench::new(2);
        let waker = {
            let bench = Arc::clone(&bench);
            thread::spawn(move || bench.arrive())
        };
        let killer = {
            let bench = Arc::clone(&bench);
            // `Cell::signal` on a cell that is not idle.
            thread::spawn(move || {
                bench.signals.raise(Signals::CANCEL);
                bench.wake();
            })
        };
        bench.resume();
        waker.join().unwrap();
        killer.join().unwrap();
        assert!(bench.is_over());
    });
}
