//! Running a cell: taking ownership, handling what waits, attending to signals, giving it up.
#![expect(unsafe_code, reason = "the owner's side of the mailbox")]

use std::sync::Arc;

use super::{Cell, CellRef, marks};
use crate::runtime::actor::Actor;
use crate::runtime::any_cell::AnyCell;
use crate::runtime::deliver;
use crate::runtime::envelope::{Parcel, Step};
use crate::runtime::event::DeadReason;
use crate::runtime::lifecycle::{self, Ending, Failed};
use crate::runtime::signals::Signals;
use crate::seam::{Run, Runnable};

/// Messages handled before other cells get a turn.
const BATCH: u32 = 256;
/// How often an asker looks whether a busy actor is about to be idle: less than a microsecond.
const SPINS: u32 = 32;
/// Messages that are handled in about that time.
const SHORT_QUEUE: u32 = 8;
/// The most looks for another message: about two microseconds.
const PATIENCE_MAX: u32 = 64;

thread_local! {
    /// How many looks for another message have paid off lately.
    static PATIENCE: std::cell::Cell<u32> = const { std::cell::Cell::new(1) };
}

impl<A: Actor> Run for Cell<A> {
    fn run(self: Arc<Self>) -> Option<Runnable> {
        run(self)
    }
}

/// What there is one of, whatever the actor.
fn run(cell: Arc<dyn AnyCell>) -> Option<Runnable> {
    let borrowed = CellRef::from(&cell);
    match borrowed.run_batch(borrowed.system.is_simulated()) {
        Some(Turnover::Again) if !borrowed.release() => Some(cell),
        _ => None,
    }
}

/// How a batch ended, for a cell that is still its runner's.
enum Turnover {
    /// The cell is idle.
    Idle,
    /// There may be more to do.
    Again,
}

impl CellRef<'_> {
    /// Raises `signals` and sees to it that somebody attends to them.
    pub(crate) fn signal(self, signals: Signals) {
        self.ready.rest.signals.raise(signals);
        if self.mailbox.try_claim()
            || (signals.has(Signals::CANCEL) && self.ready.rest.parking.notify())
        {
            self.schedule();
        }
    }

    /// Takes an idle cell that nobody wants anything else of.
    #[inline]
    pub(crate) fn claim_quietly(self) -> bool {
        if !self.mailbox.try_claim() {
            return false;
        }
        if self.ready.rest.signals.get().urgent() {
            self.schedule();
            return false;
        }
        true
    }

    /// Takes a cell that is idle, or about to be: waiting for another asker's handler to end takes
    /// less time than a way through the mailbox.
    #[inline]
    pub(crate) fn claim_patiently(self) -> bool {
        self.claim_quietly() || self.claim_spinning()
    }

    #[cold]
    fn claim_spinning(self) -> bool {
        for _ in 0..SPINS {
            if self.mailbox.waiting() > SHORT_QUEUE
                || self.is_closed()
                || self.ready.rest.parking.is_parked()
            {
                return false;
            }
            std::hint::spin_loop();
            if self.claim_quietly() {
                return true;
            }
        }
        false
    }

    /// Goes on after a message that the caller handled in place.
    #[inline]
    pub(crate) fn after_in_place(self, step: Step) {
        match step {
            Step::Done if !self.wants_stop() => self.give_up(),
            Step::Suspended => {}
            other => {
                if self.settle(other).is_some() {
                    self.give_up();
                }
            }
        }
    }

    /// Gives an owned cell up: it becomes idle, or a runner goes on with it.
    #[inline]
    pub(crate) fn give_up(self) {
        if !self.release() {
            self.schedule();
        }
    }

    /// Makes the cell idle; false when there is more to do, and the caller is still the owner.
    #[inline]
    pub(super) fn release(self) -> bool {
        if self.marked(marks::FRONT) {
            return false;
        }
        // SAFETY: called by the owner, which stops touching the cell's state after a `true`.
        if !unsafe { self.mailbox.release(&self.ready) } {
            return false;
        }
        let signals = self.ready.rest.signals.get();
        if signals.has(Signals::WAITERS) {
            self.wake_waiters();
        }
        !(signals.urgent() && self.mailbox.try_claim())
    }

    /// Attends to what was signalled; `None` when the cell is no longer the caller's.
    #[cold]
    #[inline(never)]
    fn attend(self, signals: Signals) -> Option<()> {
        self.let_in();
        if signals.has(Signals::CANCEL) {
            self.ready.rest.signals.lower(Signals::CANCEL);
            self.cancel_frame();
        }
        if signals.has(Signals::CONTROL) {
            self.ready.rest.signals.lower(Signals::CONTROL);
            self.hurry_control();
        }
        if signals.has(Signals::HANDOVER) && self.frame.get().is_null() {
            return self.hand_over();
        }
        Some(())
    }

    /// Gives the cell to whoever asked for it first; `None` when somebody took it.
    pub(crate) fn hand_over(self) -> Option<()> {
        let Some(extra) = self.extra() else { return Some(()) };
        loop {
            let (taker, more) = extra.next_taker();
            if !more {
                self.ready.rest.signals.lower(Signals::HANDOVER);
                // One may have come between the look and the lowering.
                if extra.has_takers() {
                    self.ready.rest.signals.raise(Signals::HANDOVER);
                }
            }
            match taker {
                None => return Some(()),
                Some(taker) => {
                    if taker.send(()).is_ok() {
                        return None;
                    }
                }
            }
        }
    }

    /// Goes on after a message; `None` when the cell is no longer the caller's.
    #[inline]
    pub(super) fn settle(self, step: Step) -> Option<()> {
        match step {
            Step::Done => {
                if self.wants_stop() {
                    lifecycle::end(self, Ending::StoppedItself);
                    return None;
                }
                Some(())
            }
            Step::Suspended => None,
            other => self.settle_rarely(other),
        }
    }

    #[cold]
    #[inline(never)]
    fn settle_rarely(self, step: Step) -> Option<()> {
        match step {
            Step::Done => Some(()),
            Step::Suspended => None,
            Step::Stash(parcel) => {
                if let Err(parcel) = self.extra_or_init().stash(parcel) {
                    self.bury(parcel, DeadReason::StashFull);
                }
                Some(())
            }
            Step::Failed(failed) => {
                lifecycle::fail(self, *failed);
                None
            }
            Step::Stop => {
                lifecycle::end(self, Ending::Stopped);
                None
            }
        }
    }

    /// Whether the simulation makes the actor crash instead of handling `parcel`.
    #[cold]
    fn crashes(self, parcel: &Parcel) -> bool {
        !parcel.handling().internal
            && self.system.seam().simulation().is_some_and(|simulation| simulation.crashes_now())
    }

    /// Handles what waits, for a while; `None` when the cell is no longer the caller's.
    #[inline]
    fn run_batch(self, simulated: bool) -> Option<Turnover> {
        if !self.frame.get().is_null() {
            if self.ready.rest.signals.get().has(Signals::CANCEL) {
                self.attend(self.ready.rest.signals.get())?;
            } else {
                // SAFETY: who runs a scheduled cell owns it; it has a frame.
                self.settle(unsafe { self.resume() })?;
            }
        }
        let mut told = 0;
        for _ in 0..if simulated { 1 } else { BATCH } {
            let parcel = loop {
                let signals = self.ready.rest.signals.get();
                if signals.urgent() {
                    self.attend(signals)?;
                } else if signals.has(Signals::WAITERS) && self.ready.is_reported() {
                    self.let_in();
                }
                if let Some(next) = self.take(signals) {
                    break next;
                }
                // More than the message that made it run, and nobody waits for answers: somebody
                // sends while it runs.
                if told > 1 && self.linger() {
                    continue;
                }
                if self.release() {
                    return Some(Turnover::Idle);
                }
            };
            if simulated && self.crashes(&parcel) {
                self.put_front(parcel);
                lifecycle::fail(self, Failed::injected());
                return None;
            }
            told = if parcel.terms().is_none() { told + 1 } else { 0 };
            // SAFETY: the runner owns the cell; it is occupied while it runs.
            self.settle(unsafe { deliver::open(parcel, self) })?;
            self.after_message();
        }
        Some(Turnover::Again)
    }

    /// Looks a little longer for messages: to become idle between two messages of a busy sender costs
    /// that sender a wake-up for each. How long pays is learnt, by each thread.
    #[inline]
    fn linger(self) -> bool {
        if self.system.seam().has_next() {
            return false;
        }
        let patience = PATIENCE.get();
        for _ in 0..patience {
            std::hint::spin_loop();
            if !self.mailbox.is_being_emptied() {
                PATIENCE.set((2 * patience).min(PATIENCE_MAX));
                return true;
            }
        }
        PATIENCE.set((patience / 2).max(1));
        false
    }

    /// Checks the system's invariants.
    pub(crate) fn after_message(self) {
        self.system.check_invariants(|| self.identity());
    }
}
