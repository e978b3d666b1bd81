//! A cell whose actor type is not known: what supervision, the registry and shutdown work with.

use std::any::{Any, TypeId};
use std::sync::Arc;

use super::actor::Actor;
use super::cell::Cell;
use super::config::ActorConfig;
use super::event::{ActorIdentity, Failure};
use super::extra::Extra;
use super::id::{ActorId, ActorPath};
use super::lifecycle::{self, Ending, HookFuture};
use super::signals::Signals;
use super::system::System;
use super::untyped::{self, UntypedRejection};
use crate::seam::Run;

pub(crate) trait AnyCell: Run + Send + Sync {
    fn id(&self) -> ActorId;
    fn type_name(&self) -> &'static str;
    fn path(&self) -> ActorPath;
    fn identity(&self) -> ActorIdentity;
    fn system(&self) -> &Arc<System>;
    fn config(&self) -> ActorConfig;
    fn extra(&self) -> Option<&Extra>;
    fn extra_or_init(&self) -> &Extra;
    fn incarnation(&self) -> u32;
    /// Messages that wait.
    fn waiting(&self) -> usize;
    fn is_closed(&self) -> bool;
    /// Whether the actor has nothing to do.
    fn is_idle(&self) -> bool;
    /// Whether a failed actor can begin another life.
    fn is_restartable(&self) -> bool;
    /// Raises signals, and sees to it that somebody attends to them.
    fn alert(self: Arc<Self>, signals: Signals);
    /// Queues the order to end after everything that waits already.
    fn tell_stop(self: Arc<Self>);
    /// Gives an owned cell up: it handles messages again.
    fn let_run(self: Arc<Self>);
    /// Gives an owned cell to whoever asked for it; false when nobody wants it any more.
    fn hand_over(self: Arc<Self>) -> bool;
    /// Fails an owned cell, whose handler is not running.
    fn fail(self: Arc<Self>, failure: Failure);
    /// Ends an owned cell.
    fn end(self: Arc<Self>, ending: Ending);
    /// Runs `on_stop` of an owned cell, and drops its actor unless the next life needs it.
    fn wind_down(self: Arc<Self>, for_good: bool) -> HookFuture<()>;
    /// Begins the next life of an owned cell.
    fn revive(self: Arc<Self>, failure: Failure) -> HookFuture<Result<(), Failure>>;
    /// Ends the actor because its system is gone.
    fn abandon(self: Arc<Self>);
    /// Ends everything that waits in an owned cell, for good; how many messages that were.
    fn close(&self) -> usize;
    /// Queues a message whose type is known at run time only.
    fn push_untyped(
        self: Arc<Self>,
        type_id: TypeId,
        message: Box<dyn Any + Send>,
    ) -> Result<(), UntypedRejection>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<A: Actor> AnyCell for Cell<A> {
    fn id(&self) -> ActorId {
        Cell::id(self)
    }

    fn type_name(&self) -> &'static str {
        A::NAME
    }

    fn path(&self) -> ActorPath {
        Cell::path(self)
    }

    fn identity(&self) -> ActorIdentity {
        Cell::identity(self)
    }

    fn system(&self) -> &Arc<System> {
        Cell::system(self)
    }

    fn config(&self) -> ActorConfig {
        Cell::config(self)
    }

    fn extra(&self) -> Option<&Extra> {
        Cell::extra(self)
    }

    fn extra_or_init(&self) -> &Extra {
        Cell::extra_or_init(self)
    }

    fn incarnation(&self) -> u32 {
        Cell::incarnation(self)
    }

    fn waiting(&self) -> usize {
        Cell::waiting(self) as usize + self.extra().map_or(0, Extra::waiting)
    }

    fn is_closed(&self) -> bool {
        Cell::is_closed(self)
    }

    fn is_idle(&self) -> bool {
        Cell::is_idle(self)
    }

    fn is_restartable(&self) -> bool {
        A::HOOKS.on_restart || self.extra().and_then(Extra::factory).is_some()
    }

    fn alert(self: Arc<Self>, signals: Signals) {
        Cell::signal(&self, signals);
    }

    fn tell_stop(self: Arc<Self>) {
        lifecycle::tell_stop(&self);
    }

    fn let_run(self: Arc<Self>) {
        Cell::give_up(&self);
    }

    fn hand_over(self: Arc<Self>) -> bool {
        Cell::hand_over(&self).is_none()
    }

    fn fail(self: Arc<Self>, failure: Failure) {
        lifecycle::fail(&self, lifecycle::Failed::outside(failure));
    }

    fn end(self: Arc<Self>, ending: Ending) {
        lifecycle::end(&self, ending);
    }

    fn abandon(self: Arc<Self>) {
        lifecycle::abandon(&self);
    }

    fn wind_down(self: Arc<Self>, for_good: bool) -> HookFuture<()> {
        Box::pin(lifecycle::wind_down(self, for_good))
    }

    fn revive(self: Arc<Self>, failure: Failure) -> HookFuture<Result<(), Failure>> {
        Box::pin(lifecycle::revive(self, failure))
    }

    fn close(&self) -> usize {
        Cell::close(self)
    }

    fn push_untyped(
        self: Arc<Self>,
        type_id: TypeId,
        message: Box<dyn Any + Send>,
    ) -> Result<(), UntypedRejection> {
        untyped::push(&self, type_id, message)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
