//! What is written into the stream of an instance.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::ErrorData;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::store::Position;

/// One thing that happened to an instance. A `run` is the number of a step that has begun, in order:
/// one step may begin several times.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(super) enum Record {
    Started {
        version: u32,
        deadline: Option<Timestamp>,
    },
    Heard(Heard),
    Intended {
        step: String,
        command: Intent,
    },
    Accepted {
        run: usize,
        step: String,
        position: Position,
    },
    Refused {
        run: usize,
        step: String,
        error: ErrorData,
    },
    /// Tried as often as was allowed: whether it was carried out is not known.
    Exhausted {
        run: usize,
        step: String,
        why: String,
    },
    TimedOut {
        deadline: Option<Timestamp>,
    },
    Compensating {
        why: String,
    },
    /// `command` is none where there is nothing to be undone.
    CompensationIntended {
        run: usize,
        step: String,
        command: Option<Intent>,
    },
    Compensated {
        run: usize,
        step: String,
    },
    Stuck {
        why: String,
    },
    Resumed,
    GivenUp {
        why: String,
    },
    Completed,
    Undone,
}

/// An event that an instance has heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Heard {
    pub(super) position: Position,
    pub(super) at: Timestamp,
    pub(super) name: String,
    pub(super) schema: u32,
    pub(super) data: Value,
    pub(super) metadata: Metadata,
    pub(super) id: MessageId,
}

/// A command that is about to be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) id: MessageId,
    pub(super) name: String,
    pub(super) data: Value,
}

impl Record {
    /// Whether nothing follows from it until somebody does something.
    pub(super) fn settles(&self) -> bool {
        matches!(
            self,
            Record::Stuck { .. } | Record::GivenUp { .. } | Record::Completed | Record::Undone
        )
    }

    /// The stable name of the event that it is stored as.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Record::Started { .. } => "rdddy.SagaStarted",
            Record::Heard(_) => "rdddy.SagaHeard",
            Record::Intended { .. } => "rdddy.SagaStepIntended",
            Record::Accepted { .. } => "rdddy.SagaStepAccepted",
            Record::Refused { .. } => "rdddy.SagaStepRefused",
            Record::Exhausted { .. } => "rdddy.SagaStepExhausted",
            Record::TimedOut { .. } => "rdddy.SagaTimedOut",
            Record::Compensating { .. } => "rdddy.SagaCompensating",
            Record::CompensationIntended { .. } => "rdddy.SagaCompensationIntended",
            Record::Compensated { .. } => "rdddy.SagaStepCompensated",
            Record::Stuck { .. } => "rdddy.SagaStuck",
            Record::Resumed => "rdddy.SagaResumed",
            Record::GivenUp { .. } => "rdddy.SagaGivenUp",
            Record::Completed => "rdddy.SagaCompleted",
            Record::Undone => "rdddy.SagaUndone",
        }
    }
}
