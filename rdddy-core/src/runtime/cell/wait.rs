//! A handler that waits: its frame stays with the cell, and its waker finds the cell.
#![expect(unsafe_code, reason = "a waiting cell keeps itself alive by a count of its own")]

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::task::{Context as TaskContext, Wake};

use super::{Cell, CellRef};
use crate::runtime::actor::Actor;
use crate::runtime::envelope::Step;
use crate::runtime::frame::Frame;
use crate::runtime::signals::Signals;
use crate::seam::Runnable;

impl CellRef<'_> {
    /// Leaves a handler's frame with the cell; parks it, if `park` says so and no wake has come.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and no longer does after [`Step::Suspended`].
    pub(crate) unsafe fn leave_waiting(self, frame: NonNull<Frame>, park: bool) -> Step {
        self.mailbox.report(&self.ready);
        // It may be long until the next look.
        self.let_in();
        self.frame.set(frame.as_ptr());
        self.add_share();
        // In a system that was dropped nobody will cancel the handler later: `resume` does.
        if park && !self.system.has_ended() && self.ready.rest.parking.park() {
            return Step::Suspended;
        }
        // SAFETY: the caller owns the cell, and the frame has just been left there.
        unsafe { self.resume() }
    }

    /// Polls the waiting handler until it ends or has to wait again.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, which has a frame.
    #[cold]
    pub(super) unsafe fn resume(self) -> Step {
        let waker = self.to_arc().into_waker();
        let mut task = TaskContext::from_waker(&waker);
        loop {
            self.ready.rest.parking.begin_poll();
            if self.ready.rest.signals.get().has(Signals::CANCEL) || self.system.has_ended() {
                // The signal stays up: there is more to it for whoever runs the cell.
                self.cancel_frame();
                return Step::Done;
            }
            let Some(frame) = NonNull::new(self.frame.get()) else { return Step::Done };
            // SAFETY: the caller owns the cell, and this is its waiting frame.
            if let Some(step) = unsafe { Frame::poll(frame, &mut task) } {
                self.frame.set(null_mut());
                self.ready.rest.parking.begin_poll();
                // SAFETY: the share of `leave_waiting`; the waker has another.
                unsafe { self.forget_share() };
                return step;
            }
            if self.ready.rest.parking.park() {
                return Step::Suspended;
            }
        }
    }

    /// Drops the waiting handler, if there is one.
    pub(crate) fn cancel_frame(self) {
        if let Some(frame) = NonNull::new(self.frame.replace(null_mut())) {
            // SAFETY: called by the owner; this was the waiting frame.
            unsafe { Frame::cancel(frame) };
            self.ready.rest.parking.begin_poll();
            // SAFETY: the share of `leave_waiting`; whoever lends the cell has another.
            unsafe { self.forget_share() };
        }
    }
}

impl<A: Actor> Wake for Cell<A> {
    fn wake(self: Arc<Self>) {
        if self.ready.rest.parking.notify() {
            let system = Arc::clone(&self.system);
            system.seam().schedule(self);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.ready.rest.parking.notify() {
            self.system.seam().schedule(Arc::clone(self) as Runnable);
        }
    }
}
