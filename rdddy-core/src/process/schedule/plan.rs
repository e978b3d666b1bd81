//! A schedule as it is stored, and when it is due. Nothing here waits for anything.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Recurrence, ScheduleError, Scheduled, cron};
use crate::limits;
use crate::message::{MessageId, Timestamp};
use crate::process::derived::derived_id;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) recurrence: Recurrence,
    pub(super) command: Kept,
    /// Tells it from others of its name, former and later ones.
    generation: MessageId,
    /// When it is due next; never, once its only time has passed.
    pub(super) due: Option<Timestamp>,
    /// When it was set or last fired, by the clock.
    since: Timestamp,
    fired: u64,
    late: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

/// A command that is kept by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) version: u32,
    /// JSON, as text: numbers stay what they are.
    pub(super) data: String,
}

impl Plan {
    /// A new one. `chance` tells it from all others, if it repeats; what happens once is told by what it
    /// is, so that it happens once even if it is set again after it has happened.
    pub(super) fn new(
        recurrence: Recurrence,
        command: Kept,
        now: Timestamp,
        chance: MessageId,
    ) -> Result<Self, ScheduleError> {
        let (due, generation) = match &recurrence {
            Recurrence::Once(at) => {
                let nanos = u64::try_from(at.0.as_nanos()).unwrap_or(u64::MAX);
                let what = format!("{}@{} {}", command.name, command.version, command.data);
                (*at, derived_id(&what, MessageId(nanos.into()), 0))
            }
            Recurrence::Every(interval) if *interval < limits::SCHEDULE_INTERVAL_MIN => {
                return Err(ScheduleError::Interval(*interval));
            }
            Recurrence::Every(interval) => (later(now, *interval), chance),
            Recurrence::Cron(pattern) => {
                let refused =
                    |why: String| ScheduleError::Pattern { pattern: pattern.clone(), why };
                let next = cron::next(pattern, now).map_err(refused)?;
                (next.ok_or_else(|| refused("it never comes".to_owned()))?, chance)
            }
        };
        Ok(Plan {
            recurrence,
            command,
            generation,
            due: Some(due),
            since: now,
            fired: 0,
            late: 0,
            last_error: None,
        })
    }

    /// Whether it says the same.
    pub(super) fn says(&self, other: &Plan) -> bool {
        self.recurrence == other.recurrence && self.command == other.command
    }

    /// The id of the command that it gives next.
    pub(super) fn command_id(&self, name: &str) -> MessageId {
        derived_id(&format!("rdddy.schedules/{name}"), self.generation, self.fired)
    }

    /// Whether a command that is given at `now` comes late.
    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| now.0.saturating_sub(due.0) > limits::TIMER_SLICE)
    }

    /// What is left of it once its command has been given: nothing, if it has ended well.
    pub(super) fn fired(
        mut self,
        late: bool,
        now: Timestamp,
        error: Option<String>,
    ) -> Result<Option<Plan>, String> {
        self.due = match (&self.recurrence, self.due) {
            (Recurrence::Every(interval), Some(due)) => Some(next_interval(due, *interval, now)),
            // Never again at the same time, also when the clock was set back.
            (Recurrence::Cron(pattern), Some(due)) => cron::next(pattern, now.max(due))?,
            _ => None,
        };
        if self.due.is_none() && error.is_none() {
            return Ok(None);
        }
        self.since = now;
        self.fired += 1;
        self.late += u64::from(late);
        self.last_error = error.or(self.last_error);
        Ok(Some(self))
    }

    /// What becomes of it, if the clock was set back so far that it would rest too long.
    pub(super) fn set_back(&self, now: Timestamp) -> Option<Plan> {
        let (leeway, due) = match &self.recurrence {
            Recurrence::Once(_) => return None,
            Recurrence::Every(interval) => (limits::TIMER_SLICE, later(now, *interval)),
            Recurrence::Cron(pattern) => {
                (limits::SCHEDULE_SET_BACK, cron::next(pattern, now).ok()??)
            }
        };
        let rests = self.since > later(now, leeway) && self.due.is_some();
        rests.then(|| Plan { due: Some(due), since: now, ..self.clone() })
    }

    pub(super) fn view(self, name: String, trouble: Option<String>) -> Scheduled {
        Scheduled {
            name,
            recurrence: self.recurrence,
            command: self.command.name,
            due: self.due,
            fired: self.fired,
            late: self.late,
            last_error: trouble.or(self.last_error),
        }
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(by))
}

/// The first of the times at `interval` after `due` that is after `now`.
fn next_interval(due: Timestamp, interval: Duration, now: Timestamp) -> Timestamp {
    let interval = interval.max(limits::SCHEDULE_INTERVAL_MIN);
    let missed = now.0.saturating_sub(due.0).as_nanos() / interval.as_nanos();
    let passed = (missed + 1).saturating_mul(interval.as_nanos());
    later(due, Duration::from_nanos(u64::try_from(passed).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(Duration::from_secs(seconds))
    }

    fn plan(recurrence: Recurrence, now: Timestamp) -> Plan {
        let command = Kept { name: "sales.Bill".into(), version: 1, data: "{}".into() };
        Plan::new(recurrence, command, now, MessageId(7)).unwrap()
    }

    #[test]
    fn what_was_missed_is_made_up_for_once() {
        let every = Recurrence::Every(Duration::from_secs(10));
        let first = plan(every, at(100));
        assert_eq!(first.due, Some(at(110)));
        let id = first.command_id("bill");
        assert!(!first.is_late(at(111)) && first.is_late(at(171)));
        let next = first.fired(true, at(175), None).unwrap().unwrap();
        assert_eq!((next.due, next.fired, next.late), (Some(at(180)), 1, 1));
        assert_ne!(next.command_id("bill"), id);
        assert_ne!(next.command_id("bill"), next.command_id("remind"));
    }

    #[test]
    fn an_interval_begins_anew_when_the_clock_is_set_back() {
        let hour = Recurrence::Every(Duration::from_secs(3600));
        let plan = plan(hour, at(100_000));
        assert_eq!(plan.set_back(at(100_000)), None);
        assert_eq!(plan.set_back(at(99_950)), None, "clocks differ");
        assert_eq!(plan.set_back(at(90_000)).unwrap().due, Some(at(93_600)));
    }

    #[test]
    fn what_happens_once_is_over_unless_it_failed() {
        let once = |now| plan(Recurrence::Once(at(50)), now);
        assert_eq!(once(at(9)).command_id("bill"), once(at(70)).command_id("bill"));
        assert_eq!(once(at(9)).fired(false, at(50), None), Ok(None));
        let failed = once(at(9)).fired(false, at(50), Some("no".into())).unwrap().unwrap();
        assert_eq!((failed.due, failed.set_back(at(0))), (None, None));
        assert_eq!(failed.view("bill".into(), None).last_error.as_deref(), Some("no"));
    }

    #[test]
    fn times_beyond_all_clocks_are_never() {
        let ages = plan(Recurrence::Every(Duration::MAX), at(1));
        assert_eq!(ages.due, Some(Timestamp(Duration::MAX)));
        let missed = next_interval(at(0), Duration::ZERO, Timestamp(Duration::MAX));
        assert!(missed > at(u64::MAX / 2_000_000_000));
        let short = Recurrence::Every(Duration::ZERO);
        let command = Kept { name: "sales.Bill".into(), version: 1, data: "{}".into() };
        let refused = Plan::new(short, command, at(1), MessageId(1));
        assert_eq!(refused, Err(ScheduleError::Interval(Duration::ZERO)));
    }
}
