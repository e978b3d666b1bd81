//! Instances, for whoever looks.

use crate::message::Timestamp;

/// Where an instance is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SagaState {
    /// On its way.
    Running,
    /// Undoing what it has done.
    Compensating,
    /// It cannot go on by itself. [`SagaHandle::resume`](super::SagaHandle::resume) has it try again.
    NeedsOperator,
    /// It has come to its end.
    Completed,
    /// What it had done is undone.
    Compensated,
    /// Somebody has ended it where it was.
    GivenUp,
}

impl SagaState {
    /// Whether nothing more is going to happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, SagaState::Completed | SagaState::Compensated | SagaState::GivenUp)
    }
}

/// An instance of a saga.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SagaView {
    /// Its key.
    pub key: String,
    /// The version of the code that it began with.
    pub version: u32,
    /// Where it is.
    pub state: SagaState,
    /// Why it is compensating or needs somebody.
    pub why: Option<String>,
    /// When its time is up.
    pub deadline: Option<Timestamp>,
    /// The steps that have begun, in order.
    pub steps: Vec<SagaStep>,
}

/// A step that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SagaStep {
    /// Its name.
    pub name: String,
    /// The name of its command.
    pub command: String,
    /// What became of it.
    pub state: StepState,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepState {
    /// Its command is about to be given, or was.
    Intended,
    /// Its command was carried out.
    Accepted,
    /// Its command was refused.
    Refused,
    /// Its command was given as often as was allowed; what became of it is not known.
    Exhausted,
    /// Its compensation is about to be given, or was.
    Compensating,
    /// It is undone.
    Compensated,
}

/// Code that does not do what it did when an instance ran through it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The instance.
    pub key: String,
    /// The step, or what else differs.
    pub step: String,
    /// What it did.
    pub recorded: String,
    /// What it would do now.
    pub now: String,
}

/// Why an instance was not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CancelError {
    /// There is none with this key.
    #[error("no instance has the key `{0}`")]
    Unknown(String),
    /// It has ended, or its pivot is past or cannot be undone.
    #[error("`{0}` is past the point of no return")]
    TooLate(String),
    /// It could not be read or written.
    #[error("`{key}` cannot be reached: {why}")]
    Unavailable {
        /// The key.
        key: String,
        /// What the store says.
        why: String,
    },
}
