//! The embedded event store of rdddy: one file, no server, on SQLite.
//!
//! [`EmbeddedStore`] keeps every promise of [`EventStore`](rdddy_core::store::EventStore). Use it through the `rdddy` crate
//! with the feature `embedded`.
//!
//! # Layout
//!
//! - [`EmbeddedStore`] hands appends to one writing thread (`writer`), and reads to a few reading ones
//!   (`reader`, `search`), through bounded queues (`lines`, `queue`).
//! - `document` keeps documents beside the events; a commit of them is a `job` of the same thread.
//! - `file` opens the file alone and checks it (`schema`, `verify`, `wal`).
//! - `record` says how events are written down. Every row carries a checksum.
//! - With the feature `keys`, `EmbeddedKeys` keeps the keys of people who can be forgotten, in a file of
//!   its own.

mod checksum;
mod statements;
mod store;

mod builder;
mod error;
pub mod limits;

mod document;
mod job;
mod lines;
mod queue;
mod reader;
mod search;
mod writer;

mod file;
mod schema;
mod verify;
mod wal;

mod cache;
mod record;

#[cfg(feature = "keys")]
mod keys;

pub use builder::{Durability, EmbeddedStoreBuilder};
pub use error::{Damage, OpenError};
#[cfg(feature = "keys")]
pub use keys::{EmbeddedKeys, OpenKeysError};
pub use store::EmbeddedStore;
