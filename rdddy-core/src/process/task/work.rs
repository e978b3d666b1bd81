//! One piece of work, from being taken to being settled or put back.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{guarded, perform};
use super::backlog::{Then, Work};
use super::crew::Crew;
use super::fault::{AttemptFailure, TaskAttemptFailed, TaskFailed};
use super::ledger::{Held, Recorded, Trouble};
use super::result::TaskResult;
use super::row::FailedTask;
use super::{Task, TaskContext};
use crate::domain::with_keys;
use crate::host::{Working, with_causes};
use crate::limits;
use crate::process::Happening;
use crate::process::derived::derived_id;
use crate::runtime::{ActorSystem, System};
use crate::store::{NewEvent, StoredEvent};

/// Derived ids of a task, by what they are for.
pub(super) mod ids {
    pub(in crate::process::task) const KEY: u64 = 0;
    pub(in crate::process::task) const RESULT: u64 = 1;
    pub(in crate::process::task) const CANCELLED: u64 = 2;
}

pub(super) async fn work<T: Task>(crew: Arc<Crew<T>>, system: Arc<System>, work: Work) {
    // A system that shuts down waits until its store is let go of.
    let _working = Working::new(&crew.around.busy);
    let then = match go_on(&crew, &system, &work).await {
        Ok(then) => {
            crew.note_error(None);
            then
        }
        Err(Trouble::Overtaken) => Then::Again(limits::FOLLOW_RETRY),
        Err(Trouble::Passing(why)) => {
            crew.note_error(Some(why));
            // It keeps its place among those at work: a store in trouble is not asked more often.
            rest(&crew, &system).await;
            Then::Again(Duration::ZERO)
        }
    };
    crew.backlog.put_back(&work, then, system.seam().elapsed());
}

/// Waits a little, unless the system stops.
pub(super) async fn rest<T: Task>(crew: &Crew<T>, system: &System) {
    let pause = limits::FOLLOW_RETRY_MAX / 50;
    let micros = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
    let pause = pause + Duration::from_micros(system.seam().below(micros.max(1)));
    let _ = crew.control.unless_called(system.seam().sleep(pause)).await;
}

/// One attempt, if it is up to us to make one.
async fn go_on<T: Task>(
    crew: &Crew<T>,
    system: &Arc<System>,
    work: &Work,
) -> Result<Then, Trouble> {
    if crew.control.is_stopped() {
        return Ok(Then::Again(Duration::ZERO));
    }
    // Another process may have done it, which is cheaper to see than to have claimed.
    if !crew.is_owed(&work.key).await? {
        return Ok(Then::Settled);
    }
    let held = match crew.claim(system, work).await? {
        Ok(held) => held,
        Err(wait) => return Ok(Then::Again(wait)),
    };
    // What was seen before the claim may have changed until then.
    if !crew.is_owed(&work.key).await? || crew.has_result(work.row.event).await? {
        crew.settle(system, work, &held, None).await?;
        return Ok(Then::Settled);
    }
    if held.attempt > T::OPTIONS.retry.max.max(1) {
        return give_up(crew, system, work, &held, AttemptFailure::Interrupted).await;
    }
    let stored = match crew.event(&work.row).await? {
        Ok(stored) => stored,
        Err(why) => return give_up(crew, system, work, &held, AttemptFailure::Defect(why)).await,
    };
    match attempt(crew, system, work, &held, &stored).await {
        Ok((result, event)) => record(crew, system, work, &held, result, event).await,
        Err(failure) => failed(crew, system, work, &held, failure).await,
    }
}

/// The result, and the event that it is stored as.
async fn attempt<T: Task>(
    crew: &Crew<T>,
    system: &Arc<System>,
    work: &Work,
    held: &Held,
    stored: &StoredEvent,
) -> Result<(TaskResult, NewEvent), AttemptFailure> {
    let keys = crew.around.keys.as_ref();
    let event = guarded(|| {
        with_keys(keys, || crew.decoder.decode(&stored.event)).map_err(|error| with_causes(&error))
    })?;
    let cause = &stored.event.metadata;
    let of_system = ActorSystem::of(system);
    let cx = TaskContext {
        system: &of_system,
        happening: Happening {
            metadata: cause,
            recorded_at: stored.recorded_at,
            key: stored.stream.key(),
        },
        idempotency_key: derived_id(T::name(), work.row.event, ids::KEY),
        attempt: held.attempt,
        cancellation: &work.cancellation,
    };
    let result = perform(&crew.task, system, &event, &cx).await?;
    let id = derived_id(T::name(), work.row.event, ids::RESULT);
    let metadata = cause.caused(id, system.seam().timestamp());
    let event = guarded(|| {
        with_keys(keys, || result.to_store(id, metadata))
            .map_err(|error| format!("its result cannot be written: {error}"))
    })?;
    Ok((result, event))
}

/// Stores the result, tells whoever listens, and strikes out the work.
async fn record<T: Task>(
    crew: &Crew<T>,
    system: &Arc<System>,
    work: &Work,
    held: &Held,
    result: TaskResult,
    event: NewEvent,
) -> Result<Then, Trouble> {
    let metadata = event.metadata.clone();
    match crew.record(system, work.row.event, event).await? {
        Recorded::Stored => {
            crew.count_done();
            result.publish(system, metadata).await;
        }
        Recorded::Before => {}
        Recorded::Never(why) => {
            let failure = AttemptFailure::Defect(format!("its result cannot be stored: {why}"));
            return give_up(crew, system, work, held, failure).await;
        }
    }
    crew.settle(system, work, held, None).await?;
    Ok(Then::Settled)
}

/// Has it tried again, or gives it up.
async fn failed<T: Task>(
    crew: &Crew<T>,
    system: &Arc<System>,
    work: &Work,
    held: &Held,
    failure: AttemptFailure,
) -> Result<Then, Trouble> {
    let retry = T::OPTIONS.retry;
    let is_last = held.attempt >= retry.max || work.cancellation.is_cancelled();
    if !failure.may_pass() || is_last {
        return give_up(crew, system, work, held, failure).await;
    }
    let pause = retry.pause(system, held.attempt);
    crew.postpone(system, work, held, pause).await;
    report(system, work, held, T::name(), failure, Some(pause)).await;
    Ok(Then::Again(pause))
}

async fn give_up<T: Task>(
    crew: &Crew<T>,
    system: &Arc<System>,
    work: &Work,
    held: &Held,
    failure: AttemptFailure,
) -> Result<Then, Trouble> {
    // Whoever cancelled it wants to hear no more of it.
    if crew.has_result(work.row.event).await? {
        crew.settle(system, work, held, None).await?;
        return Ok(Then::Settled);
    }
    let failed = FailedTask {
        event: work.row.event,
        name: work.row.name.clone(),
        error: failure.to_string(),
        attempts: held.attempt.min(T::OPTIONS.retry.max.max(1)),
        at: system.seam().timestamp(),
        row_key: work.key.to_string(),
        row: work.row.clone(),
    };
    crew.settle(system, work, held, Some(&failed)).await?;
    crew.count_failed();
    tracing::error!(task = T::name(), event = %failed.event, error = failed.error, "has failed");
    report(system, work, held, T::name(), failure, None).await;
    system.publish_shared(Arc::new(TaskFailed { task: T::name(), failed }), None).await;
    Ok(Then::Settled)
}

async fn report(
    system: &Arc<System>,
    work: &Work,
    held: &Held,
    task: &'static str,
    failure: AttemptFailure,
    next_in: Option<Duration>,
) {
    let (event, attempt) = (work.row.event, held.attempt);
    let report = TaskAttemptFailed { task, event, attempt, failure, next_in };
    system.publish_shared(Arc::new(report), None).await;
}
