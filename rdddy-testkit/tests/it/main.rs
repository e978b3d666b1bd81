//! The testkit, tested from outside.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod bank;
mod explore;
mod log;
mod probe;
mod report;
mod world;
