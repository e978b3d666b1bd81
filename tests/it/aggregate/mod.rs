//! Aggregates on a store in memory, on simulated and on real threads.

mod account;
mod execute;
mod forgotten;
mod gap;
mod idle;
mod linear;
mod order;
mod read;
mod state;
