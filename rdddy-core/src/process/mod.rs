//! What goes on between aggregates, and what is read from their events.
//!
//! Everything here follows the events of the store from a checkpoint, and may be killed at any
//! moment: it goes on at the checkpoint, and whatever comes again is recognized.

mod begin;
mod derived;
mod event_set;
mod follow;
mod integration;
mod policy;
mod projection;
mod retry;
mod saga;
mod schedule;
mod task;
mod timers;

pub use begin::Begin;
pub(crate) use derived::derived_id;
pub use event_set::{EventSet, ReadFormat};
pub use follow::{FollowStatus, Parked, ParkedFault};
pub use integration::{
    CloudEvent, CloudEventError, DeadLetter, DeadLetterError, DeadLettered, Delivering, Inbox,
    InboxHandle, Outbox, OutboxHandle, Outlet, OutletError, ReceiveError, Received,
};
pub use policy::{CommandRefused, Happening, IntoCommands, Policy, PolicyHandle, Refusals};
pub use projection::{
    Answering, IntoAnswer, IntoRow, Projected, Projection, ProjectionHandle, ProjectionMode,
    ProjectionStatus, QueryError, QueryTable, Row, Rows, RowsError, TheRow, UnknownProjection,
};
pub(crate) use projection::{Seen, Shown};
pub use retry::Retry;
pub use saga::{
    CancelError, Drift, EventRole, Saga, SagaCommand, SagaContext, SagaHandle, SagaState, SagaStep,
    SagaView, Step, StepCommand, StepKind, StepState, Timeout, UndoOrder, saga_to_mermaid,
};
pub use schedule::{
    NoSchedules, Recurrence, ScheduleError, ScheduleFailed, ScheduleStatus, Scheduled, Schedules,
};
pub use task::{
    AttemptFailure, FailedTask, IntoTaskResult, Performing, Task, TaskAttemptFailed, TaskContext,
    TaskError, TaskFailed, TaskHandle, TaskOptions, TaskResult, TaskStatus,
};
