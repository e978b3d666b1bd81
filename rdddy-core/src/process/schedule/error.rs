//! Why something could not be scheduled.

use std::time::Duration;

/// The system runs no schedules: see
/// [`SystemBuilder::schedules`](crate::runtime::SystemBuilder::schedules).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system was started without `.schedules()`")]
pub struct NoSchedules;

/// Why a schedule was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// Its name is empty, or too long to be a key.
    #[error("the name of a schedule has 1 to {limit} bytes, and this one has {size}")]
    Name {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes: [`DOCUMENT_KEY_MAX`](crate::limits::DOCUMENT_KEY_MAX).
        limit: usize,
    },
    /// The interval is shorter than
    /// [`SCHEDULE_INTERVAL_MIN`](crate::limits::SCHEDULE_INTERVAL_MIN).
    #[error("an interval of {0:?} is too short")]
    Interval(Duration),
    /// The pattern is not one, or names no time.
    #[error("`{pattern}` is no time by the calendar: {why}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// The command cannot be written down, or not be read again by its name.
    #[error("{command} cannot be kept: {why}")]
    Command {
        /// Its name.
        command: &'static str,
        /// What is missing.
        why: String,
    },
    /// The store could not be read or written. Whether the schedule is changed is not known.
    #[error("the schedule `{name}` cannot be reached: {why}")]
    Unavailable {
        /// Its name.
        name: String,
        /// What the store says.
        why: String,
    },
}
