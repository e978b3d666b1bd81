//! The testkit, tested from outside.
#![expect(clippy::unwrap_used, reason = "actors in tests fail on purpose")]

mod aggregate;
mod bank;
mod conformance;
mod explore;
mod log;
mod probe;
mod report;
mod world;
