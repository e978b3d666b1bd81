//! Who does the work of one task: reads what is owed, and has at most so many at it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::backlog::{Backlog, Want};
use super::row::{Row, Tables};
use super::{Task, work};
use crate::host::{Surroundings, Working, with_causes};
use crate::limits;
use crate::message::MessageId;
use crate::process::event_set;
use crate::process::follow::Control;
use crate::runtime::System;
use crate::seam::first;
use crate::seam::sync::lock;
use crate::store::{DocumentStore, EventDecoder, EventQuery, ReadError};

/// See the module.
pub(super) struct Crew<T: Task> {
    pub(super) task: T,
    pub(super) around: Surroundings,
    pub(super) documents: Arc<dyn DocumentStore>,
    pub(super) system: Weak<System>,
    pub(super) control: Arc<Control>,
    pub(super) backlog: Backlog,
    pub(super) tables: Tables,
    pub(super) query: EventQuery,
    pub(super) decoder: EventDecoder<T::Event>,
    /// This life of this process.
    pub(super) owner: MessageId,
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    error: Mutex<Option<String>>,
}

impl<T: Task> Crew<T> {
    pub(super) fn new(
        task: T,
        system: &Arc<System>,
        around: &Surroundings,
        documents: Arc<dyn DocumentStore>,
    ) -> Self {
        Crew {
            task,
            around: around.clone(),
            documents,
            system: Arc::downgrade(system),
            control: Arc::default(),
            backlog: Backlog::default(),
            tables: Tables::of(T::name()),
            query: event_set::query::<T::Event>(),
            decoder: event_set::decoder::<T::Event>(&around.upcasters),
            owner: system.seam().message_id(),
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            error: Mutex::default(),
        }
    }

    /// What keeps it from going on, if something does.
    pub(super) fn error(&self) -> Option<String> {
        lock(&self.error).clone()
    }

    pub(super) fn note_error(&self, error: Option<String>) {
        if let Some(error) = &error {
            tracing::warn!(task = T::name(), error, "cannot go on for now");
        }
        *lock(&self.error) = error;
    }

    pub(super) fn count_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// Reads a part of the table.
    async fn read(&self, want: &Want) -> Result<(), ReadError> {
        let limit = limits::FOLLOW_PAGE;
        let page = self.documents.page(&self.tables.owed, want.after.as_deref(), limit).await?;
        let rows = page.into_iter().map(|document| {
            let row = serde_json::from_slice::<Row>(&document.data);
            if let Err(error) = &row {
                tracing::error!(task = T::name(), key = document.key, %error, "a malformed row");
            }
            (document.key.into(), row.ok())
        });
        self.backlog.paged(want, rows.collect());
        Ok(())
    }
}

/// Has what is owed be done, until the system stops.
pub(super) async fn lead<T: Task>(crew: Arc<Crew<T>>) {
    let _working = Working::new(&crew.around.busy);
    while !crew.control.is_stopped() {
        // Before looking, so that a change in between is not slept through.
        let changed = crew.backlog.changed();
        let want = crew.backlog.want();
        if let Some(want) = &want
            && let Err(error) = crew.read(want).await
        {
            crew.note_error(Some(with_causes(&error)));
            let Some(system) = crew.system.upgrade() else { break };
            work::rest(&crew, &system).await;
            continue;
        }
        let Some(system) = crew.system.upgrade() else { break };
        let now = system.seam().elapsed();
        while let Some(work) = crew.backlog.take(now, T::OPTIONS.concurrency.max(1)) {
            let working = work::work(Arc::clone(&crew), Arc::clone(&system), work);
            system.seam().spawn(working);
        }
        if want.is_some() {
            continue;
        }
        let rest = crew.backlog.earliest().map(|due| system.seam().sleep(due.saturating_sub(now)));
        drop(system);
        match rest {
            Some(rest) => {
                let _ = crew.control.unless_called(first(changed, rest)).await;
            }
            None => {
                let _ = crew.control.unless_called(changed).await;
            }
        }
    }
    crew.backlog.close();
}
