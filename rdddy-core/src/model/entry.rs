//! What the macros submit to the registry: one entry per message type and per actor type.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;

use super::codec::{AnyMessage, Codec};
use crate::message::{Command, Event, EventScope, Kind, Message, Query, context_of};

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A message type, as the registry knows it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MessageEntry {
    /// Its stable name.
    pub name: fn() -> &'static str,
    /// The Rust type.
    pub type_id: fn() -> TypeId,
    /// The path of the Rust type, as the compiler names it.
    pub type_path: fn() -> &'static str,
    /// Command, query or event.
    pub kind: Kind,
    /// Version of its shape.
    pub version: u32,
    /// Who is meant to hear it, if it is an event and whoever made the entry knew.
    pub scope: Option<EventScope>,
    /// A command that several actor types may handle.
    pub shared: bool,
    /// Where it is defined.
    pub location: SourceLocation,
    /// How it is read and written, if the type implements serde's traits.
    pub codec: fn() -> Option<Codec>,
    /// Its fields, as they are declared: name and type. None if it has no named ones.
    pub fields: &'static [(&'static str, &'static str)],
    /// Makes it one that many can share, if it is an event; otherwise gives it back.
    pub share: fn(AnyMessage) -> Result<Arc<dyn Any + Send + Sync>, AnyMessage>,
}

impl MessageEntry {
    /// The entry of a message of which no more is known than that it is one.
    pub(super) const fn new<M: Message>(location: SourceLocation) -> Self {
        MessageEntry {
            name: M::name,
            type_id: TypeId::of::<M>,
            type_path: type_name::<M>,
            kind: M::KIND,
            version: M::VERSION,
            scope: None,
            shared: false,
            location,
            codec: || None,
            fields: &[],
            share: Err,
        }
    }

    /// The entry of a command.
    #[must_use]
    pub const fn command<M: Command>(location: SourceLocation) -> Self {
        MessageEntry { shared: M::SHARED, ..Self::new::<M>(location) }
    }

    /// The entry of a query.
    #[must_use]
    pub const fn query<M: Query>(location: SourceLocation) -> Self {
        Self::new::<M>(location)
    }

    /// The entry of an event.
    #[must_use]
    pub const fn event<M: Event>(location: SourceLocation) -> Self {
        MessageEntry {
            scope: Some(M::SCOPE),
            share: |message| message.downcast::<M>().map(|event| Arc::<M>::from(event) as _),
            ..Self::new::<M>(location)
        }
    }

    /// The same, read and written by `codec`.
    #[must_use]
    pub const fn with_codec(mut self, codec: fn() -> Option<Codec>) -> Self {
        self.codec = codec;
        self
    }

    /// The same, with its fields: name and type of each.
    #[must_use]
    pub const fn with_fields(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.fields = fields;
        self
    }

    /// The bounded context that qualifies its name: `sales` of `sales.PlaceOrder`.
    #[must_use]
    pub fn context(&self) -> &'static str {
        split_name((self.name)()).0
    }

    /// Its name inside the context: `PlaceOrder` of `sales.PlaceOrder`.
    #[must_use]
    pub fn local_name(&self) -> &'static str {
        split_name((self.name)()).1
    }

    /// The crate that defines it.
    #[must_use]
    pub fn crate_name(&self) -> &'static str {
        crate_of((self.type_path)())
    }
}

inventory::collect!(MessageEntry);

/// A message type that an actor handles or asks.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MessageUse {
    /// Its stable name.
    pub name: fn() -> &'static str,
    /// The Rust type.
    pub type_id: fn() -> TypeId,
    /// Command, query or event.
    pub kind: Kind,
    /// Version of its shape.
    pub version: u32,
    /// The line of the handler or of the declaration, in the actor's file.
    pub line: u32,
}

impl MessageUse {
    /// The use of `M` in `line` of the actor's file.
    #[must_use]
    pub const fn of<M: Message>(line: u32) -> Self {
        MessageUse {
            name: M::name,
            type_id: TypeId::of::<M>,
            kind: M::KIND,
            version: M::VERSION,
            line,
        }
    }
}

/// An actor type, as the registry knows it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ActorEntry {
    /// The name of the type.
    pub name: &'static str,
    /// The module it stands in.
    pub module: &'static str,
    /// What it handles.
    pub handles: &'static [MessageUse],
    /// What it declares to ask of others: `#[actor(asks(..))]`.
    pub asks: &'static [MessageUse],
    /// Where its block stands.
    pub location: SourceLocation,
}

impl ActorEntry {
    /// The entry of an actor type.
    #[must_use]
    pub const fn new(
        name: &'static str,
        module: &'static str,
        handles: &'static [MessageUse],
        asks: &'static [MessageUse],
        location: SourceLocation,
    ) -> Self {
        ActorEntry { name, module, handles, asks, location }
    }

    /// The bounded context of the module it stands in.
    #[must_use]
    pub fn context(&self) -> &'static str {
        context_of(self.module)
    }

    /// Its name with the module it stands in: `bookstore::sales::OrderDesk`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }

    /// The crate that defines it.
    #[must_use]
    pub fn crate_name(&self) -> &'static str {
        crate_of(self.module)
    }
}

inventory::collect!(ActorEntry);

/// Context and local name of a message name; a context may contain dots itself.
pub(super) fn split_name(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

fn crate_of(path: &'static str) -> &'static str {
    path.split_once("::").map_or(path, |(krate, _)| krate)
}
