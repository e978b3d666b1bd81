//! The end of a system: everything drains, for at most a while, and what did not is reported.

use std::sync::Arc;
use std::time::Duration;

use super::any_cell::AnyCell;
use super::event::{ActorIdentity, Failure};
use super::ledger::Counters;
use super::lifecycle::{stop_and_wait, within};
use super::system::System;
use crate::limits;

/// What a system left behind when it was shut down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// The books at the end.
    pub counters: Counters,
    /// Actors that did not finish in time and were killed, with the messages that waited for them.
    pub undelivered: Vec<(ActorIdentity, usize)>,
    /// Actors that could not even be killed: they block a thread.
    pub stuck: Vec<ActorIdentity>,
}

impl DrainReport {
    /// Whether everything that was sent has been handled, or has ended in a way that was reported.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.undelivered.is_empty() && self.stuck.is_empty()
    }
}

/// How a system ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Termination {
    /// What it left behind.
    pub report: DrainReport,
    /// The critical actor whose failure ended it, if that was the reason.
    pub cause: Option<(ActorIdentity, Failure)>,
}

/// Ends a system, and waits for that. The work is a task of its own: it goes on when nobody waits any
/// more, and also when the one who waits is an actor that has to end for it.
pub(crate) async fn shutdown(system: &Arc<System>, limit: Duration) -> Arc<Termination> {
    begin(system, limit);
    system.terminated().await
}

/// Begins to end a system, unless that has begun already.
pub(crate) fn begin(system: &Arc<System>, limit: Duration) {
    if system.begin_closing() {
        system.seam().spawn(drain(Arc::clone(system), limit));
    }
}

/// Ends all actors in the reverse order of their start, after what waits for them.
async fn drain(system: Arc<System>, limit: Duration) {
    let system = &system;
    let due = system.seam().elapsed().saturating_add(limit);
    let mut late = Vec::new();
    for cell in roots(system).into_iter().rev() {
        let left = due.saturating_sub(system.seam().elapsed());
        // One that has nothing to drain is not late because another one is.
        let left = if cell.is_idle() { left.max(limits::STOP_TIMEOUT) } else { left };
        let draining = stop_and_wait(&cell, true);
        if within(system.seam().sleep(left), draining).await.is_none() {
            late.push(cell);
        }
    }
    let (undelivered, stuck) = kill(system, late).await;
    if let Some(extension) = system.extension() {
        let left = due.saturating_sub(system.seam().elapsed()).max(limits::STOP_TIMEOUT);
        // What is not over by then is left behind, as a stuck actor is.
        let _ = within(system.seam().sleep(left), extension.drain()).await;
    }
    system.await_ends();
    let counters = system.ledger().totals();
    let report = DrainReport { counters, undelivered, stuck };
    system.end(Termination { report, cause: system.take_critical() });
}

/// The actors without a parent, in the order of their start.
fn roots(system: &System) -> Vec<Arc<dyn AnyCell>> {
    let mut cells = system.registry().all();
    cells.retain(|cell| cell.extra().is_none_or(|extra| extra.parent().is_none()));
    cells
}

/// Kills what did not drain: what waited, and who could not be killed.
async fn kill(
    system: &Arc<System>,
    late: Vec<Arc<dyn AnyCell>>,
) -> (Vec<(ActorIdentity, usize)>, Vec<ActorIdentity>) {
    // One of what waits for each is the order to stop.
    let waiting = |cell: &Arc<dyn AnyCell>| cell.waiting().saturating_sub(1);
    let undelivered = late.iter().map(|cell| (cell.identity(), waiting(cell))).collect();
    let mut stuck = Vec::new();
    for cell in late {
        let killing = stop_and_wait(&cell, false);
        if within(system.seam().sleep(limits::STOP_TIMEOUT), killing).await.is_none() {
            stuck.push(cell.identity());
        }
    }
    (undelivered, stuck)
}
