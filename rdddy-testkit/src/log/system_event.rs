//! What the system itself says, in one line.

use std::fmt::Write as _;

use rdddy_core::runtime::{StopReason, SystemEvent};

/// Appends one line about `event` to `text`.
pub(super) fn describe(event: &SystemEvent, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match event {
        SystemEvent::Started { actor } => write!(text, "started {actor}"),
        SystemEvent::HandlerFailed { actor, message, failure, attempt, answered } => {
            let who = if *answered { "answered with an error" } else { "failed" };
            let _ = write!(text, "{actor} {who} on {message}: {failure}");
            if *attempt > 1 { write!(text, " (attempt {attempt})") } else { Ok(()) }
        }
        SystemEvent::ContractBreached { actor, breach } => {
            write!(text, "breach of contract by {actor}: {breach}")
        }
        SystemEvent::Restarting { actor, failure, backoff } => {
            write!(text, "restarting {actor} after {backoff:?}: {failure}")
        }
        SystemEvent::Restarted { actor, incarnation } => {
            write!(text, "restarted {actor}, life {incarnation}")
        }
        SystemEvent::Escalated { child, supervisor, failure } => {
            let to = supervisor.as_ref().map_or("/", |supervisor| supervisor.path.as_str());
            write!(text, "escalated {child} to {to}: {failure}")
        }
        SystemEvent::Stopped { actor, reason } => match reason {
            StopReason::Stopped => write!(text, "stopped {actor}"),
            StopReason::Killed => write!(text, "killed {actor}"),
            StopReason::Shutdown => write!(text, "stopped {actor} with its supervisor"),
            StopReason::Failed(failure) => write!(text, "stopped {actor} for good: {failure}"),
            other => write!(text, "stopped {actor}: {other:?}"),
        },
        SystemEvent::NotRestartable { actor } => write!(text, "cannot restart {actor}"),
        SystemEvent::DeadLetter { message, actor, to, reason, .. } => {
            let _ = write!(text, "dead letter {message} to ");
            let _ = match actor {
                Some(actor) => write!(text, "{actor}"),
                None => write!(text, "{to}"),
            };
            write!(text, ": {reason}")
        }
        SystemEvent::Unhandled { message, actor } => {
            write!(text, "{actor} does not handle {message}")
        }
        SystemEvent::Overflowed { actor, message, capacity } => {
            write!(text, "no room for {message} in the mailbox of {actor}, which holds {capacity}")
        }
        SystemEvent::InvariantBroken { invariant, actor } => {
            write!(text, "the invariant \"{invariant}\" is broken after a message of {actor}")
        }
        SystemEvent::CriticalFailure { actor, failure } => {
            write!(text, "critical actor {actor} failed for good: {failure}")
        }
        SystemEvent::WouldDeadlock { cycle } => write!(text, "asks in a circle: {cycle:?}"),
        other => write!(text, "{other:?}"),
    };
}
