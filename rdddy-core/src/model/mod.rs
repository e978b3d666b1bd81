//! The domain as data: which messages and actors exist, who handles what, who asks whom.
//!
//! Every derive and every `#[actor]` leaves an entry, and two views are made from the entries. The
//! [`Registry`] reads and writes messages by name, registered ones only. The [`DomainMap`] shows
//! the whole, checks that it is one, and draws it.
//!
//! Entries are collected by the linker, which leaves out a crate that nothing refers to. Both views
//! therefore also take entries one by one. Both put everything in order first, so that neither
//! output nor error depends on how the program was linked.

mod entry;
mod error_entry;

mod codec;
mod document;
mod error;
mod registry;
pub(crate) mod suggest;
#[cfg(feature = "yaml")]
mod yaml;

mod cycle;
mod export;
mod finding;
mod map;
mod verify;

#[cfg(test)]
mod tests;

pub use codec::{AnyMessage, Codec};
pub use entry::{ActorEntry, MessageEntry, MessageUse, SourceLocation};
pub use error::{DecodeError, EncodeError, RegistryError};
pub(crate) use error_entry::error_data;
pub use error_entry::{DomainErrorEntry, ErrorCode};
pub use finding::{Finding, Located};
pub use map::DomainMap;
pub use registry::{Decoded, Registry};
pub use verify::{Verification, VerificationError};

#[doc(hidden)]
pub use codec::{CodecProbe, WithCodec, WithoutCodec};
