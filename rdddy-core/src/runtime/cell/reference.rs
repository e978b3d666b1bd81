//! A borrowed cell whose actor type is not known.
#![expect(unsafe_code, reason = "a borrow of an `Arc` that becomes one, or typed again")]

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use super::{Cell, Core};
use crate::runtime::actor::Actor;
use crate::runtime::any_cell::AnyCell;
use crate::runtime::config::ActorConfig;
use crate::runtime::event::{ActorIdentity, DeadReason, Failure, SystemEvent};
use crate::runtime::frame::panic_message;
use crate::runtime::handling::Handling;
use crate::runtime::id::ActorPath;

/// See the module. It points into an `Arc` that is alive for `'a`.
#[derive(Clone, Copy)]
pub(crate) struct CellRef<'a> {
    cell: *const dyn AnyCell,
    borrowed: PhantomData<&'a ()>,
}

// SAFETY: it is a shared reference to what is `Sync`.
unsafe impl Send for CellRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for CellRef<'_> {}

impl<'a, A: Actor> From<&'a Arc<Cell<A>>> for CellRef<'a> {
    #[inline]
    fn from(cell: &'a Arc<Cell<A>>) -> Self {
        let cell: *const Cell<A> = Arc::as_ptr(cell);
        CellRef { cell, borrowed: PhantomData }
    }
}

impl<'a> From<&'a Arc<dyn AnyCell>> for CellRef<'a> {
    #[inline]
    fn from(cell: &'a Arc<dyn AnyCell>) -> Self {
        CellRef { cell: Arc::as_ptr(cell), borrowed: PhantomData }
    }
}

impl Deref for CellRef<'_> {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        // SAFETY: the cell is alive, and starts with its core.
        unsafe { &*self.cell.cast::<Core>() }
    }
}

impl<'a> CellRef<'a> {
    /// A cell that is being dropped.
    ///
    /// # Safety
    ///
    /// The cell is alive for `'a`, and nobody makes an `Arc` of it.
    pub(super) unsafe fn of_dying<A: Actor>(cell: *const Cell<A>) -> Self {
        CellRef { cell, borrowed: PhantomData }
    }

    #[inline]
    pub(crate) fn any(self) -> &'a (dyn AnyCell + 'static) {
        // SAFETY: the cell is alive for `'a`.
        unsafe { &*self.cell }
    }

    /// A share of the cell.
    #[inline]
    pub(crate) fn to_arc(self) -> Arc<dyn AnyCell> {
        // SAFETY: it points into an `Arc` that is alive.
        unsafe {
            Arc::increment_strong_count(self.cell);
            Arc::from_raw(self.cell)
        }
    }

    /// Counts a share that nobody holds, until [`CellRef::forget_share`].
    pub(super) fn add_share(self) {
        // SAFETY: it points into an `Arc` that is alive.
        unsafe { Arc::increment_strong_count(self.cell) };
    }

    /// # Safety
    ///
    /// There was an [`CellRef::add_share`] that this takes back, and there is another share.
    pub(super) unsafe fn forget_share(self) {
        // SAFETY: the caller's promise.
        unsafe { Arc::decrement_strong_count(self.cell) }
    }

    /// # Safety
    ///
    /// The cell outlives whatever is done with the reference.
    #[inline]
    pub(crate) unsafe fn for_longer(self) -> CellRef<'static> {
        CellRef { cell: self.cell, borrowed: PhantomData }
    }

    /// # Safety
    ///
    /// It is a cell of an `A`, and outlives the share, which is not a counted one.
    #[inline]
    pub(crate) unsafe fn typed<A: Actor>(self) -> ManuallyDrop<Arc<Cell<A>>> {
        // SAFETY: the caller's promise.
        ManuallyDrop::new(unsafe { Arc::from_raw(self.cell.cast::<Cell<A>>()) })
    }

    /// # Safety
    ///
    /// It is a cell of an `A`. The caller owns it, and it is occupied.
    #[inline]
    pub(crate) unsafe fn actor<A: Actor>(self) -> &'a A {
        // SAFETY: the caller's promise; the cell is alive for `'a`.
        unsafe { (*self.cell.cast::<Cell<A>>()).actor() }
    }

    /// # Safety
    ///
    /// It is a cell of an `A`. The caller owns it, which is occupied, and drops the reference before
    /// it gives the cell up. The cell outlives the reference.
    #[inline]
    pub(crate) unsafe fn actor_mut<'b, A: Actor>(self) -> &'b mut A {
        // SAFETY: the caller's promise.
        unsafe { (*self.cell.cast::<Cell<A>>()).actor_mut() }
    }

    /// A waker that borrows the cell: cloning it is what costs a count.
    ///
    /// # Safety
    ///
    /// It is a cell of an `A`, and outlives the waker.
    pub(crate) unsafe fn waker<A: Actor>(self) -> ManuallyDrop<Waker> {
        // SAFETY: the caller's promise.
        let cell = unsafe { self.typed::<A>() };
        ManuallyDrop::new(Waker::from(ManuallyDrop::into_inner(cell)))
    }

    pub(crate) fn path(self) -> ActorPath {
        self.any().path()
    }

    pub(crate) fn identity(self) -> ActorIdentity {
        self.any().identity()
    }

    pub(crate) fn config(self) -> ActorConfig {
        self.any().config()
    }

    /// Checks the actor's invariants. Called by the owner, after a handler has ended.
    pub(crate) fn check_invariants(self) -> Result<(), Failure> {
        if !self.is_occupied() {
            return Ok(());
        }
        // SAFETY: called by the owner, and the cell is occupied.
        let checked = catch_unwind(AssertUnwindSafe(|| unsafe { self.any().check_invariants() }));
        match checked {
            Ok(held) => held.map_err(Failure::Breach),
            Err(panic) => Err(Failure::Panic(panic_message(&*panic))),
        }
    }

    /// Reports a breach, if `failure` is one.
    pub(crate) fn report_breach(self, failure: &Failure) {
        if let Failure::Breach(breach) = failure {
            let breach = breach.clone();
            self.system().emit(|| SystemEvent::ContractBreached { actor: self.identity(), breach });
        }
    }

    /// Enters a message that this actor will not handle into the books.
    pub(crate) fn dead_letter(self, handling: &Handling, reason: DeadReason) {
        let (name, actor) = ((handling.name)(), Some(self.identity()));
        self.system().dead_letter(name, handling.kind, actor, self.id(), reason);
    }
}
