//! The PostgreSQL store, tested from outside, on the server at `RDDDY_TEST_POSTGRES`: the address of
//! a superuser, `postgres://postgres@127.0.0.1:PORT`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod crash;
mod faults;
mod fixture;
mod kill;
mod plans;
