//! What goes on between aggregates.

rdddy::bounded_context!("process");

mod fulfilment;
mod operator;
mod parcel;
mod planted;
mod policy;
mod saga;
mod shop;
mod task;
