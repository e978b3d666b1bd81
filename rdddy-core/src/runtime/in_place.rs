//! When a handler may run on the thread of whoever sends the message.
//!
//! It saves two task switches, and keeps every promise: the actor must be idle, so nothing that was
//! sent before can be overtaken. What it must not do is grow the stack without end, keep a task from
//! yielding, or run where tokio's timers and sockets do not work.

use std::cell::Cell;

use super::system::System;
use super::turn;
use crate::limits;
use crate::seam::inside_runtime;

thread_local! {
    /// Asks that ran in place on this thread since its task last yielded to one.
    static STREAK: Cell<u32> = const { Cell::new(0) };
}

/// Whether a handler may run on this thread, here and now.
#[inline]
pub(crate) fn allowed(system: &System) -> bool {
    system.runs_in_place() && turn::depth() < limits::IN_PLACE_DEPTH && inside_runtime()
}

/// Whether so many asks ran in place in a row that the asker must yield first. Never where none do:
/// a simulation must not depend on what its thread did before.
#[inline]
pub(crate) fn must_yield(system: &System) -> bool {
    if !system.runs_in_place() {
        return false;
    }
    let streak = STREAK.get() + 1;
    STREAK.set(if streak > limits::IN_PLACE_STREAK { 0 } else { streak });
    streak > limits::IN_PLACE_STREAK
}
