//! A sender that waits for room is let in once there is some.
#![expect(unsafe_code, reason = "plays the owner")]

use std::ptr::NonNull;

use loom::sync::{Arc, Mutex, Notify};
use loom::thread;

use super::explore;
use crate::runtime::mailbox::{Link, Mailbox, Pushed, Ready};
use crate::runtime::signals::{SignalSet, Signals};

const CAPACITY: u32 = 1;

#[repr(C, align(16))]
struct Letter(Link);

/// A cell whose senders wait for room.
struct Hall {
    mailbox: Mailbox,
    ready: Ready,
    signals: SignalSet,
    waiters: Mutex<Vec<Arc<Notify>>>,
}

// SAFETY: `ready` is touched by the owner only, who is one thread of these models.
unsafe impl Sync for Hall {}
// SAFETY: as above.
unsafe impl Send for Hall {}

impl Hall {
    /// With one message waiting, and owned by the caller.
    fn full() -> Arc<Self> {
        let hall = Hall {
            mailbox: Mailbox::owned(),
            ready: Ready::beside(()),
            signals: SignalSet::new(),
            waiters: Mutex::new(Vec::new()),
        };
        assert!(hall.push());
        Arc::new(hall)
    }

    fn push(&self) -> bool {
        let link: NonNull<Link> = NonNull::from(Box::leak(Box::new(Letter(Link::new())))).cast();
        // SAFETY: a fresh link.
        let pushed = unsafe { self.mailbox.push(link, CAPACITY, &self.ready) };
        let queued = matches!(pushed, Pushed::Queued | Pushed::Claimed);
        if !queued {
            // SAFETY: leaked above, and not taken.
            drop(unsafe { Box::from_raw(link.cast::<Letter>().as_ptr()) });
        }
        queued
    }

    /// `Cell::offer_waiting`, without a limit.
    fn push_waiting(&self) {
        let waker = Arc::new(Notify::new());
        while !self.push() {
            self.waiters.lock().unwrap().push(Arc::clone(&waker));
            self.signals.raise(Signals::WAITERS);
            if self.mailbox.waiting() > CAPACITY / 2 {
                waker.wait();
            }
        }
    }

    /// `Cell::let_in`.
    fn let_in(&self) {
        let wanted = self.signals.get().has(Signals::WAITERS);
        if wanted && self.mailbox.waiting() <= CAPACITY / 2 {
            self.signals.lower(Signals::WAITERS);
            let waiters = std::mem::take(&mut *self.waiters.lock().unwrap());
            waiters.into_iter().for_each(|waiter| waiter.notify());
        }
    }

    /// Takes one message, if one waits.
    fn take(&self) -> usize {
        // SAFETY: called by the owner.
        let taken = unsafe { self.mailbox.pop(&self.ready) };
        taken.map_or(0, |link| {
            // SAFETY: leaked by `push`, and given up by the mailbox.
            drop(unsafe { Box::from_raw(link.cast::<Letter>().as_ptr()) });
            1
        })
    }
}

fn sender(hall: &Arc<Hall>) -> thread::JoinHandle<()> {
    let hall = Arc::clone(hall);
    thread::spawn(move || hall.push_waiting())
}

#[test]
fn an_owner_that_leaves_a_handler_waiting_lets_senders_in() {
    explore("room: a handler that waits", 3, || {
        let hall = Hall::full();
        let sender = sender(&hall);
        assert_eq!(hall.take(), 1);
        // `Cell::leave_waiting`: the last look for a long time.
        hall.mailbox.report(&hall.ready);
        hall.let_in();
        sender.join().unwrap();
        assert_eq!(hall.take(), 1);
    });
}

#[test]
fn an_owner_that_lets_go_lets_senders_in() {
    explore("room: release", 3, || {
        let hall = Hall::full();
        let sender = sender(&hall);
        assert_eq!(hall.take(), 1);
        // `Cell::release`; when it fails, the message that came is what was waited for.
        // SAFETY: this thread is the owner.
        if unsafe { hall.mailbox.release(&hall.ready) } {
            hall.let_in();
        }
        sender.join().unwrap();
        // Whoever owns the cell now, no other thread is left.
        assert_eq!(hall.take(), 1);
    });
}
