//! Producers and the owner of a mailbox: nothing is lost, doubled or overtaken, and there is one
//! owner at a time.
#![expect(unsafe_code, reason = "plays the owner")]

use std::ptr::NonNull;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use super::explore;
use crate::runtime::mailbox::{Link, Mailbox, Pushed, Ready};

#[repr(C, align(16))]
struct Letter {
    link: Link,
    /// Who sent it, and as which; seen by the receiver only if the mailbox orders the two.
    content: UnsafeCell<(usize, u32)>,
}

impl Letter {
    fn link(from: usize, nth: u32) -> NonNull<Link> {
        let content = UnsafeCell::new((0, 0));
        // SAFETY: nobody else has it yet.
        content.with_mut(|content| unsafe { *content = (from, nth) });
        NonNull::from(Box::leak(Box::new(Letter { link: Link::new(), content }))).cast()
    }

    /// # Safety
    ///
    /// The mailbox has given the link up, or did not take it.
    unsafe fn open(link: NonNull<Link>) -> (usize, u32) {
        // SAFETY: every link of these models was leaked by `Letter::link`.
        let letter = unsafe { Box::from_raw(link.cast::<Letter>().as_ptr()) };
        // SAFETY: the caller has the letter to itself.
        letter.content.with(|content| unsafe { *content })
    }
}

/// A cell reduced to its mailbox.
struct Post {
    mailbox: Mailbox,
    ready: Ready,
    /// The owner's.
    handled: UnsafeCell<Vec<(usize, u32)>>,
}

// SAFETY: `ready` is touched by the owner only; that there is one is what `handled` checks.
unsafe impl Sync for Post {}
// SAFETY: as above.
unsafe impl Send for Post {}

impl Post {
    fn new(mailbox: Mailbox) -> Arc<Self> {
        let (ready, handled) = (Ready::beside(()), UnsafeCell::new(Vec::new()));
        Arc::new(Post { mailbox, ready, handled })
    }

    /// Sends; who finds the cell idle runs it.
    fn tell(&self, from: usize, nth: u32, capacity: u32) -> Pushed {
        let link = Letter::link(from, nth);
        // SAFETY: a fresh link.
        let pushed = unsafe { self.mailbox.push(link, capacity, &self.ready) };
        match pushed {
            Pushed::Claimed => self.run(),
            Pushed::Queued => {}
            Pushed::Full | Pushed::Closed => {
                // SAFETY: it was not taken.
                unsafe { Letter::open(link) };
            }
        }
        pushed
    }

    fn tell_both(&self, from: usize) {
        for nth in 0..2 {
            self.tell(from, nth, u32::MAX);
        }
    }

    /// Handles what waits until the cell is idle.
    fn run(&self) {
        loop {
            self.take();
            // SAFETY: called by the owner.
            if unsafe { self.mailbox.release(&self.ready) } {
                return;
            }
        }
    }

    fn take(&self) {
        // SAFETY: called by the owner.
        while let Some(link) = unsafe { self.mailbox.pop(&self.ready) } {
            // SAFETY: as above; the mailbox gave the link up.
            self.handled.with_mut(|handled| unsafe { (*handled).push(Letter::open(link)) });
        }
    }

    fn close(&self) -> usize {
        let mut buried = 0;
        // SAFETY: called by the owner, for good.
        unsafe {
            self.mailbox.close(&self.ready, |link| {
                Letter::open(link);
                buried += 1;
            });
        }
        buried
    }

    fn handled(&self) -> Vec<(usize, u32)> {
        // SAFETY: all threads have been joined.
        self.handled.with(|handled| unsafe { (*handled).clone() })
    }
}

fn nth_of(handled: &[(usize, u32)], producer: usize) -> Vec<u32> {
    handled.iter().filter(|(from, _)| *from == producer).map(|(_, nth)| *nth).collect()
}

#[test]
fn two_producers_and_whoever_owns_the_cell() {
    explore("mailbox: push, pop, release", 2, || {
        let cell = Post::new(Mailbox::idle());
        let producers = [1, 2].map(|from| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || cell.tell_both(from))
        });
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        let handled = cell.handled();
        assert_eq!(nth_of(&handled, 1), [0, 1]);
        assert_eq!(nth_of(&handled, 2), [0, 1]);
        assert!(cell.mailbox.is_idle());
        assert_eq!(cell.mailbox.waiting(), 0);
    });
}

#[test]
fn a_caller_claims_between_producers() {
    explore("mailbox: claim, push, release", 3, || {
        let cell = Post::new(Mailbox::idle());
        let producer = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || cell.tell_both(1))
        };
        let caller = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                if cell.mailbox.try_claim() {
                    // SAFETY: claimed.
                    cell.handled.with_mut(|handled| unsafe { (*handled).push((9, 0)) });
                    cell.run();
                }
            })
        };
        producer.join().unwrap();
        caller.join().unwrap();
        assert_eq!(nth_of(&cell.handled(), 1), [0, 1]);
        assert!(cell.mailbox.is_idle());
    });
}

#[test]
fn the_bound_holds() {
    explore("mailbox: bound", 3, || {
        // Owned, so that what is accepted stays.
        let cell = Post::new(Mailbox::owned());
        let producers = [1, 2].map(|from| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                (0..2).filter(|nth| cell.tell(from, *nth, 2) == Pushed::Queued).count()
            })
        });
        // Moves what waits to what is ready, and takes at most one out.
        // SAFETY: this thread is the owner.
        let taken = unsafe { cell.mailbox.pop(&cell.ready) };
        let taken = taken.into_iter().map(|link| {
            // SAFETY: the mailbox gave it up.
            unsafe { Letter::open(link) }
        });
        let taken = taken.count();
        let accepted: usize = producers.map(|p| p.join().unwrap()).into_iter().sum();
        let waiting = cell.mailbox.waiting() as usize;
        assert!(waiting <= 2, "{waiting} wait where 2 may");
        assert_eq!(accepted, taken + waiting);
        assert!(accepted >= 2, "there was room for two");
        assert_eq!(cell.close(), waiting);
    });
}

#[test]
fn closing_takes_all_or_refuses() {
    explore("mailbox: close", 3, || {
        let cell = Post::new(Mailbox::owned());
        let producers = [1, 2].map(|from| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                let pushed = [0, 1].map(|nth| cell.tell(from, nth, u32::MAX));
                // Once closed, it stays closed.
                assert_ne!(pushed, [Pushed::Closed, Pushed::Queued]);
                assert!(!pushed.contains(&Pushed::Claimed));
                pushed.iter().filter(|pushed| **pushed == Pushed::Queued).count()
            })
        });
        cell.take();
        let buried = cell.close();
        let queued: usize = producers.map(|p| p.join().unwrap()).into_iter().sum();
        assert_eq!(queued, cell.handled().len() + buried);
        assert!(cell.mailbox.is_closed());
        assert!(!cell.mailbox.try_claim());
        assert_eq!(cell.mailbox.waiting(), 0);
    });
}
