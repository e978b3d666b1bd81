//! Waiting for the earliest schedule that is due.
//!
//! One task sleeps until then, by a clock that nobody sets, and never longer than a slice, after which
//! it compares with the wall clock and looks whether another process has changed a schedule: one document
//! says so. What this process changes wakes it. In memory there are names and times only.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::fire;
use super::plan::Plan;
use super::view::ScheduleStatus;
use crate::host::{Surroundings, Working, with_causes};
use crate::limits;
use crate::message::Timestamp;
use crate::process::follow::Control;
use crate::process::timers::Timers;
use crate::runtime::System;
use crate::seam::first;
use crate::seam::sync::lock;
use crate::store::{Commit, CommitError, Document, DocumentStore, ReadError, Write};

/// The table of all schedules, by their names.
pub(super) const SCHEDULES: &str = "rdddy.schedules";
/// The table whose one document is another one after each change of somebody's.
const CHANGES: &str = "rdddy.schedules/changes";
const LAST_CHANGE: &str = "last";

/// See the module.
pub(super) struct Keeper {
    pub(super) around: Surroundings,
    pub(super) documents: Arc<dyn DocumentStore>,
    pub(super) system: Weak<System>,
    pub(super) control: Control,
    /// When schedules are due, by the wall clock.
    pub(super) timers: Timers,
    /// When what has failed is tried again, by the time since the start.
    pub(super) retries: Timers,
    /// What is wrong with the schedules that are tried again.
    pub(super) troubles: Mutex<BTreeMap<Arc<str>, Trouble>>,
    pub(super) under_way: AtomicUsize,
    status: Mutex<ScheduleStatus>,
}

/// Why a schedule is tried again, and how often it was.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) attempts: u32,
    pub(super) why: String,
}

/// What the keeper saw when it last looked.
struct Seen {
    wall: Timestamp,
    elapsed: Duration,
    /// When it looks at the store again, by the time since the start.
    look_at: Duration,
    change: Option<Vec<u8>>,
    has_looked: bool,
    attempts: u32,
}

impl Keeper {
    pub(super) fn new(
        system: &Arc<System>,
        around: &Surroundings,
        documents: Arc<dyn DocumentStore>,
    ) -> Self {
        Keeper {
            around: around.clone(),
            documents,
            system: Arc::downgrade(system),
            control: Control::default(),
            timers: Timers::default(),
            retries: Timers::default(),
            troubles: Mutex::default(),
            under_way: AtomicUsize::new(0),
            status: Mutex::default(),
        }
    }

    pub(super) fn status(&self) -> ScheduleStatus {
        ScheduleStatus {
            waiting: self.timers.count() + self.retries.count(),
            under_way: self.under_way.load(Ordering::Acquire),
            ..lock(&self.status).clone()
        }
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut ScheduleStatus)) {
        change(&mut lock(&self.status));
    }

    /// Changes the schedule `name`, if it still is `before`, and lets other processes know.
    pub(super) async fn change(
        &self,
        system: &System,
        name: &str,
        before: Option<Vec<u8>>,
        after: Option<Vec<u8>>,
    ) -> Result<(), CommitError> {
        let mark = system.seam().message_id().to_string().into_bytes();
        self.commit(name, before, after, vec![Write::put(CHANGES, LAST_CHANGE, mark)]).await
    }

    /// The same, where nobody needs to know: they look before they give a command.
    pub(super) async fn commit(
        &self,
        name: &str,
        before: Option<Vec<u8>>,
        after: Option<Vec<u8>>,
        mut writes: Vec<Write>,
    ) -> Result<(), CommitError> {
        let document = |data| Write { table: SCHEDULES.into(), key: name.into(), data };
        writes.push(document(after));
        let commit = Commit { expected: Some(document(before)), cleared: Vec::new(), writes };
        self.documents.commit(commit).await
    }

    /// Forgets what is wrong with a schedule.
    pub(super) fn no_trouble(&self, name: &str) {
        self.retries.cancel(name);
        lock(&self.troubles).remove(name);
    }

    /// Gives the commands that are due, as far as there is room.
    fn fire_due(self: &Arc<Self>, system: &Arc<System>, now: Timestamp, elapsed: Duration) {
        while self.has_room() {
            let due = self.retries.take_due(Timestamp(elapsed));
            let Some(name) = due.or_else(|| self.timers.take_due(now)) else { return };
            fire::start(self, system, name);
        }
    }

    fn has_room(&self) -> bool {
        self.under_way.load(Ordering::Acquire) < limits::SCHEDULE_WIDTH
    }

    /// How long nothing is going to be due, as far as this process knows.
    fn rest(&self, seen: &Seen, now: Timestamp, elapsed: Duration) -> Duration {
        let slice = seen.look_at.saturating_sub(elapsed).min(limits::TIMER_SLICE);
        if !self.has_room() {
            // Whatever ends makes room, and wakes the keeper.
            return slice;
        }
        let until = |at: Option<Timestamp>, from| at.map(|at| at.0.saturating_sub(from));
        let due = until(self.timers.earliest(), now.0);
        let again = until(self.retries.earliest(), elapsed);
        due.into_iter().chain(again).fold(slice, Duration::min)
    }

    /// Finds out what is scheduled, if that may be something else than when it last looked.
    async fn look(
        &self,
        system: &System,
        seen: &mut Seen,
        was_set_back: bool,
    ) -> Result<(), ReadError> {
        let change = self.documents.get(CHANGES, LAST_CHANGE).await?;
        if seen.has_looked && change == seen.change && !was_set_back {
            return Ok(());
        }
        let mut after: Option<String> = None;
        while !self.control.is_stopped() {
            let page = self.documents.page(SCHEDULES, after.as_deref(), limits::FOLLOW_PAGE);
            let page = page.await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for document in page {
                self.take_up(system, document).await;
            }
        }
        seen.change = change;
        seen.has_looked = true;
        Ok(())
    }

    /// Has a schedule that was found wait for its time.
    async fn take_up(&self, system: &System, Document { key, data }: Document) {
        let plan = match serde_json::from_slice::<Plan>(&data) {
            Ok(plan) => plan,
            Err(error) => return self.unreadable(&key, &error),
        };
        if lock(&self.troubles).contains_key(&*key) {
            return;
        }
        let Some(mut due) = plan.due else { return };
        if let Some(anew) = plan.set_back(system.seam().timestamp())
            && let Ok(json) = serde_json::to_vec(&anew)
        {
            // Looked at again, if somebody else was first.
            let changed = self.change(system, &key, Some(data), Some(json)).await;
            due = anew.due.filter(|_| changed.is_ok()).unwrap_or_default();
        }
        self.timers.set(&key, due);
    }

    pub(super) fn unreadable(&self, name: &str, error: &serde_json::Error) {
        tracing::error!(schedule = name, %error, "cannot be understood");
        let error = format!("`{name}` cannot be understood: {error}");
        self.update(|status| status.error = Some(error));
    }
}

/// Looks after all schedules, until the system stops.
pub(super) async fn keep(keeper: Arc<Keeper>) {
    let _working = Working::new(&keeper.around.busy);
    let mut seen: Option<Seen> = None;
    while !keeper.control.is_stopped() {
        let Some(system) = keeper.system.upgrade() else { return };
        let changed = keeper.timers.changed();
        let (now, elapsed) = (system.seam().timestamp(), system.seam().elapsed());
        let seen = seen.get_or_insert(Seen {
            wall: now,
            elapsed,
            look_at: elapsed,
            change: None,
            has_looked: false,
            attempts: 0,
        });
        let was_set_back = seen.is_ahead_of(now, elapsed);
        if was_set_back || seen.look_at <= elapsed {
            let looked = keeper.look(&system, seen, was_set_back).await;
            seen.look_again(&keeper, elapsed, looked);
        }
        (seen.wall, seen.elapsed) = (now, elapsed);
        let (now, elapsed) = (system.seam().timestamp(), system.seam().elapsed());
        keeper.fire_due(&system, now, elapsed);
        let rest = system.seam().sleep(keeper.rest(seen, now, elapsed));
        drop(system);
        let _ = keeper.control.unless_called(first(changed, rest)).await;
    }
}

impl Seen {
    /// Whether the wall clock was set back since.
    fn is_ahead_of(&self, now: Timestamp, elapsed: Duration) -> bool {
        let passed = elapsed.saturating_sub(self.elapsed);
        let expected = self.wall.0.saturating_add(passed);
        now.0.saturating_add(limits::TIMER_SLICE) < expected
    }

    /// When the keeper looks again, after it has.
    fn look_again(&mut self, keeper: &Keeper, elapsed: Duration, looked: Result<(), ReadError>) {
        match looked {
            Ok(()) => {
                self.attempts = 0;
                self.look_at = elapsed.saturating_add(limits::TIMER_SLICE);
            }
            Err(error) => {
                let error = with_causes(&error);
                tracing::warn!(error, "cannot look at the schedules for now");
                keeper.update(|status| status.error = Some(error));
                self.look_at = elapsed.saturating_add(backoff(self.attempts));
                // At everything, whatever has changed: the clock may have been set meanwhile.
                self.has_looked = false;
                self.attempts += 1;
            }
        }
    }
}

/// How long to wait before the attempt after this one.
pub(super) fn backoff(attempt: u32) -> Duration {
    limits::FOLLOW_RETRY.saturating_mul(1 << attempt.min(10)).min(limits::FOLLOW_RETRY_MAX)
}
