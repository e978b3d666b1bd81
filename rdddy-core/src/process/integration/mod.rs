//! Integration: events that leave for other systems, and events that come from them.
//!
//! The store is the outbox: what is stored and marked for others is sent, at least once, in the order
//! of each stream. The inbox stores what comes, once, and what it cannot take it keeps as a dead letter.
//! Both speak [CloudEvents](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).

mod accepted;
mod cloud_event;
mod courier;
mod dead_letter;
mod inbox;
mod outbox;
mod outlet;
mod rfc3339;

pub use cloud_event::{CloudEvent, CloudEventError};
pub use dead_letter::{DeadLetter, DeadLetterError, DeadLettered};
pub use inbox::{Inbox, InboxHandle, ReceiveError, Received};
pub use outbox::{Outbox, OutboxHandle};
pub use outlet::{Delivering, Outlet, OutletError};
