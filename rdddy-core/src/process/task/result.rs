//! What a handler of a task may return.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::Error as _;

use crate::message::{Event, MessageId, Metadata};
use crate::runtime::{BoxError, ErrorReport, System};
use crate::store::{NewEvent, Tag};

/// What a handler of a task may return: an event with serde's `Serialize`, an `Option` of one,
/// nothing, or a `Result` of these with any error.
#[diagnostic::on_unimplemented(
    message = "rdddy::E091: the result of a task is an event, not `{Self}`",
    label = "not an event that can be stored",
    note = "help: return an event with `#[derive(Event, Serialize, Deserialize)]`, an `Option` of one, `()`, or a `Result` of these"
)]
pub trait IntoTaskResult {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// What the handler says.
    fn into_task_result(self) -> Result<TaskResult, ErrorReport>;
}

#[diagnostic::do_not_recommend]
impl<E: Event + Serialize> IntoTaskResult for E {
    fn into_task_result(self) -> Result<TaskResult, ErrorReport> {
        Ok(TaskResult(Some(Box::new(Arc::new(self)))))
    }
}

impl IntoTaskResult for () {
    fn into_task_result(self) -> Result<TaskResult, ErrorReport> {
        Ok(TaskResult(None))
    }
}

impl<T: IntoTaskResult> IntoTaskResult for Option<T> {
    fn into_task_result(self) -> Result<TaskResult, ErrorReport> {
        self.map_or(Ok(TaskResult(None)), IntoTaskResult::into_task_result)
    }
}

impl<T: IntoTaskResult, E: Into<BoxError>> IntoTaskResult for Result<T, E> {
    fn into_task_result(self) -> Result<TaskResult, ErrorReport> {
        self.map_err(ErrorReport::of)?.into_task_result()
    }
}

/// What came of a task: an event, or nothing but that it is done.
pub struct TaskResult(Option<Box<dyn ResultEvent>>);

impl std::fmt::Debug for TaskResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TaskResult").field(&self.0.as_ref().map(|event| event.name())).finish()
    }
}

/// The record of work that was done without an event as its result.
const COMPLETED: &str = "rdddy.TaskCompleted";
/// The record of work that was cancelled.
const CANCELLED: &str = "rdddy.TaskCancelled";

impl TaskResult {
    /// As it is stored.
    pub(super) fn to_store(&self, id: MessageId, of: Metadata) -> serde_json::Result<NewEvent> {
        match &self.0 {
            Some(event) => event.to_store(id, of),
            None => Ok(record(COMPLETED, id, of)),
        }
    }

    /// Tells whoever listens.
    pub(super) async fn publish(self, system: &Arc<System>, metadata: Metadata) {
        if let Some(event) = self.0 {
            event.publish(system, metadata).await;
        }
    }
}

/// What is stored instead of a result when work is cancelled.
pub(super) fn cancelled(id: MessageId, metadata: Metadata) -> NewEvent {
    record(CANCELLED, id, metadata)
}

fn record(name: &str, id: MessageId, metadata: Metadata) -> NewEvent {
    NewEvent { id, name: name.into(), schema: 1, data: b"{}".to_vec(), tags: Vec::new(), metadata }
}

type Publishing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// An event of whatever type.
trait ResultEvent: Send + Sync {
    fn name(&self) -> &'static str;
    fn to_store(&self, id: MessageId, metadata: Metadata) -> serde_json::Result<NewEvent>;
    fn publish(self: Box<Self>, system: &Arc<System>, metadata: Metadata) -> Publishing<'_>;
}

impl<E: Event + Serialize> ResultEvent for Arc<E> {
    fn name(&self) -> &'static str {
        E::name()
    }

    fn to_store(&self, id: MessageId, metadata: Metadata) -> serde_json::Result<NewEvent> {
        let tags = self.tags().into_iter().map(|(name, value)| Tag::new(name, &value));
        Ok(NewEvent {
            id,
            name: E::name().into(),
            schema: E::VERSION,
            data: serde_json::to_vec(&**self)?,
            tags: tags.collect::<Result<_, _>>().map_err(serde_json::Error::custom)?,
            metadata,
        })
    }

    fn publish(self: Box<Self>, system: &Arc<System>, metadata: Metadata) -> Publishing<'_> {
        Box::pin(system.publish_shared(*self, Some(Arc::new(metadata))))
    }
}
