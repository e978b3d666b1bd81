//! A cell whose actor type is not known: what the whole runtime works with but for what is in
//! `handling` and in references to actors.
#![expect(unsafe_code, reason = "a pointer to a cell is a pointer to its core")]

use std::any::{Any, TypeId};
use std::ops::Deref;
use std::sync::Arc;
use std::task::Waker;

use super::actor::Actor;
use super::cell::{Cell, Core};
use super::config::ActorConfig;
use super::event::{ActorIdentity, Failure};
use super::extra::Extra;
use super::handler::{self, AnyHandler};
use super::id::ActorPath;
use super::lifecycle::{self, HookFuture};
use crate::message::ContractBreach;
use crate::seam::Run;

/// See the module.
///
/// # Safety
///
/// Its type starts with its [`Core`], in memory.
pub(crate) unsafe trait AnyCell: Run + Send + Sync {
    fn type_name(&self) -> &'static str;
    /// What `#[actor(..)]` says.
    fn type_config(&self) -> ActorConfig;
    /// How it handles messages of a type, if it does.
    fn handler_of(&self, message: TypeId) -> Option<&'static AnyHandler>;
    /// Whether the actor of a failed life can mend itself for the next one.
    fn mends_itself(&self) -> bool;
    /// # Errors
    ///
    /// The first invariant that does not hold.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, which is occupied.
    unsafe fn check_invariants(&self) -> Result<(), ContractBreach>;
    /// Drops the actor, if there is one.
    ///
    /// # Safety
    ///
    /// The caller owns the cell, and no handler is running.
    unsafe fn drop_actor(&self);
    /// Runs `on_stop` of an owned cell, and drops its actor unless the next life needs it.
    fn wind_down(self: Arc<Self>, for_good: bool) -> HookFuture<()>;
    /// Begins the next life of an owned cell.
    fn revive(self: Arc<Self>, failure: Failure) -> HookFuture<Result<(), Failure>>;
    fn into_waker(self: Arc<Self>) -> Waker;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl Deref for dyn AnyCell {
    type Target = Core;

    fn deref(&self) -> &Core {
        let cell: *const dyn AnyCell = self;
        // SAFETY: what `AnyCell` promises.
        unsafe { &*cell.cast::<Core>() }
    }
}

impl dyn AnyCell {
    pub(crate) fn config(&self) -> ActorConfig {
        self.extra().and_then(Extra::config).unwrap_or_else(|| self.type_config())
    }

    pub(crate) fn path(&self) -> ActorPath {
        let extra = self.extra();
        let parent = extra.and_then(Extra::parent).map(|parent| parent.path());
        match extra.and_then(Extra::name) {
            Some(name) => ActorPath::child_of(parent.as_ref(), name),
            None => {
                let name = format!("{}{}", self.type_name(), self.id());
                ActorPath::child_of(parent.as_ref(), &name)
            }
        }
    }

    pub(crate) fn identity(&self) -> ActorIdentity {
        ActorIdentity { id: self.id(), path: self.path(), type_name: self.type_name() }
    }

    /// Whether a failed actor can begin another life.
    pub(crate) fn is_restartable(&self) -> bool {
        self.mends_itself() || self.extra().and_then(Extra::factory).is_some()
    }
}

// SAFETY: a cell starts with its core.
unsafe impl<A: Actor> AnyCell for Cell<A> {
    fn type_name(&self) -> &'static str {
        A::NAME
    }

    fn type_config(&self) -> ActorConfig {
        A::CONFIG
    }

    fn handler_of(&self, message: TypeId) -> Option<&'static AnyHandler> {
        handler::find(A::HANDLERS, message)
    }

    fn mends_itself(&self) -> bool {
        A::HOOKS.on_restart
    }

    unsafe fn check_invariants(&self) -> Result<(), ContractBreach> {
        // SAFETY: the caller's promise.
        unsafe { self.actor() }.check_invariants()
    }

    unsafe fn drop_actor(&self) {
        // SAFETY: the caller's promise.
        drop(unsafe { self.vacate() });
    }

    fn wind_down(self: Arc<Self>, for_good: bool) -> HookFuture<()> {
        Box::pin(lifecycle::wind_down(self, for_good))
    }

    fn revive(self: Arc<Self>, failure: Failure) -> HookFuture<Result<(), Failure>> {
        Box::pin(lifecycle::revive(self, failure))
    }

    fn into_waker(self: Arc<Self>) -> Waker {
        Waker::from(self)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
