//! What goes on between aggregates.

rdddy::bounded_context!("process");

mod begin;
mod fulfilment;
mod operator;
mod parallel;
mod planted;
mod policy;
mod saga;
mod schedule;
mod shop;
