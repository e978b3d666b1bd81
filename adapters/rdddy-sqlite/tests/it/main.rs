//! The embedded store, tested from outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod damage;
mod faults;
mod fixture;
mod group;
#[cfg(feature = "keys")]
mod keys;
mod kill;
