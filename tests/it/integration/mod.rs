//! Events that leave for other systems, and events that come from them.

mod crash;
mod hostile;
mod sent;
mod shop;
mod taken;

rdddy::bounded_context!("integration");
