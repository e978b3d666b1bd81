//! What goes on between aggregates.

mod policy;
mod shop;
