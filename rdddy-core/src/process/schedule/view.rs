//! Schedules, for whoever looks.

use super::Recurrence;
use crate::message::{Event, Kind, Message, Sealed, Timestamp};
use serde::Serialize;

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheduled {
    /// Its name.
    pub name: String,
    /// When it gives its command.
    pub recurrence: Recurrence,
    /// The stable name of its command.
    pub command: String,
    /// When it does so next; never, if its one command has failed.
    pub due: Option<Timestamp>,
    /// How many times it has given a command.
    pub fired: u64,
    /// How many of them came more than [`TIMER_SLICE`](crate::limits::TIMER_SLICE) after they were due.
    pub late: u64,
    /// What went wrong last, if anything has: a command that was refused, or one that is going to be
    /// given again.
    pub last_error: Option<String>,
}

/// How the schedules of a system are doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleStatus {
    /// Schedules that wait for their times.
    pub waiting: usize,
    /// Commands that are being carried out.
    pub under_way: usize,
    /// Commands that this system has given, since its start.
    pub fired: u64,
    /// How many of them came more than [`TIMER_SLICE`](crate::limits::TIMER_SLICE) after they were due.
    pub late: u64,
    /// How many of them failed for good.
    pub failed: u64,
    /// What it tripped over last, if it has not gone on since.
    pub error: Option<String>,
}

/// The command of a schedule has failed for good: its aggregate refuses it, or cannot carry it out.
/// Published for whoever watches the system.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ScheduleFailed {
    /// The schedule.
    pub schedule: String,
    /// When its command was due.
    pub due: Timestamp,
    /// The name of the command.
    pub command: String,
    /// What the aggregate says.
    pub error: String,
}

impl Sealed for ScheduleFailed {}

impl Message for ScheduleFailed {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.ScheduleFailed"
    }
}

impl Event for ScheduleFailed {}
