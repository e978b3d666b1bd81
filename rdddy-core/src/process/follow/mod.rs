//! Following the events of a store from a checkpoint, for a [`Reader`].
//!
//! Events are read in pages. Each event is delivered once for every key it concerns; a key whose
//! event cannot be handled is parked, and the others go on. What the reader wants to be kept is
//! committed together with the checkpoint, on the condition that nobody else has moved that.

mod beginning;
mod by_key;
mod control;
mod follower;
mod parking;
mod running;
mod status;

pub(crate) use by_key::by_key;
pub(crate) use control::Control;
pub(crate) use follower::{CHECKPOINTS, Checkpoint, Delivery, Follower, Handled, Handling, Reader};
pub(crate) use parking::Parking;
pub use parking::{Parked, ParkedFault};
pub(crate) use running::RunningReader;
pub use status::FollowStatus;
pub(crate) use status::Progress;
