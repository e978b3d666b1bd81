//! The PostgreSQL event store of rdddy, for systems of several processes.
//!
//! [`PostgresStore`] keeps every promise of [`EventStore`](rdddy_core::store::EventStore). Use it
//! through the `rdddy` crate with the feature `postgres`. Its tables are made beforehand, by
//! [`PostgresStore::migrate`].
//!
//! # Layout
//!
//! - [`PostgresStore`] hands appends to one writing connection (`writer`) through a bounded queue
//!   (`queue`); `group` is what it sends, and `proof` finds out what became of it when the answer was
//!   lost.
//! - `reader` reads, on connections that `link` keeps up, each on a `thread` of its own; `watcher` hears
//!   what others write.
//! - `document` writes documents, on one more connection.
//! - `schema` makes the tables and checks them, `record` says how events are written down.

mod store;

mod error;
pub mod limits;

mod queue;
mod writer;

mod group;
mod proof;

mod document;
mod link;
mod reader;
mod session;
mod thread;
mod watcher;

mod record;
mod schema;

pub use error::{Damage, OpenError};
pub use store::PostgresStore;
