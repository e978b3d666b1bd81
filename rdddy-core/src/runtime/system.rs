//! What all actors of a system share.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::Notify;

use super::bus::Bus;
use super::cell::CellRef;
use super::config::ActorConfig;
use super::event::{ActorIdentity, DeadReason, Failure, SystemEvent};
use super::id::ActorId;
use super::ledger::{Entry, Ledger};
use super::lifecycle;
use super::observe::Observations;
use super::recorder::{Recorded, Recorder};
use super::registry::Registry;
use super::shutdown::{self, Termination};
use super::turn;
use super::wait_graph::WaitGraph;
use crate::message::{Kind, MessageId, Metadata};
use crate::seam::Seam;
use crate::seam::sync::lock;

/// Life of a system.
mod phase {
    pub(super) const RUNNING: u8 = 0;
    /// Nothing new is started; what is there drains.
    pub(super) const CLOSING: u8 = 1;
    pub(super) const ENDED: u8 = 2;
}

/// A condition on the whole system.
pub(crate) struct SystemInvariant {
    pub(crate) name: &'static str,
    pub(crate) holds: Box<dyn Fn() -> bool + Send + Sync>,
}

/// See the module.
pub(crate) struct System {
    seam: Seam,
    simulated: bool,
    in_place: bool,
    phase: AtomicU8,
    /// Every message gets metadata, so that causes can be followed.
    causality: AtomicBool,
    /// Every handled message is timed, within a span.
    observed: AtomicBool,
    recorded: AtomicBool,
    recorders: RwLock<Vec<Arc<dyn Recorder>>>,
    root: ActorConfig,
    registry: Registry,
    bus: Bus,
    ledger: Ledger,
    /// Held for reading from when an actor is no longer in the registry until its end is in the
    /// books.
    ends: RwLock<()>,
    observations: Observations,
    wait_graph: WaitGraph,
    invariants: Vec<SystemInvariant>,
    messages: crate::model::Registry,
    /// What runs on top of this system, if anything does.
    extension: RwLock<Option<Arc<dyn Extension>>>,
    termination: Mutex<Option<Arc<Termination>>>,
    terminated: Notify,
    critical: Mutex<Option<(ActorIdentity, Failure)>>,
}

/// Something that runs on top of a system.
pub(crate) trait Extension: Send + Sync {
    /// Waits until it has nothing under way.
    fn drain(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    fn as_any(&self) -> &dyn Any;
}

/// What a system is made of.
pub(crate) struct Parts {
    pub(crate) seam: Seam,
    pub(crate) in_place: bool,
    pub(crate) causality: bool,
    pub(crate) observe: bool,
    pub(crate) root: ActorConfig,
    pub(crate) recorders: Vec<Arc<dyn Recorder>>,
    pub(crate) invariants: Vec<SystemInvariant>,
    pub(crate) messages: crate::model::Registry,
}

impl System {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let simulated = parts.seam.simulation().is_some();
        Arc::new(System {
            seam: parts.seam,
            simulated,
            in_place: parts.in_place,
            phase: AtomicU8::new(phase::RUNNING),
            causality: AtomicBool::new(parts.causality),
            observed: AtomicBool::new(parts.observe),
            recorded: AtomicBool::new(!parts.recorders.is_empty()),
            recorders: RwLock::new(parts.recorders),
            root: parts.root,
            registry: Registry::default(),
            bus: Bus::default(),
            ledger: Ledger::new(),
            ends: RwLock::new(()),
            observations: Observations::default(),
            wait_graph: WaitGraph::default(),
            invariants: parts.invariants,
            messages: parts.messages,
            extension: RwLock::new(None),
            termination: Mutex::new(None),
            terminated: Notify::new(),
            critical: Mutex::new(None),
        })
    }

    #[inline]
    pub(crate) fn seam(&self) -> &Seam {
        &self.seam
    }

    pub(crate) fn root(&self) -> ActorConfig {
        self.root
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.bus
    }

    #[inline]
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn observations(&self) -> &Observations {
        &self.observations
    }

    pub(crate) fn set_observe(&self, on: bool) {
        self.observed.store(on, Ordering::Release);
    }

    /// Whether handled messages are timed and traced.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.observed.load(Ordering::Relaxed)
    }

    /// Held while an actor's end is entered into the books.
    pub(crate) fn enter_end(&self) -> RwLockReadGuard<'_, ()> {
        self.ends.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every actor that is no longer in the registry is in the books.
    pub(crate) fn await_ends(&self) {
        drop(self.ends.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn wait_graph(&self) -> &WaitGraph {
        &self.wait_graph
    }

    pub(crate) fn messages(&self) -> &crate::model::Registry {
        &self.messages
    }

    /// Whatever runs on top of this system finds itself here again, until the system ends.
    pub(crate) fn set_extension(&self, extension: Option<Arc<dyn Extension>>) {
        let mut place = self.extension.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, extension);
        drop(place);
        drop(before);
    }

    pub(crate) fn extension(&self) -> Option<Arc<dyn Extension>> {
        self.extension.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells systems apart.
    #[inline]
    pub(crate) fn address(&self) -> *const () {
        std::ptr::from_ref(self).cast()
    }

    #[inline]
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated
    }

    #[inline]
    pub(crate) fn runs_in_place(&self) -> bool {
        self.in_place
    }

    #[inline]
    pub(crate) fn is_closing(&self) -> bool {
        self.phase.load(Ordering::Acquire) != phase::RUNNING
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.phase.load(Ordering::Acquire) == phase::ENDED
    }

    /// Starts nothing new from here on; whether this call was the one that said so.
    pub(crate) fn begin_closing(&self) -> bool {
        let running = phase::RUNNING;
        let (set, seen) = (Ordering::AcqRel, Ordering::Acquire);
        self.phase.compare_exchange(running, phase::CLOSING, set, seen).is_ok()
    }

    pub(crate) fn end(&self, termination: Termination) {
        self.phase.store(phase::ENDED, Ordering::Release);
        self.set_extension(None);
        *lock(&self.termination) = Some(Arc::new(termination));
        self.terminated.notify_waiters();
        self.bus.clear();
        self.seam.close();
    }

    /// Waits until the system has ended.
    pub(crate) async fn terminated(&self) -> Arc<Termination> {
        loop {
            let notified = self.terminated.notified();
            let mut notified = std::pin::pin!(notified);
            // Registered before the look, so that an end between the two is not missed.
            notified.as_mut().enable();
            if let Some(termination) = lock(&self.termination).clone() {
                return termination;
            }
            notified.await;
        }
    }

    pub(crate) fn set_causality(&self, on: bool) {
        self.causality.store(on, Ordering::Release);
    }

    /// The metadata of a message sent now: caused by the one being handled, if that has any.
    #[inline]
    pub(crate) fn metadata(&self, name: impl FnOnce() -> &'static str) -> Option<Arc<Metadata>> {
        let cause = turn::current(self.address(), |turn| turn.metadata.clone()).flatten();
        self.metadata_after(cause.as_deref(), name)
    }

    /// The metadata of a message sent because of the one with this metadata, if that has any.
    #[inline]
    pub(crate) fn metadata_after(
        &self,
        cause: Option<&Metadata>,
        name: impl FnOnce() -> &'static str,
    ) -> Option<Arc<Metadata>> {
        if cause.is_none() && !self.causality.load(Ordering::Relaxed) {
            return None;
        }
        Some(self.new_metadata(cause, name()))
    }

    /// The metadata of a command given now, with an id of its own unless it has one: caused by the
    /// message being handled, if there is one that has any.
    pub(crate) fn command_metadata(&self, id: Option<MessageId>) -> Metadata {
        let message = id.unwrap_or_else(|| self.seam.message_id());
        let now = self.seam.timestamp();
        let cause = turn::current(self.address(), |turn| turn.metadata.clone()).flatten();
        match cause {
            Some(cause) => cause.caused(message, now),
            None => Metadata::first(message, now),
        }
    }

    #[cold]
    fn new_metadata(&self, cause: Option<&Metadata>, name: &'static str) -> Arc<Metadata> {
        let (message, sent) = (self.seam.message_id(), self.seam.timestamp());
        let metadata = match cause {
            Some(cause) => cause.caused(message, sent),
            None => Metadata::first(message, sent),
        };
        self.each_recorder(|recorder| recorder.sent(name, &metadata));
        Arc::new(metadata)
    }

    pub(crate) fn add_recorder(&self, recorder: Arc<dyn Recorder>) {
        self.recorders.write().unwrap_or_else(PoisonError::into_inner).push(recorder);
        self.recorded.store(true, Ordering::Release);
    }

    /// Tells whoever records, if anybody does.
    #[inline]
    pub(crate) fn each_recorder(&self, tell: impl Fn(&dyn Recorder)) {
        if self.is_recorded() {
            let recorders = self.recorders.read().unwrap_or_else(PoisonError::into_inner);
            recorders.iter().for_each(|recorder| tell(&**recorder));
        }
    }

    #[inline]
    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded.load(Ordering::Relaxed)
    }

    #[expect(clippy::needless_pass_by_value, reason = "made for the recorders only")]
    pub(crate) fn tell_recorders(&self, recorded: Recorded) {
        self.each_recorder(|recorder| recorder.published(&recorded));
    }

    /// Says what has happened, if anybody listens.
    #[inline]
    pub(crate) fn emit(self: &Arc<Self>, event: impl FnOnce() -> SystemEvent) {
        if self.bus.is_monitored() || self.is_recorded() {
            self.emit_now(event());
        }
    }

    /// Enters a dead letter into the books, and says so.
    pub(crate) fn dead_letter(
        self: &Arc<Self>,
        message: &'static str,
        kind: Kind,
        actor: Option<ActorIdentity>,
        to: ActorId,
        reason: DeadReason,
    ) {
        self.ledger.count(Entry::DeadLetters);
        tracing::debug!(message, %kind, %to, %reason, "dead letter");
        self.emit(|| SystemEvent::DeadLetter { message, kind, actor, to, reason });
    }

    /// Checks the registered invariants, after an actor has handled a message.
    #[inline]
    pub(crate) fn check_invariants(self: &Arc<Self>, actor: impl FnOnce() -> ActorIdentity) {
        if !self.invariants.is_empty() {
            self.check_each_invariant(&actor());
        }
    }

    #[cold]
    fn check_each_invariant(self: &Arc<Self>, actor: &ActorIdentity) {
        for invariant in &self.invariants {
            if !(invariant.holds)() {
                let invariant = invariant.name;
                tracing::error!(invariant, %actor, "a system-wide invariant does not hold");
                self.emit(|| SystemEvent::InvariantBroken { invariant, actor: actor.clone() });
            }
        }
    }

    /// Stops the system, because an actor that it cannot do without has ended.
    pub(crate) fn critical_failure(self: &Arc<Self>, actor: ActorIdentity, failure: Failure) {
        tracing::error!(%actor, %failure, "a critical actor has failed for good");
        self.emit(|| SystemEvent::CriticalFailure {
            actor: actor.clone(),
            failure: failure.clone(),
        });
        lock(&self.critical).get_or_insert((actor, failure));
        shutdown::begin(self, crate::limits::SHUTDOWN_TIMEOUT);
    }

    pub(crate) fn take_critical(&self) -> Option<(ActorIdentity, Failure)> {
        lock(&self.critical).clone()
    }

    /// Lets go of everything, because nobody holds the system any more.
    pub(crate) fn abandon(&self) {
        if !self.begin_closing() {
            return;
        }
        self.phase.store(phase::ENDED, Ordering::Release);
        for cell in self.registry.all() {
            lifecycle::abandon(CellRef::from(&cell));
        }
        self.set_extension(None);
        self.registry.clear();
        self.bus.clear();
        self.seam.close();
    }
}
