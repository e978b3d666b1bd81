//! Policies: whenever this happens, do that.

mod commands;
mod handle;
mod reader;

pub use commands::IntoCommands;
pub use handle::PolicyHandle;

use super::{Begin, EventSet};
use crate::host::AnyCommand;
use crate::message::{MessageId, Metadata, Timestamp};
use serde::Serialize;

/// Whenever something happens, something is to be done: events in, commands out.
///
/// `#[policy]` on an impl block implements it. A policy has no state of its own and decides nothing
/// that an aggregate should decide. Each event is delivered at least once, those of one stream in
/// order; the ids of the commands follow from the event, so that each is carried out once.
#[diagnostic::on_unimplemented(
    message = "rdddy::E070: `{Self}` is not a policy",
    label = "not a policy",
    note = "help: add `#[policy]` above `impl {Self}`, the block whose `#[handler]`s turn events into commands"
)]
pub trait Policy: Send + Sync + 'static {
    /// All events that it listens to, as one type.
    type Event: EventSet;

    /// What becomes of a command that its aggregate refuses.
    const REFUSALS: Refusals = Refusals::Park;
    /// Where it begins, if it has never run.
    const BEGIN: Begin = Begin::First;

    /// Its stable name, qualified by the bounded context: `sales.Restock`.
    fn name() -> &'static str;

    /// What is to be done about `event`.
    ///
    /// # Errors
    ///
    /// What the handler says: the event cannot be handled, and its stream is parked.
    fn react(&self, event: &Self::Event, cx: &Happening<'_>) -> Result<Vec<AnyCommand>, String>;
}

/// What becomes of a command that its aggregate refuses for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusals {
    /// The event's stream is parked, until somebody has looked.
    Park,
    /// It is reported as [`CommandRefused`], and the policy goes on.
    Report,
}

/// What is known about an event beside its content.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    pub(crate) metadata: &'a Metadata,
    pub(crate) recorded_at: Timestamp,
    pub(crate) key: &'a str,
}

impl<'a> Happening<'a> {
    /// The event's id.
    #[must_use]
    pub fn event_id(&self) -> MessageId {
        self.metadata.message
    }

    /// When it was decided.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// The key of the aggregate that it happened to.
    #[must_use]
    pub fn aggregate_key(&self) -> &'a str {
        self.key
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &'a Metadata {
        self.metadata
    }
}

/// A command of a policy was refused by its aggregate. Published where the policy says so.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CommandRefused {
    /// The policy.
    pub policy: &'static str,
    /// The event that it reacted to.
    pub event: MessageId,
    /// The name of the command.
    pub command: &'static str,
    /// The refusal.
    pub refusal: crate::domain::ErrorData,
}

impl crate::message::Sealed for CommandRefused {}

impl crate::message::Message for CommandRefused {
    const KIND: crate::message::Kind = crate::message::Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.CommandRefused"
    }
}

impl crate::message::Event for CommandRefused {}
