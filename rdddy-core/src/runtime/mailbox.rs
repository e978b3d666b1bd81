//! The queue of a cell, and who may run it.
//!
//! One word, `incoming`, holds both:
//!
//! | `incoming` | meaning |
//! |---|---|
//! | `IDLE` | empty, and nobody owns the cell |
//! | `CLOSED` | the actor has ended; nothing is accepted |
//! | null | empty, and somebody owns the cell |
//! | a link | a stack of waiting messages, newest first, and somebody owns the cell |
//!
//! The push that replaces `IDLE` makes the pusher the owner: it must see to it that the cell runs.
//! The owner alone takes messages: it takes the whole stack and reverses it into `ready`. It gives
//! ownership up by replacing null with `IDLE`, which fails when a message has come meanwhile. A
//! producer never waits for another one, and a taken link is never compared again, so there is no
//! ABA problem.
//!
//! Claiming and releasing are sequentially consistent, together with the signals of
//! [`Gate`](super::gate::Gate): who raises a signal and then cannot claim the cell knows that its
//! owner looks at the signals again before it is gone for good.
#![expect(unsafe_code, reason = "an intrusive lock-free queue; modelled under loom")]

use std::cell::Cell;
use std::ptr::{NonNull, null_mut, without_provenance_mut};

use crate::seam::sync::{AtomicPtr, Ordering};

const IDLE: *mut Link = without_provenance_mut(1);
const CLOSED: *mut Link = without_provenance_mut(2);

/// What a queued message starts with.
pub(crate) struct Link {
    next: Cell<*mut Link>,
}

impl Link {
    pub(crate) const fn new() -> Self {
        Link { next: Cell::new(null_mut()) }
    }
}

/// What became of a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// Queued, and the cell was idle: the caller owns it now.
    Claimed,
    /// Queued; whoever owns the cell will handle it.
    Queued,
    /// Not queued: the actor has ended.
    Closed,
}

/// See the module.
pub(crate) struct Mailbox {
    incoming: AtomicPtr<Link>,
    /// Taken and in order of arrival; touched by the owner only.
    ready: Cell<*mut Link>,
}

impl Mailbox {
    /// Empty, and owned by the caller: it becomes idle by [`Mailbox::release`].
    pub(crate) fn owned() -> Self {
        Mailbox { incoming: AtomicPtr::new(null_mut()), ready: Cell::new(null_mut()) }
    }

    /// Queues a message.
    ///
    /// # Safety
    ///
    /// Unless the answer is [`Pushed::Closed`], `link` belongs to the mailbox until it is taken.
    #[inline]
    pub(crate) unsafe fn push(&self, link: NonNull<Link>) -> Pushed {
        let mut current = self.incoming.load(Ordering::Relaxed);
        loop {
            if current == CLOSED {
                return Pushed::Closed;
            }
            let idle = current == IDLE;
            // SAFETY: the caller gave the link to this mailbox, and nobody else has seen it yet.
            unsafe { link.as_ref() }.next.set(if idle { null_mut() } else { current });
            match self.incoming.compare_exchange_weak(
                current,
                link.as_ptr(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return if idle { Pushed::Claimed } else { Pushed::Queued },
                Err(now) => current = now,
            }
        }
    }

    /// Takes ownership of an idle cell.
    #[inline]
    pub(crate) fn try_claim(&self) -> bool {
        self.incoming.compare_exchange(IDLE, null_mut(), Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.incoming.load(Ordering::Acquire) == CLOSED
    }

    /// Takes the oldest message.
    ///
    /// # Safety
    ///
    /// The caller owns the cell.
    #[inline]
    pub(crate) unsafe fn pop(&self) -> Option<NonNull<Link>> {
        let mut first = self.ready.get();
        if first.is_null() {
            if self.incoming.load(Ordering::Relaxed).is_null() {
                return None;
            }
            // SAFETY: the caller owns the cell.
            first = unsafe { self.take_incoming() };
        }
        let first = NonNull::new(first)?;
        // SAFETY: links in `ready` belong to the mailbox, and only the owner touches them.
        self.ready.set(unsafe { first.as_ref() }.next.get());
        Some(first)
    }

    /// Takes the stack of waiting messages, oldest first.
    ///
    /// # Safety
    ///
    /// The caller owns the cell.
    #[inline]
    unsafe fn take_incoming(&self) -> *mut Link {
        let stack = self.incoming.swap(null_mut(), Ordering::AcqRel);
        // SAFETY: an owned, open mailbox holds null or links that belong to it.
        unsafe { reverse(stack) }
    }

    /// Moves every waiting message that `urgent` picks out of the queue, oldest first.
    ///
    /// # Safety
    ///
    /// The caller owns the cell.
    pub(crate) unsafe fn extract(
        &self,
        urgent: impl Fn(NonNull<Link>) -> bool,
        mut take: impl FnMut(NonNull<Link>),
    ) {
        // SAFETY: the caller owns the cell.
        let mut rest = unsafe { self.take_incoming() };
        let mut kept = Vec::new();
        for start in [self.ready.replace(null_mut()), std::mem::replace(&mut rest, null_mut())] {
            let mut current = start;
            while let Some(link) = NonNull::new(current) {
                // SAFETY: the link belongs to the mailbox, and only the owner touches it.
                current = unsafe { link.as_ref() }.next.get();
                if urgent(link) { take(link) } else { kept.push(link) }
            }
        }
        let mut next = null_mut();
        for link in kept.into_iter().rev() {
            // SAFETY: as above.
            unsafe { link.as_ref() }.next.set(next);
            next = link.as_ptr();
        }
        self.ready.set(next);
    }

    /// Gives ownership up; false when messages wait, and the caller is still the owner.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and after a `true` touches nothing that belongs to the owner.
    #[inline]
    pub(crate) unsafe fn release(&self) -> bool {
        self.ready.get().is_null()
            && self
                .incoming
                .compare_exchange(null_mut(), IDLE, Ordering::SeqCst, Ordering::Relaxed)
                .is_ok()
    }

    /// Accepts nothing any more, and hands over what still waits, oldest first.
    ///
    /// # Safety
    ///
    /// The caller owns the cell. It stays the owner: nobody can claim a closed mailbox.
    pub(crate) unsafe fn close(&self, mut take: impl FnMut(NonNull<Link>)) {
        let stack = self.incoming.swap(CLOSED, Ordering::AcqRel);
        let stack = if stack == CLOSED { null_mut() } else { stack };
        // SAFETY: an owned mailbox that was open holds null or links that belong to it.
        let waiting = unsafe { reverse(stack) };
        for start in [self.ready.replace(null_mut()), waiting] {
            let mut current = start;
            while let Some(link) = NonNull::new(current) {
                // SAFETY: the link belongs to the mailbox, and only the owner touches it.
                current = unsafe { link.as_ref() }.next.get();
                take(link);
            }
        }
    }
}

/// # Safety
///
/// `stack` is null or the first of a chain of links that the caller has to itself.
#[inline]
unsafe fn reverse(mut stack: *mut Link) -> *mut Link {
    let mut reversed = null_mut();
    while let Some(link) = NonNull::new(stack) {
        // SAFETY: the caller has the chain to itself.
        let link_ref = unsafe { link.as_ref() };
        stack = link_ref.next.replace(reversed);
        reversed = link.as_ptr();
    }
    reversed
}
