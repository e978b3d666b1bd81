//! Read models: whatever happens, the rows are what the events say.

mod crash;
mod damage;
mod modes;
mod poison;
mod rows;
mod shop;
mod versions;
