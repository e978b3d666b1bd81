//! Read models: whatever happens, the rows are what the events say.

mod crash;
mod damage;
mod modes;
mod poison;
mod rows;
pub(crate) mod shop;
mod versions;
