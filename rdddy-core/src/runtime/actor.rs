//! The contract between an actor and the runtime.

use std::future::{Future, ready};

use super::config::ActorConfig;
use super::context::Context;
use super::error::ErrorReport;
use super::event::Failure;
use super::handler::HandlerEntry;
use crate::message::ContractBreach;

/// State that handles one message at a time.
///
/// `#[actor]` on an impl block implements it, and one [`Handler`](super::Handler) or
/// [`EventHandler`](super::EventHandler) per `#[handler]` in the block.
#[diagnostic::on_unimplemented(
    message = "rdddy::E016: `{Self}` is not an actor",
    label = "not an actor",
    note = "help: add `#[actor]` above `impl {Self}`, the block that holds its handlers"
)]
pub trait Actor: Sized + Send + 'static {
    /// The name of the type, for people.
    const NAME: &'static str;
    /// What `#[actor(..)]` says about mailbox and supervision.
    const CONFIG: ActorConfig = ActorConfig::new();
    /// Everything it handles: the table behind `publish` and behind sends by type.
    const HANDLERS: &'static [HandlerEntry<Self>] = &[];
    /// Which of the hooks below do anything; the others are never called.
    const HOOKS: Hooks = Hooks::NONE;

    /// Runs before the first message of each incarnation.
    ///
    /// # Errors
    ///
    /// An error fails the start: `spawn` returns it, a restart counts it as one more failure.
    fn on_start(
        &mut self,
        cx: &mut Context<Self>,
    ) -> impl Future<Output = Result<(), ErrorReport>> + Send {
        let _ = cx;
        ready(Ok(()))
    }

    /// Runs after the last message of each incarnation, before the next one starts.
    fn on_stop(&mut self, cx: &mut Context<Self>) -> impl Future<Output = ()> + Send {
        let _ = cx;
        ready(())
    }

    /// Brings the state of a failed incarnation into a clean state for the next one, for an actor
    /// that was spawned from a value and cannot be built anew.
    ///
    /// # Errors
    ///
    /// An error counts as one more failure.
    fn on_restart(
        &mut self,
        failure: &Failure,
        cx: &mut Context<Self>,
    ) -> impl Future<Output = Result<(), ErrorReport>> + Send {
        let _ = (failure, cx);
        ready(Ok(()))
    }

    /// Checks the actor's invariants, after each handled message.
    ///
    /// # Errors
    ///
    /// The first invariant that does not hold.
    fn check_invariants(&self) -> Result<(), ContractBreach> {
        Ok(())
    }
}

/// Which hooks of an [`Actor`] do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts about four methods")]
pub struct Hooks {
    /// `on_start` does something.
    pub on_start: bool,
    /// `on_stop` does something.
    pub on_stop: bool,
    /// `on_restart` does something.
    pub on_restart: bool,
    /// `check_invariants` does something.
    pub invariants: bool,
}

impl Hooks {
    /// No hook does anything.
    pub const NONE: Hooks =
        Hooks { on_start: false, on_stop: false, on_restart: false, invariants: false };
}
