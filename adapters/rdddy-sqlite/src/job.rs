//! What the writing thread is asked to do, and who waits for it.

use rdddy_core::store::{AppendError, Appended, Commit, CommitError};
use tokio::sync::oneshot;

use crate::record::Prepared;

/// What is written, whole or not at all.
pub(crate) enum Job {
    Append(Asked<Prepared, Appended, AppendError>),
    Commit(Asked<Commit, (), CommitError>),
}

/// Something to do, what came of it, and who wants to know.
pub(crate) struct Asked<W, T, E> {
    pub(crate) work: W,
    pub(crate) outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Answer<W, T, E>>,
}

/// What came of something, with what was asked: whoever has allocated it frees it. Done by the writer,
/// it would hold up all who allocate meanwhile.
pub(crate) struct Answer<W, T, E> {
    pub(crate) outcome: Result<T, E>,
    _work: W,
}

impl<W, T, E> Asked<W, T, E> {
    /// With where the outcome will be heard.
    pub(crate) fn new(work: W) -> (Self, oneshot::Receiver<Answer<W, T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Asked { work, outcome: None, reply }, answer)
    }

    fn answer(self) {
        let Asked { work, outcome, reply } = self;
        if let Some(outcome) = outcome {
            // Nobody waits for an answer whose future was dropped.
            let _ = reply.send(Answer { outcome, _work: work });
        }
    }
}

impl Job {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Job::Append(append) => append.work.bytes,
            Job::Commit(commit) => commit
                .work
                .writes
                .iter()
                .filter_map(|write| write.data.as_ref())
                .map(Vec::len)
                .sum(),
        }
    }

    pub(crate) fn fail(&mut self, error: AppendError) {
        match self {
            Job::Append(append) => append.outcome = Some(Err(error)),
            Job::Commit(commit) => commit.outcome = Some(Err(error.into())),
        }
    }

    pub(crate) fn answer(self) {
        match self {
            Job::Append(append) => append.answer(),
            Job::Commit(commit) => commit.answer(),
        }
    }
}

/// What is committed together.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) jobs: Vec<Job>,
    pub(crate) bytes: usize,
}

impl Group {
    /// True when there was anything to add.
    pub(crate) fn extend(&mut self, jobs: Vec<Job>) -> bool {
        let any = !jobs.is_empty();
        for job in jobs {
            self.bytes += job.bytes();
            self.jobs.push(job);
        }
        any
    }

    pub(crate) fn fail(&mut self, error: impl Fn() -> AppendError) {
        self.jobs.iter_mut().for_each(|job| job.fail(error()));
    }
}
