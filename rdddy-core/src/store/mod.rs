//! Where events live: the port that every event store implements.
//!
//! An [`EventStore`] keeps streams of events in one order, and knows nothing of their content. What
//! is written together is one [`Append`]; what is read is selected by an [`EventQuery`]. The promises
//! that every store keeps stand on [`EventStore`].

mod name;
mod position;

mod append;
mod columns;
mod document;
mod event;
mod query;
mod snapshot;

mod error;
mod port;

mod decoder;
mod memory;
mod subscription;

pub use append::{
    Append, Appended, CommandRecord, Expected, NothingNew, StoredCommand, StreamAppend,
};
pub use columns::{decode_metadata, decode_tags, encode_metadata, encode_tags};
pub use decoder::{Decode, EventDecodeError, EventDecoder, Upcast};
pub use document::{Commit, CommitError, Document, DocumentStore, Write};
pub use error::{AppendError, ReadError, StoreCause};
pub use event::{NewEvent, StoredEvent};
pub use memory::{MemoryStore, StoreFault};
pub use name::{NameError, StreamName, Tag};
pub use port::{EventStore, Page, StoreFuture};
pub use position::{Position, Version};
pub use query::{EventQuery, QueryItem, Within};
pub use snapshot::Snapshot;
pub use subscription::{Subscribe, Subscription};
