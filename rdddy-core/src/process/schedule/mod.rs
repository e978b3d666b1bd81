//! Schedules: commands that are given at a time, at intervals, or by the calendar.
//!
//! A schedule is a document, which says what it gives and when next. Whoever finds it due gives its
//! command, with an id that follows from the schedule and the time, and moves it on to its next time on
//! the condition that nobody else has. So each due time has its command carried out once, by however
//! many processes, wherever one of them dies.
//!
//! [`Recurrence`] says what becomes of times that are missed.

mod cron;
mod error;
mod fire;
mod handle;
mod keeper;
mod plan;
mod view;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use error::{NoSchedules, ScheduleError};
pub use handle::Schedules;
pub use view::{ScheduleFailed, ScheduleStatus, Scheduled};

use crate::message::Timestamp;

/// When a schedule gives its command, by the wall clock.
///
/// A time that is missed, because nothing ran or because the clock was set ahead, is made up for once:
/// whatever was missed, the command is given once, and the next time is the first one after now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recurrence {
    /// Once, at this time or as soon as possible after it.
    Once(Timestamp),
    /// Each time that so much has passed. When the clock is set back by more than
    /// [`TIMER_SLICE`](crate::limits::TIMER_SLICE), the interval begins anew.
    Every(Duration),
    /// By the calendar, in UTC: minute, hour, day of the month, month and day of the week, and before
    /// them a second where there are six. When the clock is set back, each time still comes once; when
    /// it is set back by more than [`SCHEDULE_SET_BACK`](crate::limits::SCHEDULE_SET_BACK), the times
    /// after now come again.
    Cron(String),
}
