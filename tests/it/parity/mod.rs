//! What the Python original did, and does not do any more.

mod faults;
mod kept;
