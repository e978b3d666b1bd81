//! What the runtime promises, and what comes with it.

mod ask;
pub(crate) mod chaos;
mod contract;
mod failure;
mod forward;
mod identity;
mod invariant;
mod lane;
mod ledger;
mod metadata;
mod publish;
mod serial;
mod shutdown;
mod stash;
mod strategy;
mod supervision;
mod task;
mod tree;
mod watch;
