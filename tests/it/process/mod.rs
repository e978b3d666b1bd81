//! What goes on between aggregates.

rdddy::bounded_context!("process");

mod fulfilment;
mod policy;
mod saga;
mod shop;
