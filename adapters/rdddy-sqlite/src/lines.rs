//! The lines in which callers wait for the threads of a store.

use std::sync::Arc;

use rdddy_core::store::{AppendError, ReadError};
use tokio::sync::oneshot;

use crate::error::{Closed, Fault};
use crate::job::Job;
use crate::limits;
use crate::queue::Queue;
use crate::reader::Reader;

/// A look at the file, by whichever reader is free.
pub(crate) type Look = Box<dyn FnOnce(&mut Reader) + Send>;

/// What is to be written, and what is to be looked at.
pub(crate) struct Lines {
    pub(crate) jobs: Queue<Job>,
    pub(crate) looks: Queue<Look>,
}

impl Lines {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Lines {
            jobs: Queue::new(limits::APPENDS_WAITING_MAX, limits::APPEND_BYTES_WAITING_MAX),
            looks: Queue::new(limits::READS_WAITING_MAX, usize::MAX),
        })
    }

    /// Puts `job` in line.
    pub(crate) fn write(&self, job: Job) -> Result<(), AppendError> {
        let bytes = job.bytes();
        let full = |_| AppendError::Unavailable { source: Closed::Full.into() };
        self.jobs.push(job, bytes).map_err(full)
    }

    /// Has a reader look, without blocking the caller's thread.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, ReadError> {
        let (reply, answer) = oneshot::channel();
        let look: Look = Box::new(move |reader| {
            // Nobody waits for a read whose future was dropped.
            if !reply.is_closed() {
                let _ = reply.send(look(reader));
            }
        });
        let unavailable = |cause: Closed| ReadError::Unavailable { source: cause.into() };
        self.looks.push(look, 0).map_err(|_| unavailable(Closed::Full))?;
        let answer = answer.await.map_err(|_| unavailable(Closed::Gone))?;
        answer.map_err(Fault::read)
    }
}
