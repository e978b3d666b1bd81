//! What a supervisor does about a child that failed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::any_cell::AnyCell;
use super::cell::CellRef;
use super::config::{ActorConfig, Backoff, Exhausted, RestartPolicy, Strategy};
use super::event::{Failure, SystemEvent};
use super::ledger::Entry;
use super::lifecycle::{self, Ending, Failed, acquire, stop_children, terminate};
use super::system::System;
use crate::seam::sync::lock;

/// Sees to an owned cell whose actor has failed: another life, or the end.
pub(crate) async fn supervise(cell: Arc<dyn AnyCell>, mut failure: Failure, quiet: bool) {
    let system = Arc::clone(cell.system());
    loop {
        if cell.config().restart == RestartPolicy::Temporary || system.is_closing() {
            return terminate(cell, Ending::Failed { failure, quiet }).await;
        }
        if !cell.is_restartable() {
            if !quiet {
                system.emit(|| SystemEvent::NotRestartable { actor: cell.identity() });
            }
            return terminate(cell, Ending::Failed { failure, quiet }).await;
        }
        let supervisor = Supervisor::of(&cell);
        let Some(nth) = supervisor.grant(&cell) else {
            return exhausted(&cell, &supervisor, failure, quiet).await;
        };
        let backoff = cell.config().backoff.map_or(Duration::ZERO, |b| delay(&system, b, nth));
        if !quiet {
            system.emit(|| SystemEvent::Restarting {
                actor: cell.identity(),
                failure: failure.clone(),
                backoff,
            });
        }
        if !backoff.is_zero() {
            let over = unless_wanted(&cell, system.seam().sleep(backoff)).await;
            if over.is_none() && CellRef::from(&cell).hand_over().is_none() {
                // Somebody ends it, or restarts it with its siblings.
                return;
            }
        }
        let Some(siblings) = take_siblings(&cell, &supervisor).await else { return };
        let Err(next) = restart(&cell, siblings, failure, quiet).await else { return };
        failure = next;
    }
}

/// Who supervises a cell, and by what rules.
struct Supervisor {
    parent: Option<Arc<dyn AnyCell>>,
    config: ActorConfig,
    system: Arc<System>,
}

impl Supervisor {
    fn of(cell: &Arc<dyn AnyCell>) -> Self {
        let system = Arc::clone(cell.system());
        let parent = cell.extra().and_then(|extra| extra.parent()).cloned();
        let config = parent.as_ref().map_or(system.root(), |parent| parent.config());
        Supervisor { parent, config, system }
    }

    /// The how-manieth restart within the period this is; `None` when there were too many.
    ///
    /// A supervisor has one budget for all its children. The root has one for each: they have
    /// nothing to do with one another.
    fn grant(&self, cell: &Arc<dyn AnyCell>) -> Option<u32> {
        let now = self.system.seam().elapsed();
        let holder = self.parent.as_ref().unwrap_or(cell);
        let mut restarts = lock(&holder.extra_or_init().restarts);
        while restarts.front().is_some_and(|at| now.saturating_sub(*at) > self.config.period) {
            restarts.pop_front();
        }
        if restarts.len() >= self.config.intensity as usize {
            return None;
        }
        restarts.push_back(now);
        u32::try_from(restarts.len()).ok()
    }

    /// The siblings that are restarted together with `cell`, in the order of their start.
    fn group(&self, cell: &Arc<dyn AnyCell>) -> Vec<Arc<dyn AnyCell>> {
        let Some(parent) = &self.parent else { return Vec::new() };
        let children = lock(&parent.extra_or_init().children);
        let others = children.values().filter(|child| child.id() != cell.id());
        match self.config.strategy {
            Strategy::OneForOne => Vec::new(),
            Strategy::OneForAll => others.cloned().collect(),
            Strategy::RestForOne => others.filter(|c| c.id() > cell.id()).cloned().collect(),
        }
    }
}

/// The result of `work`, unless somebody asks for the cell first.
async fn unless_wanted<T>(cell: &Arc<dyn AnyCell>, work: impl Future<Output = T>) -> Option<T> {
    let extra = cell.extra_or_init();
    let mut work = pin!(work);
    loop {
        let mut wanted = pin!(extra.wanted.notified());
        let done = poll_fn(|cx| {
            if let Poll::Ready(out) = work.as_mut().poll(cx) {
                return Poll::Ready(Some(Some(out)));
            }
            if extra.has_takers() {
                return Poll::Ready(Some(None));
            }
            wanted.as_mut().poll(cx).map(|()| None)
        });
        if let Some(done) = done.await {
            return done;
        }
    }
}

/// Takes the siblings that are restarted together with an owned cell. `None` when the cell itself
/// was handed over: somebody ends it, or restarts it with that one's siblings. If two that failed
/// at the same time insisted on one another's siblings, both would wait for ever.
async fn take_siblings(
    cell: &Arc<dyn AnyCell>,
    supervisor: &Supervisor,
) -> Option<Vec<Arc<dyn AnyCell>>> {
    loop {
        let mut taken = Vec::new();
        let mut open = supervisor.group(cell);
        let mut wanted = false;
        while let (Some(sibling), false) = (open.pop(), wanted) {
            // One that has failed itself is seen to by its own supervision.
            if sibling.extra().is_some_and(|extra| extra.is_failed()) {
                continue;
            }
            match unless_wanted(cell, acquire(&sibling, false)).await {
                Some(true) => taken.push(sibling),
                Some(false) => {}
                None => wanted = true,
            }
        }
        if !wanted {
            return Some(taken);
        }
        taken.iter().for_each(|sibling| CellRef::from(sibling).give_up());
        CellRef::from(cell).hand_over()?;
    }
}

/// Restarts an owned cell together with owned `siblings`: all end in the reverse order of their
/// start, then all begin in that order. The error is the cell's next failure.
async fn restart(
    cell: &Arc<dyn AnyCell>,
    siblings: Vec<Arc<dyn AnyCell>>,
    failure: Failure,
    quiet: bool,
) -> Result<(), Failure> {
    let mut group = siblings;
    group.push(Arc::clone(cell));
    group.sort_by_key(|member| member.id());
    for member in group.iter().rev() {
        stop_children(member).await;
        Arc::clone(member).wind_down(!has_next_life(member)).await;
    }
    let mut result = Ok(());
    for member in group {
        if !has_next_life(&member) {
            terminate(member, Ending::Shutdown).await;
        } else if let Err(next) = begin(&member, failure.clone(), quiet).await {
            if member.id() == cell.id() {
                result = Err(next);
            } else {
                lifecycle::fail(CellRef::from(&member), Failed::outside(next));
            }
        }
    }
    result
}

/// Whether an actor that is restarted begins another life, and not only ends.
fn has_next_life(cell: &Arc<dyn AnyCell>) -> bool {
    cell.is_restartable() && cell.config().restart != RestartPolicy::Temporary
}

/// Begins the next life of an owned cell whose last one is over, and lets it run.
async fn begin(cell: &Arc<dyn AnyCell>, failure: Failure, quiet: bool) -> Result<(), Failure> {
    let extra = cell.extra_or_init();
    extra.begin_incarnation();
    Arc::clone(cell).revive(failure).await?;
    extra.set_running();
    let system = cell.system();
    system.ledger().count(Entry::Restarts);
    if !quiet {
        let incarnation = extra.incarnation();
        system.emit(|| SystemEvent::Restarted { actor: cell.identity(), incarnation });
    }
    CellRef::from(cell).give_up();
    Ok(())
}

/// Ends a cell that failed too often, and has its supervisor fail in its turn if that is the rule.
async fn exhausted(
    cell: &Arc<dyn AnyCell>,
    supervisor: &Supervisor,
    failure: Failure,
    quiet: bool,
) {
    let escalate = supervisor.config.exhausted == Exhausted::Escalate;
    let (child, path) = (cell.identity(), cell.path());
    let parent = supervisor.parent.clone();
    terminate(Arc::clone(cell), Ending::Failed { failure: failure.clone(), quiet }).await;
    if !escalate {
        return;
    }
    supervisor.system.emit(|| SystemEvent::Escalated {
        child,
        supervisor: parent.as_ref().map(|parent| parent.identity()),
        failure: failure.clone(),
    });
    if let Some(parent) = parent
        && acquire(&parent, false).await
    {
        let failure = Failure::Child { child: path, failure: Arc::new(failure) };
        lifecycle::fail(CellRef::from(&parent), Failed::outside(failure));
    }
}

/// The wait before the `nth` restart within the period.
fn delay(system: &System, backoff: Backoff, nth: u32) -> Duration {
    let doubled = backoff.first.saturating_mul(1 << nth.saturating_sub(1).min(30));
    let base = doubled.min(backoff.max);
    // Three quarters of it, and up to a half more: a quarter either way.
    let spread = u64::try_from(base.as_nanos() / 2).unwrap_or(u64::MAX);
    let jitter = Duration::from_nanos(system.seam().below(spread.saturating_add(1)));
    (base / 4 * 3 + jitter).min(backoff.max)
}
