//! What an actor system does, seen from outside: one test per promise, fault and habit.
#![expect(clippy::unwrap_used, clippy::panic, reason = "actors in tests fail on purpose")]

mod aggregate;
mod boundary;
mod domain;
mod fault;
mod integration;
mod parity;
mod process;
mod projection;
mod promise;
mod real;
mod repository;
mod scenario;
mod view;
