//! The queue of a cell, and who may run it.
//!
//! One word, `incoming`, holds both: the address of a link, and above it how many links wait there.
//!
//! | `incoming` | meaning |
//! |---|---|
//! | `IDLE` | empty, and nobody owns the cell |
//! | `CLOSED` | the actor has ended; nothing is accepted |
//! | null | empty, and somebody owns the cell |
//! | a link | a stack of waiting messages, newest first, and somebody owns the cell |
//!
//! The push that replaces `IDLE` makes the pusher the owner: it must see to it that the cell runs, and
//! as the owner it puts its message straight where the owner looks first, into `ready`. The owner
//! alone takes messages: when `ready` is empty, it takes the whole stack and reverses it into
//! `ready`. It gives ownership up by replacing null with `IDLE`, which fails when a message has come
//! meanwhile. A
//! producer never waits for another one, and a taken link is never compared again, so there is no
//! ABA problem.
//!
//! The bound costs producers nothing but a look: at the count in `incoming`, and at the count of what
//! is ready, which the owner alone writes, and not for each message. While the owner moves messages
//! from the one to the other they count twice, and while more than 16 are ready up to 15 of those it
//! has taken out still count, so the bound may seem reached a little early. A producer that looked
//! before the owner moved a full stack, and queues after it, gets in beyond the bound: at most one
//! message for each producer that races, so memory stays bounded.
//!
//! Taking, claiming and releasing are sequentially consistent, together with the signals of
//! [`SignalSet`](super::signals::SignalSet). Who raises a signal and then cannot claim the cell, or
//! still finds no room, knows that its owner looks at the signals again.
#![expect(unsafe_code, reason = "an intrusive lock-free queue; modelled under loom")]

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::seam::sync::{AtomicPtr, AtomicU32, Ordering};

/// Links are aligned to 16 bytes, and addresses have at most 48 bits: the count has the other 20.
pub(crate) const ALIGN: usize = 16;
const ADDRESS_BITS: u32 = 44;
const ADDRESS: usize = (1 << ADDRESS_BITS) - 1;
/// The count stays here when there are more.
const COUNT_MAX: usize = (1 << (usize::BITS - ADDRESS_BITS)) - 1;

const _: () = assert!(usize::BITS == 64, "the count shares a word of 64 bits with an address");
const _: () = assert!((crate::limits::MAILBOX_CAPACITY_MAX as usize) < COUNT_MAX);

/// What a queued message starts with. It is aligned to [`ALIGN`].
pub(crate) struct Link {
    next: Cell<*mut Link>,
}

impl Link {
    pub(crate) const fn new() -> Self {
        Link { next: Cell::new(null_mut()) }
    }
}

/// What `incoming` holds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Head(*mut Link);

impl Head {
    const EMPTY: Self = Head(null_mut());
    const IDLE: Self = Head(std::ptr::without_provenance_mut(1));
    const CLOSED: Self = Head(std::ptr::without_provenance_mut(2));

    #[inline]
    fn of(link: *mut Link, count: usize) -> Self {
        let count = count.min(COUNT_MAX);
        Head(link.map_addr(|address| (address >> ALIGN.ilog2()) | (count << ADDRESS_BITS)))
    }

    /// The newest link, or null.
    #[inline]
    fn link(self) -> *mut Link {
        if self == Head::IDLE || self == Head::CLOSED {
            return null_mut();
        }
        self.0.map_addr(|word| (word & ADDRESS) << ALIGN.ilog2())
    }

    #[inline]
    fn count(self) -> usize {
        self.0.addr() >> ADDRESS_BITS
    }
}

/// What became of a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// Queued, and the cell was idle: the caller owns it now.
    Claimed,
    /// Queued; whoever owns the cell will handle it.
    Queued,
    /// Not queued: as many wait as may.
    Full,
    /// Not queued: the actor has ended.
    Closed,
}

/// See the module. What producers write to is apart from what the owner writes to for each
/// message, [`Ready`], so that they do not fight over a cache line.
pub(crate) struct Mailbox {
    incoming: AtomicPtr<Link>,
    /// How many were ready when the owner last said so.
    ready_count: AtomicU32,
    /// The cell's bound, kept here where there is room for it.
    capacity: u32,
}

/// Messages that were taken, in order of arrival. The owner's, as is what else it keeps in the rest of
/// the word.
#[repr(C)]
pub(crate) struct Ready<T = ()> {
    first: Cell<*mut Link>,
    count: Cell<u32>,
    pub(crate) rest: T,
}

/// How many messages the owner takes out before it says so.
const REPORT: u32 = 16;

impl<T> Ready<T> {
    /// Nothing, beside `rest`.
    pub(crate) fn beside(rest: T) -> Self {
        Ready { first: Cell::new(null_mut()), count: Cell::new(0), rest }
    }

    /// Whether producers know how many there are, exactly.
    #[inline]
    pub(crate) fn is_reported(&self) -> bool {
        let count = self.count.get();
        count < REPORT || count.is_multiple_of(REPORT)
    }

    fn set(&self, first: *mut Link, count: u32) {
        self.first.set(first);
        self.count.set(count);
    }
}

impl Mailbox {
    /// Empty, and owned by the caller: it becomes idle by [`Mailbox::release`].
    pub(crate) fn owned() -> Self {
        Self::with(Head::EMPTY)
    }

    /// Empty, and idle.
    pub(crate) fn idle() -> Self {
        Self::with(Head::IDLE)
    }

    fn with(head: Head) -> Self {
        Mailbox {
            incoming: AtomicPtr::new(head.0),
            ready_count: AtomicU32::new(0),
            capacity: u32::MAX,
        }
    }

    /// The same, of this capacity.
    pub(crate) fn of_capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity;
        self
    }

    #[inline]
    pub(crate) fn capacity(&self) -> u32 {
        self.capacity
    }

    #[inline]
    fn head(&self, ordering: Ordering) -> Head {
        Head(self.incoming.load(ordering))
    }

    #[inline]
    fn exchange(&self, current: Head, new: Head, success: Ordering, failure: Ordering) -> bool {
        self.incoming.compare_exchange(current.0, new.0, success, failure).is_ok()
    }

    /// Queues a message, unless `capacity` wait already.
    ///
    /// # Safety
    ///
    /// If the message is queued, `link` belongs to the mailbox until it is taken. `ready` is the
    /// cell's.
    #[inline(always)]
    pub(crate) unsafe fn push<T>(
        &self,
        link: NonNull<Link>,
        capacity: u32,
        ready: &Ready<T>,
    ) -> Pushed {
        let mut current = self.head(Ordering::Acquire);
        loop {
            let new = if current == Head::IDLE {
                Head::EMPTY
            } else if current == Head::CLOSED {
                return Pushed::Closed;
            } else if self.count(current) >= capacity {
                return Pushed::Full;
            } else {
                // SAFETY: the caller gave the link to this mailbox, and nobody else has seen it yet.
                unsafe { link.as_ref() }.next.set(current.link());
                Head::of(link.as_ptr(), current.count() + 1)
            };
            match self.incoming.compare_exchange_weak(
                current.0,
                new.0,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) if current == Head::IDLE => {
                    // SAFETY: as above; `ready` is the owner's, and empty in an idle cell.
                    unsafe { link.as_ref() }.next.set(null_mut());
                    ready.set(link.as_ptr(), 1);
                    self.ready_count.store(1, Ordering::Release);
                    return Pushed::Claimed;
                }
                Ok(_) => return Pushed::Queued,
                Err(now) => current = Head(now),
            }
        }
    }

    #[inline]
    fn count(&self, head: Head) -> u32 {
        let incoming = u32::try_from(head.count()).unwrap_or(u32::MAX);
        incoming.saturating_add(self.ready_count.load(Ordering::SeqCst))
    }

    /// How many messages wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.count(self.head(Ordering::SeqCst))
    }

    /// Takes ownership of an idle cell.
    #[inline]
    pub(crate) fn try_claim(&self) -> bool {
        self.exchange(Head::IDLE, Head::EMPTY, Ordering::SeqCst, Ordering::SeqCst)
    }

    /// Whether somebody owns the cell, and nothing waits that was not taken.
    pub(crate) fn is_being_emptied(&self) -> bool {
        self.head(Ordering::Relaxed) == Head::EMPTY
    }

    /// Whether it is empty, and nobody owns the cell.
    pub(crate) fn is_idle(&self) -> bool {
        self.head(Ordering::SeqCst) == Head::IDLE
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.head(Ordering::SeqCst) == Head::CLOSED
    }

    /// Takes the oldest message.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, whose `ready` it is.
    #[inline]
    pub(crate) unsafe fn pop<T>(&self, ready: &Ready<T>) -> Option<NonNull<Link>> {
        if ready.first.get().is_null() {
            // SAFETY: the caller owns the cell.
            unsafe { self.refill(ready) };
        }
        let first = NonNull::new(ready.first.get())?;
        let left = ready.count.get() - 1;
        // SAFETY: links in `ready` belong to the mailbox, and only the owner touches them.
        ready.set(unsafe { first.as_ref() }.next.get(), left);
        // Exact while few wait, so that a small mailbox has the room it says.
        if ready.is_reported() {
            self.ready_count.store(left, Ordering::Release);
        }
        Some(first)
    }

    /// Says how many messages are ready, exactly. Called by the owner.
    pub(crate) fn report<T>(&self, ready: &Ready<T>) {
        self.ready_count.store(ready.count.get(), Ordering::SeqCst);
    }

    /// Moves the stack of waiting messages behind what is ready, which is nothing.
    ///
    /// # Safety
    ///
    /// The caller owns the cell.
    #[inline]
    unsafe fn refill<T>(&self, ready: &Ready<T>) {
        let seen = self.head(Ordering::Relaxed).count();
        if seen == 0 {
            return;
        }
        // Before the move, so that nothing fits in between.
        self.ready_count.store(u32::try_from(seen).unwrap_or(u32::MAX), Ordering::Relaxed);
        let taken = Head(self.incoming.swap(Head::EMPTY.0, Ordering::SeqCst));
        // SAFETY: an owned, open mailbox holds null or links that belong to it.
        let (first, count) = unsafe { reverse(taken) };
        ready.set(first, count);
        self.ready_count.store(count, Ordering::Release);
    }

    /// Moves every waiting message that `urgent` picks out of the queue, oldest first.
    ///
    /// # Safety
    ///
    /// The caller owns the cell.
    pub(crate) unsafe fn extract<T>(
        &self,
        ready: &Ready<T>,
        urgent: impl Fn(NonNull<Link>) -> bool,
        mut take: impl FnMut(NonNull<Link>),
    ) {
        // Before the move, so that nothing fits in between.
        self.ready_count.store(self.waiting(), Ordering::SeqCst);
        let taken = Head(self.incoming.swap(Head::EMPTY.0, Ordering::SeqCst));
        // SAFETY: an owned, open mailbox holds null or links that belong to it.
        let (incoming, _) = unsafe { reverse(taken) };
        let mut kept = Vec::new();
        for start in [ready.first.get(), incoming] {
            let mut current = start;
            while let Some(link) = NonNull::new(current) {
                // SAFETY: the link belongs to the mailbox, and only the owner touches it.
                current = unsafe { link.as_ref() }.next.get();
                if urgent(link) { take(link) } else { kept.push(link) }
            }
        }
        let count = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        let mut next = null_mut();
        for link in kept.into_iter().rev() {
            // SAFETY: as above.
            unsafe { link.as_ref() }.next.set(next);
            next = link.as_ptr();
        }
        ready.set(next, count);
        self.ready_count.store(count, Ordering::Release);
    }

    /// Gives ownership up; false when messages wait, and the caller is still the owner.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and after a `true` touches nothing that belongs to the owner.
    #[inline]
    pub(crate) unsafe fn release<T>(&self, ready: &Ready<T>) -> bool {
        ready.first.get().is_null()
            && self.exchange(Head::EMPTY, Head::IDLE, Ordering::SeqCst, Ordering::Relaxed)
    }

    /// Accepts nothing any more, and hands over what still waits, oldest first.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, or is the only one that has it. Nobody can claim it any more.
    pub(crate) unsafe fn close<T>(&self, ready: &Ready<T>, mut take: impl FnMut(NonNull<Link>)) {
        let taken = Head(self.incoming.swap(Head::CLOSED.0, Ordering::SeqCst));
        // SAFETY: an open mailbox holds links that belong to it, if any.
        let (waiting, _) = unsafe { reverse(taken) };
        self.ready_count.store(0, Ordering::Release);
        let first = ready.first.replace(null_mut());
        for start in [first, waiting] {
            let mut current = start;
            while let Some(link) = NonNull::new(current) {
                // SAFETY: the link belongs to the mailbox, and only the owner touches it.
                current = unsafe { link.as_ref() }.next.get();
                take(link);
            }
        }
    }
}

/// The links of a stack, oldest first, and how many there are.
///
/// # Safety
///
/// The caller has the stack to itself.
#[inline]
unsafe fn reverse(stack: Head) -> (*mut Link, u32) {
    let mut rest = stack.link();
    let (mut reversed, mut count) = (null_mut(), 0);
    while let Some(link) = NonNull::new(rest) {
        // SAFETY: the caller has the chain to itself.
        rest = unsafe { link.as_ref() }.next.replace(reversed);
        reversed = link.as_ptr();
        count += 1;
    }
    (reversed, count)
}
