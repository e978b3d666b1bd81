//! The balance: every message that was sent has ended in exactly one way.

use std::fmt::Write as _;

use rdddy_core::runtime::{ActorSystem, Counters};

/// What is wrong with the books of a quiet system, if anything is.
pub(crate) fn imbalance(system: &ActorSystem) -> Option<String> {
    let counters = system.counters();
    let open = counters.in_flight();
    if open == 0 {
        return None;
    }
    let mut text = if open > 0 {
        format!("{open} were sent and have not ended")
    } else {
        format!("{} ended that were not sent", -open)
    };
    let Counters { sent, handled, refused, failed, dead_letters, .. } = counters;
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        " (sent {sent}, handled {handled}, refused {refused}, failed {failed}, \
         dead letters {dead_letters})"
    );
    for actor in system.actors() {
        if actor.waiting() > 0 {
            let _ = write!(text, "; {} wait for {}", actor.waiting(), actor.path());
        }
    }
    Some(text)
}
