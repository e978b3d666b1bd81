//! Bad input: each has a typed outcome, and nothing is lost. A [`World`](rdddy_testkit::World)
//! checks the books after every test.

mod budget;
mod config;
mod handler;
mod name;
mod overflow;
mod payload;
mod publish;
mod start;
mod stopped;
