//! Tasks: work with effects outside, because of an event, whose result is an event.
//!
//! An event is *admitted*: a small row of the table of the task, written together with how far the
//! task has read. From then on the work is owed, whatever happens, and a slow task holds nobody up.
//! Workers take rows, in order within a stream; a document per stream says who is at it.

mod admission;
mod attempt;
mod backlog;
mod context;
mod crew;
mod fault;
mod handle;
mod ledger;
mod result;
mod row;
mod work;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub use context::TaskContext;
pub use fault::{AttemptFailure, TaskAttemptFailed, TaskFailed};
pub use handle::{TaskError, TaskHandle, TaskStatus};
pub use result::{IntoTaskResult, TaskResult};
pub use row::FailedTask;

use super::{Begin, EventSet, Retry};
use crate::limits;
use crate::runtime::ErrorReport;

/// Work with effects outside, which an event asks for: to send, to print, to call.
///
/// `#[task]` on an impl block implements it. The work is done at least once for each event: a process
/// that dies in the middle of an attempt, or before its result is stored, has another attempt made.
/// [`TaskContext::idempotency_key`] is the same in each of them. Its result is stored once, as the one
/// event of a stream of its own, `<task>/<id of the event>`; after that, the work is never done
/// again.
///
/// An attempt fails when it takes too long, panics, or returns an error. It is tried again unless the
/// error is a terminal [`DomainError`](crate::domain::DomainError): of any other error nobody knows
/// whether it may pass. What has failed for good waits for somebody to look at it, and the stream of
/// its event goes on.
#[diagnostic::on_unimplemented(
    message = "rdddy::E090: `{Self}` is not a task",
    label = "not a task",
    note = "help: add `#[task]` above `impl {Self}`, the block whose `#[handler]`s do the work"
)]
pub trait Task: Send + Sync + 'static {
    /// All events that ask for it, as one type.
    type Event: EventSet;

    /// How patient it is.
    const OPTIONS: TaskOptions = TaskOptions::DEFAULT;
    /// Where it begins, if it has never run.
    const BEGIN: Begin = Begin::First;

    /// Its stable name, qualified by the bounded context: `sales.SendConfirmation`.
    fn name() -> &'static str;

    /// Does the work that `event` asks for, once.
    fn perform<'a>(&'a self, event: &'a Self::Event, cx: &'a TaskContext<'a>) -> Performing<'a>;
}

/// Work under way: its result, or why there is none.
pub type Performing<'a> =
    Pin<Box<dyn Future<Output = Result<TaskResult, ErrorReport>> + Send + 'a>>;

/// How patient a task is, and how much of it is done at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskOptions {
    /// How long one attempt may take. It is dropped after that, wherever it waits.
    pub timeout: Duration,
    /// How often it is tried, and the pauses.
    pub retry: Retry,
    /// How many are done at a time, in each process; those of one stream one after the other.
    pub concurrency: usize,
}

impl TaskOptions {
    /// As the limits say.
    pub const DEFAULT: TaskOptions = TaskOptions {
        timeout: limits::TASK_TIMEOUT,
        retry: Retry::DEFAULT.attempts(limits::TASK_ATTEMPTS),
        concurrency: limits::TASK_CONCURRENCY,
    };

    /// With so much time for each attempt.
    #[must_use]
    pub const fn timeout(self, timeout: Duration) -> Self {
        TaskOptions { timeout, ..self }
    }

    /// Tried so often.
    #[must_use]
    pub const fn retry(self, retry: Retry) -> Self {
        TaskOptions { retry, ..self }
    }

    /// With so many at a time; at least one.
    #[must_use]
    pub const fn concurrency(self, concurrency: usize) -> Self {
        TaskOptions { concurrency, ..self }
    }

    /// How long a process may be at one attempt, at most.
    fn lease(&self) -> Duration {
        self.timeout.saturating_add(limits::TASK_GRACE)
    }
}
