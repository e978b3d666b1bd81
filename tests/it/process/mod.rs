//! What goes on between aggregates.

rdddy::bounded_context!("process");

mod fulfilment;
mod operator;
mod planted;
mod policy;
mod saga;
mod schedule;
mod shop;
