//! What is told when work fails.

use serde::Serialize;
use std::fmt;
use std::time::Duration;

use super::FailedTask;
use crate::message::{Event, EventScope, Kind, Message, MessageId, Sealed};
use crate::runtime::ErrorReport;

/// An attempt at a task has failed. Published for whoever watches the system.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TaskAttemptFailed {
    /// The task.
    pub task: &'static str,
    /// The event that asks for it.
    pub event: MessageId,
    /// The number of the attempt, counted from 1.
    pub attempt: u32,
    /// What went wrong.
    pub failure: AttemptFailure,
    /// How long until the next attempt; nothing if there is none.
    pub next_in: Option<Duration>,
}

/// Why an attempt has failed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptFailure {
    /// It took longer than this.
    TimedOut(Duration),
    /// It panicked, with this message.
    Panicked(String),
    /// It returned an error.
    Error(ErrorReport),
    /// Its process ended in the middle of it, and it was the last one.
    Interrupted,
    /// The event cannot be read, or the result not be stored. What has been done may have had its
    /// effect.
    Defect(String),
}

impl AttemptFailure {
    /// Whether another attempt may come to something else.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            AttemptFailure::TimedOut(_) | AttemptFailure::Panicked(_) => true,
            AttemptFailure::Error(report) => report.data().is_none_or(|data| data.transient),
            AttemptFailure::Interrupted | AttemptFailure::Defect(_) => false,
        }
    }
}

impl fmt::Display for AttemptFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttemptFailure::TimedOut(limit) => write!(f, "it took longer than {limit:?}"),
            AttemptFailure::Panicked(message) => write!(f, "it panicked: {message}"),
            AttemptFailure::Error(report) => report.fmt(f),
            AttemptFailure::Interrupted => f.write_str("its process ended in the middle of it"),
            AttemptFailure::Defect(why) => f.write_str(why),
        }
    }
}

/// A task has failed for good, until somebody has it tried again. Published for whoever watches the
/// system.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct TaskFailed {
    /// The task.
    pub task: &'static str,
    /// What has failed, and why.
    pub failed: FailedTask,
}

impl Sealed for TaskAttemptFailed {}

impl Message for TaskAttemptFailed {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.TaskAttemptFailed"
    }
}

impl Event for TaskAttemptFailed {
    const SCOPE: EventScope = EventScope::Domain;
}

impl Sealed for TaskFailed {}

impl Message for TaskFailed {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.TaskFailed"
    }
}

impl Event for TaskFailed {
    const SCOPE: EventScope = EventScope::Domain;
}
