//! The kinds of message, as traits.

use std::error::Error;
use std::fmt;

use serde::Serialize;

/// Implemented by the derives `Command`, `Query` and `Event`, and by nothing else.
#[diagnostic::on_unimplemented(
    message = "rdddy::E004: `{Self}` is not a message",
    label = "used as a message here",
    note = "help: add `#[derive(Command)]` (one handler, may answer), `#[derive(Query)]` (reads, answers) or `#[derive(Event)]` (many handlers) to `{Self}`"
)]
pub trait Message: Sealed + Send + 'static {
    /// What kind of message this is.
    const KIND: Kind;
    /// Version of its shape, counted from 1.
    const VERSION: u32;

    /// Its stable name, qualified by the bounded context: `sales.PlaceOrder`.
    fn name() -> &'static str;
}

/// A marker that only the derives implement.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "rdddy::E004: `{Self}` is not a message",
    label = "used as a message here",
    note = "help: add `#[derive(Command)]` (one handler, may answer), `#[derive(Query)]` (reads, answers) or `#[derive(Event)]` (many handlers) to `{Self}`"
)]
pub trait Sealed {}

/// A message that one actor answers: a [`Command`] or a [`Query`].
#[diagnostic::on_unimplemented(
    message = "rdddy::E010: `{Self}` cannot be sent to one actor",
    label = "not a command or a query",
    note = "help: an event is a fact that every interested actor hears: `publish` it, and handle it by reference: `&{Self}`",
    note = "help: if `{Self}` is an intention or a question, add `#[derive(Command)]` or `#[derive(Query)]` to it"
)]
pub trait Request: Message {
    /// What the handler answers when it accepts.
    type Reply: Send + 'static;
    /// What the handler answers when it refuses. [`std::convert::Infallible`] when it never does.
    type Error: Error + Send + Sync + 'static;
}

/// An intention: exactly one actor decides it.
#[diagnostic::on_unimplemented(
    message = "rdddy::E010: `{Self}` is not a command",
    label = "a command is needed here",
    note = "help: add `#[derive(Command)]` to `{Self}`"
)]
pub trait Command: Request {
    /// Whether several actor types may handle it; then it is only ever sent to a reference.
    const SHARED: bool = false;
}

/// A question: it is answered and changes nothing.
#[diagnostic::on_unimplemented(
    message = "rdddy::E010: `{Self}` is not a query",
    label = "a query is needed here",
    note = "help: add `#[derive(Query)]` to `{Self}`"
)]
pub trait Query: Request {}

/// A fact: it has happened, and every actor with a handler for it hears it.
#[diagnostic::on_unimplemented(
    message = "rdddy::E010: `{Self}` is not an event, so it cannot be published",
    label = "only events are published",
    note = "help: a command or a query has exactly one handler, which takes it by value, `{Self}`: use `tell` or `ask`, or publish the event it results in",
    note = "help: if `{Self}` states a fact, add `#[derive(Event)]` to it"
)]
pub trait Event: Message + Sync {
    /// Who is meant to hear it.
    const SCOPE: EventScope = EventScope::Domain;
    /// The whole names under which it was stored before it was renamed.
    const FORMERLY: &'static [&'static str] = &[];

    /// The names of its fields with `#[tag]`.
    const TAGS: &'static [&'static str] = &[];

    /// What it is about: name and value of each field with `#[tag]`.
    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// What kind of message something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// An intention, decided by one actor.
    Command,
    /// A question, answered by one actor.
    Query,
    /// A fact, heard by every interested actor.
    Event,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Command => "command",
            Kind::Query => "query",
            Kind::Event => "event",
        })
    }
}

/// Who is meant to hear an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventScope {
    /// The bounded context that it happened in.
    Domain,
    /// It came from outside the system.
    External,
    /// Other bounded contexts: it leaves the process.
    Integration,
    /// A person did something at a user interface.
    Ui,
}
