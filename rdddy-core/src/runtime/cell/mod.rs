//! One actor: its state, its mailbox, and the rules of who may touch them.
//!
//! A cell is owned by at most one party at a time: a runner, a caller that runs an ask or an event
//! in place, or a lifecycle task that starts, restarts or ends the actor. Ownership is what
//! [`Mailbox`] hands out, and only the owner touches `state`, `frame` and `marks`.
//!
//! A handler that has to wait leaves its frame in the cell and *parks* it: nobody runs the cell, but
//! it is not idle either, so messages queue. `parking` decides between the waker and the owner:
//!
//! | `parking` | meaning | a wake |
//! |---|---|---|
//! | `POLLING` | the owner is polling, or there is no frame | sets `NOTIFIED` |
//! | `WAITING` | parked | sets `NOTIFIED` and schedules the cell: its runner is the owner |
//! | `NOTIFIED` | woken; the owner polls again before it parks | nothing |
//!
//! A parked cell keeps itself alive by one reference count of its own.
#![expect(unsafe_code, reason = "state that only the owner touches, without a lock")]

mod queue;
mod reference;
mod run;
mod wait;

use std::cell::{Cell as StdCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::null_mut;
use std::sync::Arc;

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::config::{ActorConfig, Capacity, Overflow};
use super::event::ActorIdentity;
use super::extra::Extra;
use super::frame::Frame;
use super::id::{ActorId, ActorPath};
use super::lazy::Lazy;
use super::mailbox::{Mailbox, Ready};
use super::parking::Parking;
use super::signals::SignalSet;
use super::system::System;

pub(crate) use queue::Unqueued;
pub(crate) use reference::CellRef;

/// What the owner remembers.
mod marks {
    /// `state` holds an actor.
    pub(super) const OCCUPIED: u8 = 1;
    /// The actor has asked to end after the present message.
    pub(super) const STOP: u8 = 2;
    /// Messages wait in front of the mailbox.
    pub(super) const FRONT: u8 = 4;
}

/// An actor in its cell. What does not depend on its type comes first, so that a pointer to a cell is
/// a pointer to its core.
#[repr(C)]
pub(crate) struct Cell<A: Actor> {
    core: Core,
    state: UnsafeCell<MaybeUninit<A>>,
}

/// All of a cell but the actor. What producers write to comes first, what the owner writes to comes
/// last.
#[repr(C)]
pub(crate) struct Core {
    mailbox: Mailbox,
    system: Arc<System>,
    id: ActorId,
    extra: Lazy<Extra>,
    frame: StdCell<*mut Frame>,
    ready: Ready<Flags>,
}

/// How the cell stands, in three bytes.
struct Flags {
    parking: Parking,
    signals: SignalSet,
    marks: StdCell<u8>,
}

// SAFETY: `frame`, `marks` and the mailbox's owner side are touched by the owner only, and ownership
// passes between threads through the mailbox's and the parking's atomics.
unsafe impl Send for Core {}
// SAFETY: as above.
unsafe impl Sync for Core {}
// SAFETY: `state` is touched by the owner only, and an `Actor` is `Send`. There is no bound on `A`:
// actors that hold each other's references would recurse.
unsafe impl<A: Actor> Send for Cell<A> {}
// SAFETY: as above.
unsafe impl<A: Actor> Sync for Cell<A> {}

impl<A: Actor> Deref for Cell<A> {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        &self.core
    }
}

impl<A: Actor> Cell<A> {
    /// A cell that holds `actor`. The caller owns it if the actor has an `on_start`; otherwise it is
    /// idle.
    #[inline]
    pub(crate) fn new(
        id: ActorId,
        system: Arc<System>,
        actor: A,
        config: &ActorConfig,
    ) -> Arc<Self> {
        // An actor without `on_start` is ready as it is.
        let mailbox = if A::HOOKS.on_start { Mailbox::owned() } else { Mailbox::idle() };
        let capacity = match config.mailbox {
            // All its messages overflow: into a ring, whose oldest can be dropped.
            Capacity::Bounded(_) if config.overflow == Overflow::DropOldest => 0,
            Capacity::Bounded(capacity) => capacity,
            Capacity::Unbounded => u32::MAX,
        };
        let core = Core {
            mailbox: mailbox.of_capacity(capacity),
            ready: Ready::beside(Flags {
                parking: Parking::new(),
                signals: SignalSet::new(),
                marks: StdCell::new(marks::OCCUPIED),
            }),
            frame: StdCell::new(null_mut()),
            extra: Lazy::new(),
            id,
            system,
        };
        Arc::new(Cell { core, state: UnsafeCell::new(MaybeUninit::new(actor)) })
    }

    pub(crate) fn path(&self) -> ActorPath {
        (self as &dyn AnyCell).path()
    }

    pub(crate) fn identity(&self) -> ActorIdentity {
        (self as &dyn AnyCell).identity()
    }

    /// # Safety
    ///
    /// The caller owns the cell, which is occupied.
    #[inline]
    pub(crate) unsafe fn actor(&self) -> &A {
        // SAFETY: the caller's promise.
        unsafe { (*self.state.get()).assume_init_ref() }
    }

    /// # Safety
    ///
    /// The caller owns the cell, which is occupied, and drops the reference before it gives the
    /// cell up. The cell outlives the reference.
    #[inline]
    pub(crate) unsafe fn actor_mut<'a>(&self) -> &'a mut A {
        // SAFETY: the caller's promise.
        unsafe { (*self.state.get()).assume_init_mut() }
    }

    /// Takes the actor out of the cell.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and no handler is running.
    pub(crate) unsafe fn vacate(&self) -> Option<A> {
        let marks = self.ready.rest.marks.get();
        if marks & marks::OCCUPIED == 0 {
            return None;
        }
        self.ready.rest.marks.set(marks & !marks::OCCUPIED);
        // SAFETY: it was occupied, and no longer counts as such.
        Some(unsafe { (*self.state.get()).assume_init_read() })
    }

    /// Puts an actor into the cell.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, which is vacant.
    pub(crate) unsafe fn occupy(&self, actor: A) {
        // SAFETY: the caller's promise.
        unsafe { (*self.state.get()).write(actor) };
        self.mark(marks::OCCUPIED);
    }
}

impl Core {
    #[inline]
    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    #[inline]
    pub(crate) fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// Messages that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.mailbox.waiting() as usize + self.extra().map_or(0, Extra::waiting)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.mailbox.is_closed()
    }

    /// Whether the actor has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.mailbox.is_idle()
    }

    /// Takes an idle cell.
    pub(crate) fn claim(&self) -> bool {
        self.mailbox.try_claim()
    }

    pub(crate) fn extra(&self) -> Option<&Extra> {
        self.extra.get()
    }

    pub(crate) fn extra_or_init(&self) -> &Extra {
        self.extra.get_or_init()
    }

    /// Which life of the actor this is, counted from 1.
    pub(crate) fn incarnation(&self) -> u32 {
        self.extra().map_or(1, Extra::incarnation)
    }

    #[inline]
    fn marked(&self, mark: u8) -> bool {
        self.ready.rest.marks.get() & mark != 0
    }

    fn mark(&self, mark: u8) {
        self.ready.rest.marks.set(self.ready.rest.marks.get() | mark);
    }

    fn unmark(&self, mark: u8) {
        self.ready.rest.marks.set(self.ready.rest.marks.get() & !mark);
    }

    /// Whether the cell holds an actor. Asked by the owner.
    pub(crate) fn is_occupied(&self) -> bool {
        self.marked(marks::OCCUPIED)
    }

    pub(crate) fn request_stop(&self) {
        self.mark(marks::STOP);
    }

    pub(crate) fn clear_stop(&self) {
        self.unmark(marks::STOP);
    }

    #[inline]
    pub(crate) fn wants_stop(&self) -> bool {
        self.marked(marks::STOP)
    }
}

impl<A: Actor> Drop for Cell<A> {
    fn drop(&mut self) {
        let pointer: *const Self = self;
        // SAFETY: the cell is alive until this returns, and nobody else has it any more; what it is
        // lent to does not keep it.
        unsafe {
            CellRef::of_dying(pointer).close();
            drop(self.vacate());
        }
    }
}

impl<A: Actor> std::fmt::Debug for Cell<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cell").field("actor", &self.path()).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(rdddy_loom)))]
mod tests {
    use super::Cell;
    use crate::runtime::Actor;

    struct Counter(#[expect(dead_code, reason = "its size matters")] u64);

    impl Actor for Counter {
        const NAME: &'static str = "Counter";
    }

    /// With the two counts of an `Arc` that is a block of 96 bytes for malloc; the registry adds 16.
    #[test]
    fn a_cell_with_a_word_of_state_takes_nine_words() {
        assert_eq!(size_of::<Cell<Counter>>(), 72);
    }
}
