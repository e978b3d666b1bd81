//! What the store knows of work: claims, results, what is struck out.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::backlog::Work;
use super::crew::Crew;
use super::row::{Claim, FailedTask, Row};
use super::{Task, work};
use crate::host::with_causes;
use crate::message::{MessageId, Timestamp};
use crate::runtime::System;
use crate::store::{
    Append, AppendError, Commit, CommitError, Expected, NewEvent, ReadError, StoredEvent,
    StreamName, Version, Write,
};

/// Why nothing has come of it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The store does not answer.
    Passing(String),
    /// Somebody else is at it.
    Overtaken,
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Trouble::Overtaken,
            CommitError::Store(error) => Trouble::Passing(with_causes(&error)),
        }
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

/// A claim that we have.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) attempt: u32,
    /// As it is stored.
    data: Vec<u8>,
}

/// What has become of a result.
#[derive(Debug)]
pub(super) enum Recorded {
    Stored,
    /// There was one before.
    Before,
    /// The store is never going to take it.
    Never(String),
}

/// The stream of the result of the work that `event` asks for.
pub(super) fn result_stream<T: Task>(event: MessageId) -> Result<StreamName, Trouble> {
    StreamName::new(T::name(), event.to_string())
        .map_err(|error| Trouble::Passing(with_causes(&error)))
}

impl<T: Task> Crew<T> {
    /// Whether the row with this key is there.
    pub(super) async fn is_owed(&self, key: &str) -> Result<bool, Trouble> {
        Ok(self.documents.get(&self.tables.owed, key).await?.is_some())
    }

    /// Whether the work has a result, or is cancelled.
    pub(super) async fn has_result(&self, event: MessageId) -> Result<bool, Trouble> {
        let stream = result_stream::<T>(event)?;
        Ok(!self.around.store.read_stream(&stream, Version(1), 1).await?.is_empty())
    }

    /// The event that asks for the work; or why there is none.
    pub(super) async fn event(&self, row: &Row) -> Result<Result<StoredEvent, String>, Trouble> {
        let stream = match row.stream() {
            Ok(stream) => stream,
            Err(error) => return Ok(Err(with_causes(&error))),
        };
        let page = self.around.store.read_stream(&stream, row.version(), 1).await;
        let found = match page {
            Ok(page) => page.into_iter().find(|stored| stored.event.id == row.event),
            Err(error) if error.is_transient() => return Err(error.into()),
            Err(error) => return Ok(Err(with_causes(&error))),
        };
        let missing = || format!("event {} of `{stream}` is not in the store", row.version());
        Ok(found.ok_or_else(missing))
    }

    /// Says that we are at the stream of this work, and counts the attempt; or how long somebody else
    /// is. Counted before the attempt, because an attempt may end the process.
    pub(super) async fn claim(
        &self,
        system: &System,
        work: &Work,
    ) -> Result<Result<Held, Duration>, Trouble> {
        let stored = self.documents.get(&self.tables.claims, &work.lane).await?;
        let before: Option<Claim> =
            stored.as_ref().and_then(|json| serde_json::from_slice(json).ok());
        let now = system.seam().timestamp();
        let longest = T::OPTIONS.lease().max(T::OPTIONS.retry.longest);
        if let Some(before) = &before
            && let Some(left) = before.keeps_away(self.owner, now, longest)
        {
            return Ok(Err(left));
        }
        let attempts = before.filter(|before| before.row == *work.key).map_or(0, |it| it.attempts);
        let attempt = attempts.saturating_add(1);
        let data = self.claim_data(work, attempt, now, T::OPTIONS.lease())?;
        let expected = Write { table: self.tables.claims.clone(), key: lane(work), data: stored };
        let writes = vec![Write::put(&self.tables.claims, lane(work), data.clone())];
        let commit = Commit { expected: Some(expected), cleared: Vec::new(), writes };
        self.documents.commit(commit).await?;
        Ok(Ok(Held { attempt, data }))
    }

    fn claim_data(
        &self,
        work: &Work,
        attempts: u32,
        now: Timestamp,
        time: Duration,
    ) -> Result<Vec<u8>, Trouble> {
        let until = Timestamp(now.0.saturating_add(time));
        let (owner, row) = (self.owner, work.key.to_string());
        let claim = Claim { owner, since: now, until, row, attempts };
        Ok(serde_json::to_vec(&claim)?)
    }

    /// Nobody tries it again before `pause` is over, and then whoever is first may. Best effort: the
    /// claim says the same, only for longer.
    pub(super) async fn postpone(
        &self,
        system: &System,
        work: &Work,
        held: &Held,
        pause: Duration,
    ) {
        let now = system.seam().timestamp();
        let Ok(data) = self.claim_data(work, held.attempt, now, pause) else { return };
        let writes = vec![Write::put(&self.tables.claims, lane(work), data)];
        let commit = Commit { expected: Some(self.ours(work, held)), cleared: Vec::new(), writes };
        if let Err(error) = self.documents.commit(commit).await {
            tracing::debug!(task = T::name(), %error, "the pause is not written down");
        }
    }

    /// Strikes out the work, and gives up the claim; with `failed`, notes that it has failed.
    pub(super) async fn settle(
        &self,
        system: &System,
        work: &Work,
        held: &Held,
        failed: Option<&FailedTask>,
    ) -> Result<(), Trouble> {
        let mut writes = vec![
            Write::remove(&self.tables.owed, &*work.key),
            Write::remove(&self.tables.claims, lane(work)),
        ];
        if let Some(failed) = failed {
            let json = serde_json::to_vec(failed)?;
            writes.push(Write::put(&self.tables.failed, failed.event.to_string(), json));
        }
        let commit = Commit { expected: Some(self.ours(work, held)), cleared: Vec::new(), writes };
        let mut may_be_done = false;
        self.insist(
            system,
            || async {
                match self.documents.commit(commit.clone()).await {
                    Ok(()) => Ok(Ok(())),
                    Err(CommitError::Conflict { .. }) => Ok(Err(())),
                    Err(CommitError::Store(error)) => Err(error),
                }
            },
            &mut may_be_done,
        )
        .await?
        .or(if may_be_done { Ok(()) } else { Err(Trouble::Overtaken) })
    }

    /// Stores the result of the work that `event` asks for, unless there is one.
    pub(super) async fn record(
        &self,
        system: &System,
        event: MessageId,
        result: NewEvent,
    ) -> Result<Recorded, Trouble> {
        let stream = result_stream::<T>(event)?;
        let append = Append::new(system.seam().timestamp());
        let append = append.to(stream, Expected::NoStream, vec![result]);
        let mut may_be_done = false;
        let recorded = self
            .insist(
                system,
                || async {
                    match self.around.store.append(append.clone()).await {
                        Ok(_) => Ok(Recorded::Stored),
                        Err(error) if error.is_conflict() => Ok(Recorded::Before),
                        Err(
                            error
                            @ (AppendError::TooLarge { .. } | AppendError::StreamTwice { .. }),
                        ) => Ok(Recorded::Never(with_causes(&error))),
                        Err(error) => Err(error),
                    }
                },
                &mut may_be_done,
            )
            .await?;
        Ok(recorded)
    }

    fn ours(&self, work: &Work, held: &Held) -> Write {
        Write::put(&self.tables.claims, lane(work), held.data.clone())
    }

    /// Does it until the store says something, or the system stops: what has been done outside is not
    /// to be done again only because the store does not answer. Notes whether it may have been done
    /// when the store did not say so.
    async fn insist<R, F>(
        &self,
        system: &System,
        write: impl Fn() -> F,
        may_be_done: &mut bool,
    ) -> Result<R, Trouble>
    where
        F: Future<Output = Result<R, AppendError>>,
    {
        loop {
            let error = match write().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            *may_be_done |= matches!(error, AppendError::Unacknowledged { .. });
            let why = with_causes(&error);
            if self.control.is_stopped() {
                return Err(Trouble::Passing(why));
            }
            self.note_error(Some(why));
            work::rest(self, system).await;
        }
    }
}

fn lane(work: &Work) -> String {
    Arc::clone(&work.lane).to_string()
}
