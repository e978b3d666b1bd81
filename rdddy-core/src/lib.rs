//! The messages and the actor runtime of rdddy. Use them through the `rdddy` crate, which promises
//! stability; this one follows it version by version.
//!
//! Modules in reading order:
//!
//! - [`message`]: what travels.
//! - [`domain`]: what a domain is made of.
//! - [`runtime`]: how messages are processed.
//! - [`host`]: who loads aggregates, has them decide, and stores what they decided.
//! - [`process`]: what goes on between aggregates, and what is read from their events.
//! - [`view`]: what a person sees of that, and does.
//! - [`model`]: what exists and who handles it, as data.
//! - [`store`]: where events live.
//! - [`simulation`]: a whole system in one thread, in virtual time.
//! - [`limits`]: every default bound.

pub mod domain;
pub mod host;
pub mod limits;
pub mod message;
pub mod model;
pub mod process;
pub mod runtime;
mod seam;
pub mod store;
pub mod view;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

/// A whole system in one thread, in virtual time, one choice at a time.
pub mod simulation {
    pub use crate::seam::{Choice, CrashPlan, Schedule, Simulation, SimulationOptions, Stalled};
}
