//! What travels: commands, queries and events.
//!
//! A message is a plain struct with a derive. Its kind decides which verbs accept it: an event can
//! be published, a command or a query can be told or asked. The traits here are implemented by the
//! derives only, so a bare base message does not exist.

mod contract;
mod error_data;
mod kind;
mod metadata;
mod name;

pub use contract::{ContractBreach, ContractKind};
pub use error_data::{ErrorData, Severity};
pub use kind::{Command, Event, EventScope, Kind, Message, Query, Request};
pub use metadata::{MessageId, Metadata, NotAMessageId, Timestamp};
pub(crate) use name::context_of;
pub use name::{ContextEntry, MessageName};

#[doc(hidden)]
pub use kind::Sealed;
