//! Every default bound, in one place.

use rdddy_core::simulation::CrashPlan;

/// Seeds that `explore` tries when nothing is said.
pub const SEEDS: u64 = 100;
/// Schedules that an exhaustive exploration tries before it gives up.
pub const SCHEDULES_MAX: u64 = 10_000;
/// Runs spent on shortening a failing schedule.
pub const SHRINK_RUNS_MAX: u32 = 500;
/// Crashes that are injected where they are asked for: before one message in sixteen, at most three
/// in a run.
pub const CRASHES: CrashPlan = CrashPlan { one_in: 16, at_most: 3 };
/// Steps after which a run counts as endless.
pub const STEPS_MAX: u64 = 1_000_000;
/// Events that a log keeps. What comes later is counted, and fails every expectation.
pub const LOG_CAPACITY: usize = 1_000_000;
/// Events that a report shows: the last ones.
pub const REPORTED_EVENTS: usize = 200;
/// Longest text of one event in a report, in bytes.
pub const REPORTED_EVENT_BYTES: usize = 400;
/// Panics that a report shows: the last ones.
pub const REPORTED_PANICS: usize = 8;
/// Events that a probe may lag behind.
pub const PROBE_CAPACITY: usize = 100_000;
/// The seed of the values that are drawn when nothing is said.
pub const VALUES_SEED: u64 = 0x7264_6464_7921;
/// Commands that are tried one after the other on one aggregate.
pub const COMMANDS_PER_SEQUENCE: u32 = 50;
