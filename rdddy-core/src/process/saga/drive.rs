//! Carrying out what instances have written down.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::instance::{Given, Instance, Next};
use super::manager::{Manager, Slot, Trouble};
use super::record::{Intent, Record};
use super::view::SagaState;
use super::{Saga, StepKind};
use crate::host::{CommandOutcome, Origin, Working};
use crate::limits;
use crate::message::Metadata;
use crate::process::Retry;
use crate::runtime::{ActorSystem, System};
use crate::seam::sync::lock;
use crate::seam::{first, side_by_side};

/// Has what the instance in `slot` wants done be done, unless that is under way.
pub(super) fn start<S: Saga>(manager: &Arc<Manager<S>>, system: &Arc<System>, slot: &Arc<Slot<S>>) {
    let mut driven = lock(&slot.driven);
    if *driven || manager.control.is_stopped() {
        return;
    }
    *driven = true;
    drop(driven);
    let (manager, slot) = (Arc::clone(manager), Arc::clone(slot));
    let driving = drive(manager, Arc::clone(system), slot);
    system.seam().spawn(driving);
}

async fn drive<S: Saga>(manager: Arc<Manager<S>>, system: Arc<System>, slot: Arc<Slot<S>>) {
    // A system that shuts down waits until its store is let go of.
    let _working = Working::new(&manager.around.busy);
    let was_taken_up = lock(&slot.indexed).is_some();
    let mut troubles = 0;
    while !manager.control.is_stopped() {
        match go_on(&manager, &system, &slot).await {
            Ok(true) => troubles = 0,
            Ok(false) => {
                // It only waits, and may do so for long.
                let key = Arc::clone(&slot.key);
                drop(slot);
                if was_taken_up {
                    manager.let_go(&key);
                }
                return;
            }
            Err(Trouble::Passing(why)) => {
                tracing::warn!(saga = S::name(), key = &*slot.key, why, "cannot go on for now");
                let longest = limits::FOLLOW_RETRY.saturating_mul(1 << troubles.min(10));
                troubles += 1;
                let pause = system.seam().sleep(longest.min(limits::FOLLOW_RETRY_MAX));
                let _ = manager.control.unless_called(pause).await;
            }
            Err(Trouble::Lasting(why)) => {
                tracing::error!(saga = S::name(), key = &*slot.key, why, "cannot be understood");
                break;
            }
        }
    }
    *lock(&slot.driven) = false;
}

/// Does one thing; whether there may be another. Without one, the slot is no longer driven.
async fn go_on<S: Saga>(
    manager: &Arc<Manager<S>>,
    system: &Arc<System>,
    slot: &Slot<S>,
) -> Result<bool, Trouble> {
    let mut place = slot.instance.lock().await;
    let instance = manager.load(&slot.key, &mut place).await?;
    if instance.code() != Some(S::VERSION) {
        *lock(&slot.driven) = false;
        return Ok(false);
    }
    let (is_compensation, commands) = match instance.next() {
        Next::Wait => {
            manager.compare(slot, instance).await?;
            // Under the lock of the instance: whoever changes it next sees that.
            *lock(&slot.driven) = false;
            if instance.state().has_ended() {
                manager.forget(&slot.key);
            }
            return Ok(false);
        }
        Next::Write(record) => {
            let cause = own_cause(system);
            settle(manager, system, &mut place, vec![record], &cause).await?;
            return Ok(true);
        }
        Next::Undo { run } => {
            let cause = own_cause(system);
            let record = match instance.undo(run) {
                Ok(record) => record,
                Err(why) => Record::Stuck { why },
            };
            settle(manager, system, &mut place, vec![record], &cause).await?;
            return Ok(true);
        }
        Next::Give { is_compensation, commands } => (is_compensation, commands),
    };
    let Some(cause) = commands.first().map(|command| command.cause.clone()) else {
        return Ok(true);
    };
    drop(place);
    let mut outcomes = Vec::new();
    let giving = |given: Given| async move {
        let outcome = give::<S>(manager, system, is_compensation, &given).await;
        (given.run, given.step, outcome)
    };
    side_by_side(commands, limits::SAGA_WIDTH, giving, |given| outcomes.push(given)).await;
    let mut place = slot.instance.lock().await;
    let instance = manager.load(&slot.key, &mut place).await?;
    let mut undone = Undone::default();
    let mut records = Vec::new();
    for (run, step, outcome) in outcomes {
        let Some(outcome) = outcome else {
            // It stops, and is going to give all of them again.
            *lock(&slot.driven) = false;
            return Ok(false);
        };
        if !instance.awaits(run, is_compensation) {
            continue;
        }
        if is_compensation {
            undone.add::<S>(run, step, outcome);
        } else {
            records.extend(after_step(instance, run, step, outcome));
        }
    }
    records.extend(undone.records());
    if !records.is_empty() {
        settle(manager, system, &mut place, records, &cause).await?;
    }
    Ok(true)
}

/// Applies records and writes them down, and tells the index where the instance is now.
pub(super) async fn settle<S: Saga>(
    manager: &Manager<S>,
    system: &System,
    place: &mut Option<Instance<S>>,
    records: Vec<Record>,
    cause: &Metadata,
) -> Result<(), Trouble> {
    let Some(instance) = place.as_mut() else { return Ok(()) };
    let before = (instance.state(), instance.deadline);
    for record in &records {
        if let Err(why) = manager.apply(instance, record.clone()) {
            *place = None;
            return Err(Trouble::Lasting(why));
        }
    }
    manager.write(system, place, records, cause).await?;
    let Some(instance) = place.as_ref() else { return Ok(()) };
    if (instance.state(), instance.deadline) != before {
        manager.note(instance).await?;
    }
    if instance.state() == SagaState::NeedsOperator {
        let why = instance.view().why.unwrap_or_default();
        tracing::error!(saga = S::name(), key = instance.key, why, "needs an operator");
    }
    Ok(())
}

/// Gives a command until it is known what became of it, or it was given as often as is allowed. `None`
/// when the system stops before that.
async fn give<S: Saga>(
    manager: &Manager<S>,
    system: &Arc<System>,
    is_compensation: bool,
    Given { step, intent, cause, .. }: &Given,
) -> Option<CommandOutcome> {
    let step = *step;
    let retry = if is_compensation { Retry::DEFAULT } else { S::STEPS[step].retry };
    let mut attempt = 0;
    loop {
        let outcome = give_once::<S>(system, (step, is_compensation), intent, cause).await;
        let passing = match &outcome {
            CommandOutcome::Refused(refusal) => refusal.transient,
            CommandOutcome::Unavailable(_) => true,
            CommandOutcome::Accepted(_) | CommandOutcome::Defect(_) => false,
        };
        attempt += 1;
        if !passing || attempt >= retry.max {
            return Some(outcome);
        }
        let pause = system.seam().sleep(retry.pause(system, attempt));
        let rest = manager.control.unless_called(pause).await;
        if rest.is_none() && manager.control.is_stopped() {
            return None;
        }
    }
}

async fn give_once<S: Saga>(
    system: &Arc<System>,
    (step, is_compensation): (usize, bool),
    intent: &Intent,
    cause: &Metadata,
) -> CommandOutcome {
    let json = match serde_json::to_vec(&intent.data) {
        Ok(json) => json,
        Err(error) => return CommandOutcome::Defect(error.to_string()),
    };
    match S::read(step, is_compensation, &json) {
        Ok(command) => {
            let origin = Origin { process: S::name(), id: intent.id, cause: cause.clone() };
            command.command.execute(ActorSystem::of(system), origin).await
        }
        Err(why) => CommandOutcome::Defect(format!("{} cannot be read: {why}", intent.name)),
    }
}

fn after_step<S: Saga>(
    instance: &Instance<S>,
    run: usize,
    step: usize,
    outcome: CommandOutcome,
) -> Vec<Record> {
    let kind = S::STEPS[step].kind;
    let name = S::STEPS[step].name;
    let running = instance.state() == SagaState::Running;
    let then = |why: String, undone: bool| {
        let forward = matches!(kind, StepKind::Retriable);
        match (running, forward || !undone) {
            (false, _) => None,
            (true, true) => Some(Record::Stuck { why }),
            (true, false) => Some(Record::Compensating { why }),
        }
    };
    let step = name.to_owned();
    match outcome {
        CommandOutcome::Accepted(position) => vec![Record::Accepted { run, step, position }],
        CommandOutcome::Refused(error) if !error.transient => {
            let why = format!("`{name}` was refused: {error}");
            std::iter::once(Record::Refused { run, step, error }).chain(then(why, true)).collect()
        }
        CommandOutcome::Refused(error) => {
            let tried = format!("`{name}` was tried too often: {error}");
            exhausted((run, step), tried, kind, then)
        }
        CommandOutcome::Unavailable(why) => {
            let tried = format!("`{name}` was tried too often: {why}");
            exhausted((run, step), tried, kind, then)
        }
        CommandOutcome::Defect(why) => {
            let why = format!("`{name}`: {why}");
            let exhausted = Record::Exhausted { run, step, why: why.clone() };
            std::iter::once(exhausted).chain(running.then_some(Record::Stuck { why })).collect()
        }
    }
}

/// Nobody knows what became of it: what cannot be undone has somebody look.
fn exhausted(
    (run, step): (usize, String),
    why: String,
    kind: StepKind,
    then: impl Fn(String, bool) -> Option<Record>,
) -> Vec<Record> {
    let record = Record::Exhausted { run, step, why: why.clone() };
    std::iter::once(record).chain(then(why, kind.compensation().is_some())).collect()
}

/// What became of compensations that were given at the same time.
#[derive(Default)]
struct Undone {
    compensated: Vec<Record>,
    /// Why the others need somebody.
    failed: Vec<String>,
}

impl Undone {
    fn add<S: Saga>(&mut self, run: usize, step: usize, outcome: CommandOutcome) {
        let name = S::STEPS[step].name;
        let why = match outcome {
            CommandOutcome::Accepted(_) => {
                self.compensated.push(Record::Compensated { run, step: name.to_owned() });
                return;
            }
            CommandOutcome::Refused(error) => error.to_string(),
            CommandOutcome::Unavailable(why) | CommandOutcome::Defect(why) => why,
        };
        self.failed.push(format!("`{name}` cannot be undone: {why}"));
    }

    fn records(self) -> Vec<Record> {
        let why = self.failed.join("; ");
        let stuck = (!why.is_empty()).then_some(Record::Stuck { why });
        self.compensated.into_iter().chain(stuck).collect()
    }
}

/// What the saga does by itself, caused by nothing else.
pub(super) fn own_cause(system: &System) -> Metadata {
    Metadata::first(system.seam().message_id(), system.seam().timestamp())
}

/// Looks after the times of all instances, until the system stops.
pub(super) async fn keep_time<S: Saga>(manager: Arc<Manager<S>>) {
    let _working = Working::new(&manager.around.busy);
    let mut look_at = Duration::ZERO;
    while !manager.control.is_stopped() {
        let Some(system) = manager.system.upgrade() else { return };
        let changed = manager.timers.changed();
        let (now, elapsed) = (system.seam().timestamp(), system.seam().elapsed());
        if look_at <= elapsed {
            manager.let_go_of_unused();
            look_at = elapsed.saturating_add(limits::SAGA_IDLE);
        }
        if let Some(key) = manager.timers.take_due(now) {
            time_is_up(&manager, &system, &key).await;
            continue;
        }
        // In slices: the clock may be set.
        let left = manager.timers.earliest().map(|at| at.0.saturating_sub(now.0));
        let look = manager.has_loaded().then(|| look_at.saturating_sub(elapsed));
        let rest = left.map(|left| left.min(limits::TIMER_SLICE)).into_iter().chain(look).min();
        let slice = rest.map(|rest| system.seam().sleep(rest));
        drop(system);
        match slice {
            Some(slice) => {
                let _ = manager.control.unless_called(first(slice, changed)).await;
            }
            None => {
                let _ = manager.control.unless_called(changed).await;
            }
        }
    }
}

async fn time_is_up<S: Saga>(manager: &Arc<Manager<S>>, system: &Arc<System>, key: &str) {
    let slot = manager.slot(key);
    let mut place = slot.instance.lock().await;
    let now = system.seam().timestamp();
    let outcome = async {
        let instance = manager.load(key, &mut place).await?;
        let mut records = instance.time_is_up(now);
        if records.is_empty() {
            manager.late.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(saga = S::name(), key, "the time was up when it no longer mattered");
            return Ok(());
        }
        let first = records.remove(0);
        for record in &records {
            manager.apply(instance, record.clone()).map_err(Trouble::Lasting)?;
        }
        records.insert(0, first);
        let cause = own_cause(system);
        manager.write(system, &mut place, records, &cause).await?;
        match place.as_ref() {
            Some(instance) => manager.note(instance).await,
            None => Ok(()),
        }
    }
    .await;
    drop(place);
    match outcome {
        Ok(()) => start(manager, system, &slot),
        Err(Trouble::Passing(why)) => {
            tracing::warn!(saga = S::name(), key, why, "the time is up, and nobody hears");
            // Again, soon.
            let soon = now.0.saturating_add(limits::FOLLOW_RETRY_MAX);
            manager.timers.set(key, crate::message::Timestamp(soon));
        }
        Err(Trouble::Lasting(why)) => {
            tracing::error!(saga = S::name(), key, why, "cannot be understood");
        }
    }
}
