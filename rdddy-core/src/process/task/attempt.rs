//! The code of a user, which may take its time, panic, or fail.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::fault::AttemptFailure;
use super::result::TaskResult;
use super::{Task, TaskContext};
use crate::runtime::{System, panic_message};

/// Has `task` do the work that `event` asks for, within the time of one attempt.
pub(super) async fn perform<T: Task>(
    task: &T,
    system: &System,
    event: &T::Event,
    cx: &TaskContext<'_>,
) -> Result<TaskResult, AttemptFailure> {
    let limit = T::OPTIONS.timeout;
    let mut time = pin!(system.seam().sleep(limit));
    let mut work = Box::pin(async { task.perform(event, cx).await });
    let outcome = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Ready(returned)) => Poll::Ready(returned.map_err(AttemptFailure::Error)),
        Ok(Poll::Pending) => time.as_mut().poll(cx).map(|()| Err(AttemptFailure::TimedOut(limit))),
        Err(panic) => Poll::Ready(Err(AttemptFailure::Panicked(panic_message(&*panic)))),
    })
    .await;
    // What it holds may panic when it is dropped.
    match catch_unwind(AssertUnwindSafe(|| drop(work))) {
        Ok(()) => outcome,
        Err(panic) => outcome.and(Err(AttemptFailure::Panicked(panic_message(&*panic)))),
    }
}

/// What comes of `work`, which is code of the user, too, where it reads or writes an event.
pub(super) fn guarded<R>(work: impl FnOnce() -> Result<R, String>) -> Result<R, AttemptFailure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(format!("it panicked: {}", panic_message(&*panic))))
        .map_err(AttemptFailure::Defect)
}
