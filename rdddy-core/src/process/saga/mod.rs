//! Sagas: a process over several aggregates that runs to its end, or is compensated to its end.
//!
//! Each instance has a stream of its own with everything it was told, meant to do and did: what it
//! heard, the command of each step before it is given, its outcome, and the same for compensations.
//! An instance is what its stream says, so it goes on wherever its process died.

mod awaited;
mod command;
mod drive;
mod graph;
mod handle;
mod instance;
mod manager;
mod record;
mod view;

use std::time::Duration;

pub use command::SagaCommand;
pub use graph::saga_to_mermaid;
pub use handle::SagaHandle;
pub use view::{CancelError, Drift, SagaState, SagaStep, SagaView, StepState};

pub use command::StepCommand;

use super::{Begin, EventSet, Retry};
use crate::message::{MessageId, Metadata, Timestamp};

/// A process over several aggregates, as a type: its fields are what an instance remembers.
///
/// `#[saga]` on an impl block implements it. The methods are functions of what the instance remembers
/// and of one event: they are called again when an instance is loaded.
#[diagnostic::on_unimplemented(
    message = "rdddy::E074: `{Self}` is not a saga",
    label = "not a saga",
    note = "help: add `#[saga(starts_on = .., key = ..)]` above `impl {Self}`, the block with its `#[step]`s"
)]
pub trait Saga: Default + Send + Sync + 'static {
    /// All events that it hears, as one type.
    type Event: EventSet;

    /// The version of its code. A running instance keeps the one it began with.
    const VERSION: u32;
    /// The tag whose value says which instance an event is for.
    const KEY: &'static str;
    /// The steps, in order.
    const STEPS: &'static [Step];
    /// How long an instance may take until its pivot.
    const TIMEOUT: Option<Duration> = None;
    /// Whether an event ends it, rather than its last step.
    const ENDS_BY_EVENT: bool = false;
    /// In which order its steps are undone.
    const UNDO: UndoOrder = UndoOrder::LastInFirstOut;
    /// Where it begins, if no version of it has ever run.
    const BEGIN: Begin = Begin::First;

    /// Its stable name, qualified by the bounded context: `sales.Fulfilment`.
    fn name() -> &'static str;

    /// What `event` means to it.
    fn role(event: &Self::Event) -> EventRole;

    /// Remembers `event`, where a method does no more than that, and what ends or aborts it.
    fn hear(&mut self, event: &Self::Event, cx: &SagaContext<'_>) {
        let _ = (event, cx);
    }

    /// What step `step` wants done about `event`.
    ///
    /// # Errors
    ///
    /// Why the command cannot be written.
    fn act(
        &mut self,
        step: usize,
        event: &Self::Event,
        cx: &SagaContext<'_>,
    ) -> Result<Option<StepCommand>, String>;

    /// What undoes step `step`, which acted on `event`.
    ///
    /// # Errors
    ///
    /// Why the command cannot be written.
    fn compensate(
        &mut self,
        step: usize,
        event: &Self::Event,
        cx: &SagaContext<'_>,
    ) -> Result<Option<StepCommand>, String>;

    /// The command of a step, or of its compensation, that was written before.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    fn read(step: usize, is_compensation: bool, json: &[u8]) -> Result<StepCommand, String>;

    /// What is to be done when its time is up.
    fn timed_out(&mut self) -> Timeout {
        Timeout::Compensate
    }
}

/// In which order the steps of a saga are undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UndoOrder {
    /// One after the other, the last one first.
    #[default]
    LastInFirstOut,
    /// All at the same time. It has ended when all of them are.
    Parallel,
}

/// What an event means to a saga.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventRole {
    /// Begins an instance, if there is none.
    pub starts: bool,
    /// The steps that act on it.
    pub steps: &'static [usize],
    /// Undoes what was done, unless the pivot is past.
    pub aborts: bool,
    /// The last thing that is heard.
    pub ends: bool,
}

/// A step of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The name of its method.
    pub name: &'static str,
    /// What it may count on, and what undoes it.
    pub kind: StepKind,
    /// How often its command is tried when it fails for a reason that may pass.
    pub retry: Retry,
}

/// What a step may count on, and what undoes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Undone by a compensation.
    Compensable {
        /// The method.
        compensation: &'static str,
    },
    /// Not undone, for a reason.
    Irreversible {
        /// Why that does no harm.
        reason: &'static str,
    },
    /// The point of no return: once a later step has begun, nothing is undone any more.
    Pivot {
        /// What undoes it, as long as its outcome is not known.
        compensation: Option<&'static str>,
    },
    /// After the pivot: tried until it succeeds.
    Retriable,
}

impl StepKind {
    /// The method that undoes it, if there is one.
    #[must_use]
    pub fn compensation(self) -> Option<&'static str> {
        match self {
            StepKind::Compensable { compensation } => Some(compensation),
            StepKind::Pivot { compensation } => compensation,
            StepKind::Irreversible { .. } | StepKind::Retriable => None,
        }
    }
}

/// What is to be done when the time of a saga is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Timeout {
    /// Undo what was done.
    Compensate,
    /// Wait for so much longer.
    Wait(Duration),
    /// Have somebody look.
    NeedsOperator,
}

/// What a method of a saga may know beside the event.
#[derive(Clone, Copy, Debug)]
pub struct SagaContext<'a> {
    pub(super) key: &'a str,
    pub(super) at: Timestamp,
    pub(super) metadata: &'a Metadata,
}

impl<'a> SagaContext<'a> {
    /// The key of the instance.
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// When the event was decided. There is no other time: the method is called again whenever the
    /// instance is loaded.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.at
    }

    /// The event's id.
    #[must_use]
    pub fn event_id(&self) -> MessageId {
        self.metadata.message
    }
}
