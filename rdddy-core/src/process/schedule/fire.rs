//! Giving the command of one schedule.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::keeper::{Keeper, SCHEDULES, Trouble, backoff};
use super::plan::Plan;
use super::view::ScheduleFailed;
use crate::host::{CommandOutcome, Origin, Working, read_command, with_causes};
use crate::message::{Metadata, Timestamp};
use crate::runtime::{ActorSystem, System};
use crate::seam::sync::lock;
use crate::store::CommitError;

/// A command that is being given, until this is dropped.
struct UnderWay(Arc<Keeper>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
        self.0.timers.wake();
    }
}

/// Gives the command of the schedule `name`, if it is due.
pub(super) fn start(keeper: &Arc<Keeper>, system: &Arc<System>, name: Arc<str>) {
    keeper.under_way.fetch_add(1, Ordering::AcqRel);
    let under_way = UnderWay(Arc::clone(keeper));
    let giving = give(under_way, Arc::clone(system), name);
    system.seam().spawn(giving);
}

async fn give(under_way: UnderWay, system: Arc<System>, name: Arc<str>) {
    let keeper = &under_way.0;
    let _working = Working::new(&keeper.around.busy);
    match give_once(keeper, &system, &name).await {
        Ok(()) => {
            if lock(&keeper.troubles).remove(&name).is_some() {
                keeper.update(|status| status.error = None);
            }
        }
        Err(why) => {
            let attempts = lock(&keeper.troubles).get(&name).map_or(0, |known| known.attempts);
            tracing::warn!(schedule = &*name, attempts, why, "cannot be carried out for now");
            keeper.update(|status| status.error = Some(format!("`{name}`: {why}")));
            let trouble = Trouble { attempts: attempts.saturating_add(1), why };
            lock(&keeper.troubles).insert(Arc::clone(&name), trouble);
            let again = system.seam().elapsed().saturating_add(pause(&system, attempts));
            keeper.retries.set(&name, Timestamp(again));
        }
    }
}

/// Longer after each attempt, and never the same for two.
fn pause(system: &System, attempts: u32) -> Duration {
    let longest = backoff(attempts);
    let half = u64::try_from(longest.as_micros() / 2).unwrap_or(u64::MAX);
    longest / 2 + Duration::from_micros(system.seam().below(half.max(1)))
}

/// Gives the command, unless somebody else has; an error is tried again.
async fn give_once(keeper: &Keeper, system: &Arc<System>, name: &Arc<str>) -> Result<(), String> {
    let stored = keeper.documents.get(SCHEDULES, name).await;
    let Some(stored) = stored.map_err(|error| with_causes(&error))? else { return Ok(()) };
    let plan = match serde_json::from_slice::<Plan>(&stored) {
        Ok(plan) => plan,
        Err(error) => {
            keeper.unreadable(name, &error);
            return Ok(());
        }
    };
    let Some(due) = plan.due else { return Ok(()) };
    let now = system.seam().timestamp();
    if due > now {
        // Another process has given it, or it was set anew.
        keeper.timers.set(name, due);
        return Ok(());
    }
    let kept = &plan.command;
    let command = read_command(system, &kept.name, kept.version, kept.data.as_bytes())?;
    let late = plan.is_late(now);
    let cause = Metadata::first(system.seam().message_id(), now);
    let origin = Origin { process: SCHEDULES, id: plan.command_id(name), cause };
    let error = match command.execute(ActorSystem::of(system), origin).await {
        CommandOutcome::Accepted(_) => None,
        CommandOutcome::Refused(refusal) if refusal.transient => return Err(refusal.to_string()),
        CommandOutcome::Unavailable(why) => return Err(why),
        CommandOutcome::Refused(refusal) => Some(refusal.to_string()),
        CommandOutcome::Defect(why) => Some(why),
    };
    let failed = error.clone().map(|error| ScheduleFailed {
        schedule: (**name).to_owned(),
        due,
        command: kept.name.clone(),
        error,
    });
    let left = plan.fired(late, system.seam().timestamp(), error)?;
    let json = left.as_ref().map(serde_json::to_vec).transpose();
    let json = json.map_err(|error| error.to_string())?;
    match keeper.commit(name, Some(stored), json, Vec::new()).await {
        Ok(()) => {}
        Err(CommitError::Conflict { .. }) => {
            // Looked at again: its command may be another one now.
            keeper.timers.set(name, now);
            return Ok(());
        }
        Err(error) => return Err(with_causes(&error)),
    }
    if let Some(next) = left.and_then(|left| left.due) {
        keeper.timers.set(name, next);
    }
    keeper.update(|status| {
        status.fired += 1;
        status.late += u64::from(late);
        status.failed += u64::from(failed.is_some());
    });
    if let Some(failed) = failed {
        let ScheduleFailed { command, error, .. } = &failed;
        tracing::error!(schedule = &**name, command, error, "failed");
        system.publish_shared(Arc::new(failed), None).await;
    }
    Ok(())
}
