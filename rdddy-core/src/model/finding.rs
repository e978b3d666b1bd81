//! What can be wrong with a domain as a whole.

use std::fmt;

use super::entry::{ActorEntry, MessageEntry, MessageUse, SourceLocation};
use super::error_entry::DomainErrorEntry;

/// A message or an actor, and a place in the code that concerns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Located {
    /// The name of the message or of the actor's type.
    pub name: &'static str,
    /// The place.
    pub location: SourceLocation,
}

impl Located {
    /// A message, where it is defined.
    pub(super) fn message(entry: &MessageEntry) -> Self {
        Located { name: (entry.name)(), location: entry.location }
    }

    /// A domain error, where it is defined.
    pub(super) fn error(entry: &DomainErrorEntry) -> Self {
        Located { name: entry.name, location: entry.location }
    }

    /// An actor, where it names a message.
    pub(super) fn user((actor, used): (&ActorEntry, &MessageUse)) -> Self {
        let location = SourceLocation { file: actor.location.file, line: used.line };
        Located { name: actor.name, location }
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.name, self.location)
    }
}

/// Something wrong with a domain as a whole. It reads as a sentence that names the places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Finding {
    /// Nothing was verified: no message and no actor is linked.
    NothingLinked {
        /// The crate of which there is nothing; `None` when there is nothing at all.
        krate: Option<String>,
    },
    /// A command that nobody decides.
    CommandWithoutOwner {
        /// The command, where it is defined.
        command: Located,
    },
    /// A command that several actor types decide, and that is not marked `shared`.
    CommandWithTwoOwners {
        /// The command, where it is defined.
        command: Located,
        /// The actors, at their handlers.
        owners: Vec<Located>,
    },
    /// A query that nobody answers.
    QueryWithoutOwner {
        /// The query, where it is defined.
        query: Located,
    },
    /// A query that several actor types answer.
    QueryWithTwoOwners {
        /// The query, where it is defined.
        query: Located,
        /// The actors, at their handlers.
        owners: Vec<Located>,
    },
    /// An event that stays inside, and that no actor hears.
    UnheardEvent {
        /// The event, where it is defined.
        event: Located,
    },
    /// Actors that declare to ask each other in a circle: each may wait for the next for ever.
    AskCycle {
        /// The actors, at the declarations of what they ask. The last one asks the first.
        path: Vec<Located>,
    },
    /// Types of domain error with one code, which then does not tell them apart.
    SharedErrorCode {
        /// The code.
        code: &'static str,
        /// The types, where they are defined.
        errors: Vec<Located>,
    },
}

impl Finding {
    /// The name of the message it is about, if it is about one.
    #[must_use]
    pub fn message(&self) -> Option<&'static str> {
        match self {
            Finding::NothingLinked { .. }
            | Finding::AskCycle { .. }
            | Finding::SharedErrorCode { .. } => None,
            Finding::CommandWithoutOwner { command: message }
            | Finding::CommandWithTwoOwners { command: message, .. }
            | Finding::QueryWithoutOwner { query: message }
            | Finding::QueryWithTwoOwners { query: message, .. }
            | Finding::UnheardEvent { event: message } => Some(message.name),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::NothingLinked { krate: None } => {
                f.write_str("no message and no actor is linked: refer to the crate that has them")
            }
            Finding::NothingLinked { krate: Some(krate) } => write!(
                f,
                "no message and no actor of crate `{krate}` is linked: check its name, and refer \
                 to it"
            ),
            Finding::CommandWithoutOwner { command } => {
                write!(f, "command {command} has no owner: no actor handles it")
            }
            Finding::CommandWithTwoOwners { command, owners } => {
                write!(f, "command {command} has {} owners: ", owners.len())?;
                list(f, owners)?;
                f.write_str("; keep one, or mark it `#[command(shared)]`")
            }
            Finding::QueryWithoutOwner { query } => {
                write!(f, "query {query} has no owner: no actor answers it")
            }
            Finding::QueryWithTwoOwners { query, owners } => {
                write!(f, "query {query} has {} owners: ", owners.len())?;
                list(f, owners)?;
                f.write_str("; keep one")
            }
            Finding::UnheardEvent { event } => {
                write!(f, "event {event} is heard by nobody: no actor has a handler for it")
            }
            Finding::AskCycle { path } => {
                f.write_str("ask cycle: ")?;
                path.iter().try_for_each(|actor| write!(f, "{actor} -> "))?;
                path.first().map_or(Ok(()), |actor| write!(f, "`{}`", actor.name))
            }
            Finding::SharedErrorCode { code, errors } => {
                write!(f, "the code `{code}` is that of {} domain errors: ", errors.len())?;
                list(f, errors)?;
                f.write_str("; give them codes of their own: `#[domain(code = \"..\")]`")
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, owners: &[Located]) -> fmt::Result {
    for (index, owner) in owners.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{owner}")?;
    }
    Ok(())
}
