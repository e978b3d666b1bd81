//! Running a task, and looking after it.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Task;
use super::admission::Admission;
use super::crew::{Crew, lead};
use super::ledger::{Trouble, result_stream};
use super::result::cancelled;
use super::row::{FailedTask, Row, row_key};
use super::work::ids;
use crate::host::{self, HostError, Process, Running, Surroundings, with_causes};
use crate::limits;
use crate::message::{MessageId, Metadata};
use crate::process::derived::derived_id;
use crate::process::follow::{FollowStatus, Follower, Progress};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::store::{Append, Commit, CommitError, Expected, Position, Write};

/// A task that a system runs, to be looked after. Clones are cheap.
pub struct TaskHandle<T: Task> {
    running: Arc<RunningTask<T>>,
}

impl<T: Task> Clone for TaskHandle<T> {
    fn clone(&self) -> Self {
        TaskHandle { running: Arc::clone(&self.running) }
    }
}

impl<T: Task> fmt::Debug for TaskHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskHandle<{}>", T::name())
    }
}

/// How a task is doing, in this process.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStatus {
    /// How far it has taken in events. Their work may still be owed.
    pub admitted: FollowStatus,
    /// Work that waits in memory; there may be more in the store.
    pub waiting: usize,
    /// Work under way.
    pub running: usize,
    /// Results stored since the start of the system.
    pub done: u64,
    /// Work given up since the start of the system; [`TaskHandle::failed`] lists all that is.
    pub failed: u64,
    /// What keeps it from going on, if something does.
    pub error: Option<String>,
}

/// Why a task did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// Nothing is owed for this event, or it has not failed.
    #[error("there is no such work for event {0}")]
    Unknown(MessageId),
    /// The work is done, or was cancelled before.
    #[error("the work for event {0} has come to its end")]
    TooLate(MessageId),
    /// The store does not answer, or the system is gone.
    #[error("the work cannot be looked at: {why}")]
    Unavailable {
        /// What keeps it.
        why: String,
    },
}

impl From<Trouble> for TaskError {
    fn from(trouble: Trouble) -> Self {
        let why = match trouble {
            Trouble::Passing(why) => why,
            Trouble::Overtaken => "somebody else was first".to_owned(),
        };
        TaskError::Unavailable { why }
    }
}

fn unavailable(error: impl std::error::Error + 'static) -> TaskError {
    TaskError::Unavailable { why: with_causes(&error) }
}

struct RunningTask<T: Task> {
    crew: Arc<Crew<T>>,
    progress: Arc<Progress>,
}

impl<T: Task> Running for RunningTask<T> {
    fn stop(&self) {
        self.crew.control.stop();
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// A task to be run.
struct Configured<T>(T);

impl<T: Task> Process for Configured<T> {
    fn name(&self) -> &'static str {
        T::name()
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<T>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        let process = T::name();
        let documents = around.documents.clone().ok_or(HostError::NoDocuments { process })?;
        let crew = Arc::new(Crew::new(self.0, system, around, Arc::clone(&documents)));
        let (reader, control) = (Admission(Arc::clone(&crew)), Arc::clone(&crew.control));
        let progress = Follower::start(system, around, documents, Arc::new(reader), control);
        system.seam().spawn(lead(Arc::clone(&crew)));
        Ok(Arc::new(RunningTask { crew, progress }))
    }
}

impl SystemBuilder {
    /// Runs `task`: it follows the events of the store, from where it was when it last ran; a new one
    /// from the first event. Its documents have to be beside the events.
    pub fn task<T: Task>(self, task: T) -> Self {
        self.process(Configured(task))
    }
}

impl ActorSystem {
    /// The task `T`, if the system runs it.
    #[must_use]
    pub fn task<T: Task>(&self) -> Option<TaskHandle<T>> {
        Some(TaskHandle { running: host::running(self.inner(), TypeId::of::<T>())? })
    }
}

impl<T: Task> TaskHandle<T> {
    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> TaskStatus {
        let crew = &self.running.crew;
        let (waiting, running) = crew.backlog.counts();
        TaskStatus {
            admitted: self.running.progress.status(),
            waiting,
            running,
            done: crew.done.load(Ordering::Relaxed),
            failed: crew.failed.load(Ordering::Relaxed),
            error: crew.error(),
        }
    }

    /// Waits until all that the events up to `position` ask for is done, has failed, or is cancelled:
    /// whether it was when the task ended.
    pub async fn wait_for(&self, position: &Position) -> bool {
        self.running.progress.reached(position).await
            && self.running.crew.backlog.done_to(&row_key(position)).await
    }

    /// Waits until nothing is owed that this process knows of: whether that was so when the task
    /// ended. An event that has only just been stored may not have been taken in; for that there is
    /// [`TaskHandle::wait_for`].
    pub async fn wait_idle(&self) -> bool {
        self.running.progress.settled().await;
        self.running.crew.backlog.idle().await
    }

    /// All that has failed, until it is tried again or cancelled, in the order of the ids of its
    /// events.
    ///
    /// # Errors
    ///
    /// [`TaskError::Unavailable`].
    pub async fn failed(&self) -> Result<Vec<FailedTask>, TaskError> {
        let crew = &self.running.crew;
        let (mut after, mut found) = (None::<String>, Vec::new());
        loop {
            let table = &crew.tables.failed;
            let page = crew.documents.page(table, after.as_deref(), limits::READ_PAGE_MAX).await;
            let page = page.map_err(unavailable)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            for document in &page {
                found.push(serde_json::from_slice(&document.data).map_err(unavailable)?);
            }
        }
    }

    /// Has work that has failed be tried again, as often as at first.
    ///
    /// # Errors
    ///
    /// [`TaskError::Unknown`] when the work for this event has not failed, [`TaskError::Unavailable`].
    pub async fn retry(&self, event: MessageId) -> Result<(), TaskError> {
        let crew = &self.running.crew;
        let (failed, remove) = self.found_failed(event).await?.ok_or(TaskError::Unknown(event))?;
        let row = serde_json::to_vec(&failed.row).map_err(unavailable)?;
        let owed = Write::put(&crew.tables.owed, &*failed.row_key, row);
        self.replace_failed(event, remove, vec![owed]).await?;
        crew.backlog.add(failed.row_key.into(), failed.row);
        Ok(())
    }

    /// Has work that is owed, or has failed, never be done. What an attempt under way comes to is not
    /// stored; one of this process is told, and any goes on until it ends by itself or its time is up.
    ///
    /// # Errors
    ///
    /// [`TaskError::Unknown`] when nothing is owed for this event, [`TaskError::TooLate`] when its
    /// result is stored, [`TaskError::Unavailable`].
    pub async fn cancel(&self, event: MessageId) -> Result<(), TaskError> {
        let crew = &self.running.crew;
        let failed = self.found_failed(event).await?;
        if failed.is_none() && !self.is_owed(event).await? {
            let is_done = crew.has_result(event).await?;
            return Err(if is_done {
                TaskError::TooLate(event)
            } else {
                TaskError::Unknown(event)
            });
        }
        self.record_cancelled(event).await?;
        if let Some((_, remove)) = failed {
            self.replace_failed(event, remove, Vec::new()).await?;
        }
        crew.backlog.cancel(event);
        Ok(())
    }

    /// The work that has failed for `event`, with what has to be there to strike it out.
    async fn found_failed(
        &self,
        event: MessageId,
    ) -> Result<Option<(FailedTask, Write)>, TaskError> {
        let crew = &self.running.crew;
        let (table, key) = (crew.tables.failed.as_str(), event.to_string());
        let Some(json) = crew.documents.get(table, &key).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let failed = serde_json::from_slice(&json).map_err(unavailable)?;
        Ok(Some((failed, Write::put(table, key, json))))
    }

    /// Strikes out what has failed, and writes something else instead.
    async fn replace_failed(
        &self,
        event: MessageId,
        failed: Write,
        mut writes: Vec<Write>,
    ) -> Result<(), TaskError> {
        writes.push(Write::remove(&*failed.table, &*failed.key));
        let commit = Commit { expected: Some(failed), cleared: Vec::new(), writes };
        match self.running.crew.documents.commit(commit).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict { .. }) => Err(TaskError::Unknown(event)),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn is_owed(&self, event: MessageId) -> Result<bool, TaskError> {
        let crew = &self.running.crew;
        let mut after = None::<String>;
        loop {
            let table = &crew.tables.owed;
            let page = crew.documents.page(table, after.as_deref(), limits::READ_PAGE_MAX).await;
            let page = page.map_err(unavailable)?;
            let Some(last) = page.last() else { return Ok(false) };
            after = Some(last.key.clone());
            let rows = page.iter().filter_map(|row| serde_json::from_slice::<Row>(&row.data).ok());
            if rows.into_iter().any(|row| row.event == event) {
                return Ok(true);
            }
        }
    }

    /// Instead of a result, so that there is never going to be one.
    async fn record_cancelled(&self, event: MessageId) -> Result<(), TaskError> {
        let crew = &self.running.crew;
        let gone = || TaskError::Unavailable { why: "the system is gone".to_owned() };
        let system = crew.system.upgrade().ok_or_else(gone)?;
        let now = system.seam().timestamp();
        let id = derived_id(T::name(), event, ids::CANCELLED);
        let cause = Metadata::first(event, now);
        let record = cancelled(id, cause.caused(id, now));
        let append =
            Append::new(now).to(result_stream::<T>(event)?, Expected::NoStream, vec![record]);
        match crew.around.store.append(append).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_conflict() => Err(TaskError::TooLate(event)),
            Err(error) => Err(unavailable(error)),
        }
    }
}
