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

use std::cell::{Cell as StdCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::task::{Context as TaskContext, Wake, Waker};

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::config::{ActorConfig, Capacity, Overflow};
use super::envelope::{Body, Parcel, Step};
use super::error::ContractBreach;
use super::event::{ActorIdentity, DeadReason, Failure, SystemEvent};
use super::extra::Extra;
use super::frame::{FrameHeader, panic_message};
use super::id::{ActorId, ActorPath};
use super::lazy::Lazy;
use super::lifecycle::{self, Ending, Failed};
use super::mailbox::{Mailbox, Pushed, Ready};
use super::parking::Parking;
use super::signals::{SignalSet, Signals};
use super::system::System;
use crate::message::Metadata;
use crate::seam::{Run, Runnable};

/// Messages handled before other cells get a turn.
const BATCH: u32 = 256;

/// Why a message was not queued, with the message.
pub(crate) enum Unqueued<B> {
    /// As many wait as may.
    Full(B),
    /// The actor has ended.
    Closed(B),
}

/// What the owner remembers.
mod marks {
    /// `state` holds an actor.
    pub(super) const OCCUPIED: u8 = 1;
    /// The actor has asked to end after the present message.
    pub(super) const STOP: u8 = 2;
    /// Messages wait in front of the mailbox.
    pub(super) const FRONT: u8 = 4;
}

/// See the module. What producers write to comes first, what the owner writes to comes last.
#[repr(C)]
pub(crate) struct Cell<A: Actor> {
    mailbox: Mailbox,
    /// Messages that may wait; `u32::MAX` when unbounded.
    capacity: u32,
    system: Arc<System>,
    id: ActorId,
    extra: Lazy<Extra>,
    frame: StdCell<*mut FrameHeader>,
    ready: Ready,
    parking: Parking,
    signals: SignalSet,
    marks: StdCell<u8>,
    state: UnsafeCell<MaybeUninit<A>>,
}

// SAFETY: `state`, `frame`, `marks` and the mailbox's owner side are touched by the owner only, and
// ownership passes between threads through the mailbox's and the parking's atomics. An `Actor` is
// `Send`. There is no bound on `A`: actors that hold each other's references would recurse.
unsafe impl<A: Actor> Send for Cell<A> {}
// SAFETY: as above.
unsafe impl<A: Actor> Sync for Cell<A> {}

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
        Arc::new(Cell {
            // An actor without `on_start` is ready as it is.
            mailbox: if A::HOOKS.on_start { Mailbox::owned() } else { Mailbox::idle() },
            signals: SignalSet::new(),
            capacity: match config.mailbox {
                // All its messages overflow: into a ring, whose oldest can be dropped.
                Capacity::Bounded(_) if config.overflow == Overflow::DropOldest => 0,
                Capacity::Bounded(capacity) => capacity,
                Capacity::Unbounded => u32::MAX,
            },
            parking: Parking::new(),
            marks: StdCell::new(marks::OCCUPIED),
            ready: Ready::new(),
            frame: StdCell::new(null_mut()),
            extra: Lazy::new(),
            id,
            system,
            state: UnsafeCell::new(MaybeUninit::new(actor)),
        })
    }

    #[inline]
    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    #[inline]
    pub(crate) fn system(&self) -> &Arc<System> {
        &self.system
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.mailbox.waiting()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.mailbox.is_closed()
    }

    pub(crate) fn extra(&self) -> Option<&Extra> {
        self.extra.get()
    }

    pub(crate) fn extra_or_init(&self) -> &Extra {
        self.extra.get_or_init()
    }

    pub(crate) fn config(&self) -> ActorConfig {
        self.extra().and_then(Extra::config).unwrap_or(A::CONFIG)
    }

    pub(crate) fn incarnation(&self) -> u32 {
        self.extra().map_or(1, Extra::incarnation)
    }

    pub(crate) fn path(&self) -> ActorPath {
        let extra = self.extra();
        let parent = extra.and_then(Extra::parent).map(|parent| parent.path());
        match extra.and_then(Extra::name) {
            Some(name) => ActorPath::child_of(parent.as_ref(), name),
            None => ActorPath::child_of(parent.as_ref(), &format!("{}{}", A::NAME, self.id)),
        }
    }

    pub(crate) fn identity(&self) -> ActorIdentity {
        ActorIdentity { id: self.id, path: self.path(), type_name: A::NAME }
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
        let marks = self.marks.get();
        if marks & marks::OCCUPIED == 0 {
            return None;
        }
        self.marks.set(marks & !marks::OCCUPIED);
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
        self.marks.set(self.marks.get() | marks::OCCUPIED);
    }

    /// Whether the cell holds an actor. Asked by the owner.
    pub(crate) fn is_occupied(&self) -> bool {
        self.marks.get() & marks::OCCUPIED != 0
    }

    pub(crate) fn request_stop(&self) {
        self.marks.set(self.marks.get() | marks::STOP);
    }

    pub(crate) fn clear_stop(&self) {
        self.marks.set(self.marks.get() & !marks::STOP);
    }

    pub(crate) fn wants_stop(&self) -> bool {
        self.marks.get() & marks::STOP != 0
    }

    /// Checks the actor's invariants after a handler that returned `out`.
    pub(crate) fn check<O>(&self, out: O) -> Result<O, Failure> {
        if !self.is_occupied() {
            return Ok(out);
        }
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            // SAFETY: called by the owner, after the handler has ended.
            unsafe { self.actor() }.check_invariants()
        }));
        match checked {
            Ok(Ok(())) => Ok(out),
            Ok(Err(breach)) => Err(Failure::Breach(breach)),
            Err(panic) => Err(Failure::Panic(panic_message(&*panic))),
        }
    }

    /// Queues a message, if there is room for it.
    #[inline(always)]
    pub(crate) fn enqueue<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
    ) -> Result<(), Unqueued<B>> {
        self.enqueue_within(body, metadata, self.capacity)
    }

    /// Queues a message, room or not.
    pub(crate) fn enqueue_always<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
    ) -> Result<(), Unqueued<B>> {
        self.enqueue_within(body, None, u32::MAX)
    }

    #[inline(always)]
    fn enqueue_within<B: Body<A>>(
        self: &Arc<Self>,
        body: B,
        metadata: Option<Arc<Metadata>>,
        capacity: u32,
    ) -> Result<(), Unqueued<B>> {
        if capacity == 0 {
            return Err(Unqueued::Full(body));
        }
        let link = Parcel::pack::<A, B>(body, metadata).into_link();
        // SAFETY: the link is the mailbox's from here on, if it is queued.
        let pushed = unsafe { self.mailbox.push(link, capacity) };
        match pushed {
            Pushed::Queued => return Ok(()),
            Pushed::Claimed => {
                self.system.seam().schedule(Arc::clone(self) as Runnable);
                return Ok(());
            }
            Pushed::Full | Pushed::Closed => {}
        }
        // SAFETY: packed from a `B` just now, and not queued.
        let (body, _) = unsafe { Parcel::from_link(link).open::<B>() };
        Err(if pushed == Pushed::Full { Unqueued::Full(body) } else { Unqueued::Closed(body) })
    }

    /// Lets all who wait for room try again.
    #[cold]
    #[inline(never)]
    pub(crate) fn wake_waiters(&self) {
        if let Some(extra) = self.extra() {
            // Lowered first: who comes to wait from here on raises it again.
            self.signals.lower(Signals::WAITERS);
            extra.take_waiters().into_iter().for_each(Waker::wake);
        }
    }

    /// Lets who waits for room try again, if there is some.
    #[cold]
    fn let_in(&self) {
        if self.signals.get().has(Signals::WAITERS) && self.mailbox.waiting() <= self.capacity / 2 {
            self.wake_waiters();
        }
    }

    /// Has `waker` woken when there is room; true when there may be room right now.
    pub(crate) fn wait_for_room(&self, waker: &Waker) -> bool {
        self.extra_or_init().add_waiter(waker.clone());
        self.signals.raise(Signals::WAITERS);
        self.mailbox.waiting() <= self.capacity / 2 || self.mailbox.is_closed()
    }

    /// Raises `signals` and sees to it that somebody attends to them.
    pub(crate) fn signal(self: &Arc<Self>, signals: Signals) {
        self.signals.raise(signals);
        if self.mailbox.try_claim() || (signals.has(Signals::CANCEL) && self.parking.notify()) {
            self.system.seam().schedule(Arc::clone(self) as Runnable);
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.mailbox.is_idle()
    }

    /// Takes an idle cell.
    pub(crate) fn claim(&self) -> bool {
        self.mailbox.try_claim()
    }

    /// Takes an idle cell that nobody wants anything else of.
    #[inline]
    pub(crate) fn claim_quietly(self: &Arc<Self>) -> bool {
        if !self.mailbox.try_claim() {
            return false;
        }
        if self.signals.get().urgent() {
            self.system.seam().schedule(Arc::clone(self) as Runnable);
            return false;
        }
        true
    }

    /// Goes on after a message that the caller handled in place.
    #[inline]
    pub(crate) fn after_in_place(self: &Arc<Self>, step: Step) {
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
    pub(crate) fn give_up(self: &Arc<Self>) {
        if !self.release() {
            self.system.seam().schedule(Arc::clone(self) as Runnable);
        }
    }

    /// Makes the cell idle; false when there is more to do, and the caller is still the owner.
    #[inline]
    fn release(&self) -> bool {
        if self.marks.get() & marks::FRONT != 0 {
            return false;
        }
        // SAFETY: called by the owner, which stops touching the cell's state after a `true`.
        if !unsafe { self.mailbox.release(&self.ready) } {
            return false;
        }
        let signals = self.signals.get();
        if signals.has(Signals::WAITERS) {
            self.wake_waiters();
        }
        !(signals.urgent() && self.mailbox.try_claim())
    }

    /// Leaves a handler's frame with the cell; parks it, if `park` says so and no wake has come.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and no longer does after [`Step::Suspended`].
    pub(crate) unsafe fn leave_waiting(
        self: &Arc<Self>,
        frame: NonNull<FrameHeader>,
        park: bool,
    ) -> Step {
        self.mailbox.report(&self.ready);
        self.frame.set(frame.as_ptr());
        // SAFETY: given back by `unpin`, when the frame is gone.
        unsafe { Arc::increment_strong_count(Arc::as_ptr(self)) };
        if park && self.parking.park() {
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
    unsafe fn resume(self: &Arc<Self>) -> Step {
        let waker = Waker::from(Arc::clone(self));
        let mut task = TaskContext::from_waker(&waker);
        loop {
            self.parking.begin_poll();
            if self.signals.get().has(Signals::CANCEL) {
                // The signal stays up: there is more to it for whoever runs the cell.
                self.cancel_frame();
                return Step::Done;
            }
            let Some(frame) = NonNull::new(self.frame.get()) else { return Step::Done };
            // SAFETY: the caller owns the cell, and this is its waiting frame.
            if let Some(step) = unsafe { FrameHeader::poll(frame, &mut task) } {
                self.frame.set(null_mut());
                self.parking.begin_poll();
                // SAFETY: the count of `leave_waiting`; `self` is another one.
                unsafe { Arc::decrement_strong_count(Arc::as_ptr(self)) };
                return step;
            }
            if self.parking.park() {
                return Step::Suspended;
            }
        }
    }

    /// Drops the waiting handler, if there is one.
    pub(crate) fn cancel_frame(self: &Arc<Self>) {
        if let Some(frame) = NonNull::new(self.frame.replace(null_mut())) {
            // SAFETY: called by the owner; this was the waiting frame.
            unsafe { FrameHeader::cancel(frame) };
            self.parking.begin_poll();
            // SAFETY: the count of `leave_waiting`; `self` is another one.
            unsafe { Arc::decrement_strong_count(Arc::as_ptr(self)) };
        }
    }

    /// Attends to what was signalled; `None` when the cell is no longer the caller's.
    #[cold]
    #[inline(never)]
    fn attend(self: &Arc<Self>, signals: Signals) -> Option<()> {
        self.let_in();
        if signals.has(Signals::CANCEL) {
            self.signals.lower(Signals::CANCEL);
            self.cancel_frame();
        }
        if signals.has(Signals::CONTROL) {
            self.signals.lower(Signals::CONTROL);
            self.hurry_control();
        }
        if signals.has(Signals::HANDOVER) && self.frame.get().is_null() {
            return self.hand_over();
        }
        Some(())
    }

    /// Gives the cell to whoever asked for it first.
    fn hand_over(self: &Arc<Self>) -> Option<()> {
        let Some(extra) = self.extra() else { return Some(()) };
        loop {
            let (taker, more) = extra.next_taker();
            if !more {
                self.signals.lower(Signals::HANDOVER);
                // One may have come between the look and the lowering.
                if extra.has_takers() {
                    self.signals.raise(Signals::HANDOVER);
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

    /// Moves waiting messages of the control lane in front of all others.
    fn hurry_control(&self) {
        let extra = self.extra_or_init();
        let mut hurried = Vec::new();
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe {
            self.mailbox.extract(
                &self.ready,
                |link| {
                    let parcel = std::mem::ManuallyDrop::new(Parcel::from_link(link));
                    parcel.about().lane == super::handler::Lane::Control
                },
                |link| hurried.push(Parcel::from_link(link)),
            );
        }
        extra.push_control(hurried);
        self.marks.set(self.marks.get() | marks::FRONT);
    }

    /// Puts everything stashed in front of the mailbox.
    pub(crate) fn unstash(&self) {
        if let Some(extra) = self.extra()
            && extra.unstash()
        {
            self.marks.set(self.marks.get() | marks::FRONT);
        }
    }

    /// Puts one message in front of all others.
    pub(crate) fn put_front(&self, parcel: Parcel) {
        self.extra_or_init().push_front(parcel);
        self.marks.set(self.marks.get() | marks::FRONT);
    }

    /// The next message.
    #[inline]
    fn take(&self, signals: Signals) -> Option<Parcel> {
        if self.marks.get() & marks::FRONT != 0
            && let Some(next) = self.take_front()
        {
            return Some(next);
        }
        if signals.has(Signals::RING)
            && let Some(parcel) = self.take_ring()
        {
            return Some(parcel);
        }
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe { self.mailbox.pop(&self.ready).map(|link| Parcel::from_link(link)) }
    }

    #[cold]
    fn take_front(&self) -> Option<Parcel> {
        let front = self.extra().and_then(Extra::pop_front);
        if front.is_none() {
            self.marks.set(self.marks.get() & !marks::FRONT);
        }
        front
    }

    /// The next message of the ring, if this is a mailbox that drops the oldest.
    #[cold]
    fn take_ring(&self) -> Option<Parcel> {
        let extra = self.extra()?;
        extra.pop_ring(|| self.signals.lower(Signals::RING))
    }

    /// Ends a message unhandled, and says so.
    pub(crate) fn bury(&self, parcel: Parcel, reason: DeadReason) {
        let about = parcel.about();
        if !about.internal {
            self.system.dead_letter(about.name, about.kind, Some(self.identity()), self.id, reason);
        }
        parcel.bury(reason);
    }

    /// Goes on after a message; `None` when the cell is no longer the caller's.
    #[inline]
    fn settle(self: &Arc<Self>, step: Step) -> Option<()> {
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
    fn settle_rarely(self: &Arc<Self>, step: Step) -> Option<()> {
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
    fn crashes(&self, parcel: &Parcel) -> bool {
        !parcel.about().internal
            && self.system.seam().simulation().is_some_and(|simulation| simulation.crashes_now())
    }

    /// Ends everything that still waits. Called by the owner, for good.
    pub(crate) fn close(&self) -> usize {
        let mut buried = 0;
        // SAFETY: called by the owner; links that come out are parcels that went in.
        unsafe {
            self.mailbox.close(&self.ready, |link| {
                buried += 1;
                self.bury(Parcel::from_link(link), DeadReason::Stopped);
            });
        }
        if let Some(extra) = self.extra() {
            for parcel in extra.take_waiting() {
                buried += 1;
                self.bury(parcel, DeadReason::Stopped);
            }
        }
        self.wake_waiters();
        buried
    }

    /// Reports a breach, if `failure` is one.
    pub(crate) fn report_breach(&self, failure: &Failure) {
        if let Failure::Breach(breach) = failure {
            let breach: ContractBreach = breach.clone();
            self.system.emit(|| SystemEvent::ContractBreached { actor: self.identity(), breach });
        }
    }
}

impl<A: Actor> Run for Cell<A> {
    fn run(self: Arc<Self>) -> Option<Runnable> {
        let simulated = self.system.is_simulated();
        match self.run_batch(simulated) {
            Some(Turnover::Again) if !self.release() => Some(self),
            _ => None,
        }
    }
}

/// How a batch ended, for a cell that is still its runner's.
enum Turnover {
    /// The cell is idle.
    Idle,
    /// There may be more to do.
    Again,
}

impl<A: Actor> Cell<A> {
    /// Handles what waits, for a while; `None` when the cell is no longer the caller's.
    #[inline]
    fn run_batch(self: &Arc<Self>, simulated: bool) -> Option<Turnover> {
        if !self.frame.get().is_null() {
            if self.signals.get().has(Signals::CANCEL) {
                self.attend(self.signals.get())?;
            } else {
                // SAFETY: who runs a scheduled cell owns it; it has a frame.
                self.settle(unsafe { self.resume() })?;
            }
        }
        for _ in 0..if simulated { 1 } else { BATCH } {
            let parcel = loop {
                let signals = self.signals.get();
                if signals.urgent() {
                    self.attend(signals)?;
                } else if signals.has(Signals::WAITERS) && self.ready.is_reported() {
                    self.let_in();
                }
                if let Some(next) = self.take(signals) {
                    break next;
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
            // SAFETY: the runner owns the cell; it is occupied while it runs.
            self.settle(unsafe { parcel.run(self) })?;
            self.after_message();
        }
        Some(Turnover::Again)
    }

    /// Checks the system's invariants.
    pub(crate) fn after_message(&self) {
        self.system.check_invariants(|| self.identity());
    }
}

impl<A: Actor> Wake for Cell<A> {
    fn wake(self: Arc<Self>) {
        if self.parking.notify() {
            let system = Arc::clone(&self.system);
            system.seam().schedule(self);
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.parking.notify() {
            self.system.seam().schedule(Arc::clone(self) as Runnable);
        }
    }
}

impl<A: Actor> Drop for Cell<A> {
    fn drop(&mut self) {
        self.close();
        // SAFETY: nobody else has the cell any more.
        drop(unsafe { self.vacate() });
    }
}

impl<A: Actor> std::fmt::Debug for Cell<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cell").field("actor", &self.path()).finish_non_exhaustive()
    }
}

/// A cell is only ever looked at through [`AnyCell`] where its type is not known.
const _: fn(&dyn AnyCell) = |_| ();
