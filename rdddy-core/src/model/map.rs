//! What exists in a program: its messages, its actors, and how they belong together.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};

use super::entry::{ActorEntry, MessageEntry, MessageUse, SourceLocation};
use super::error_entry::DomainErrorEntry;
use super::export;
use super::verify::Verification;

/// The bounded context of the library's own messages.
const OWN_CONTEXT: &str = "rdddy";

/// What exists in a program: its messages, its actors, and how they belong together.
///
/// Everything linked takes part, so that a command of one crate may have its owner in another. What
/// is verified and drawn is narrower: everything but the library's own messages, or the crates
/// named by [`of_crate`](Self::of_crate).
///
/// # Examples
///
/// A test that fails as soon as a command has no owner, an event nobody to hear it, or two actors
/// would wait for each other:
///
/// ```no_run
/// use rdddy_core::model::DomainMap;
///
/// DomainMap::linked().of_crate("bookstore").verify().check().unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct DomainMap {
    messages: BTreeMap<MessageKey, MessageEntry>,
    types: BTreeSet<TypeId>,
    actors: BTreeMap<ActorKey, ActorEntry>,
    errors: BTreeMap<ActorKey, DomainErrorEntry>,
    crates: BTreeSet<String>,
}

/// Name, version, place, type.
type MessageKey = (&'static str, u32, SourceLocation, &'static str);
/// Module, name, place.
type ActorKey = (&'static str, &'static str, SourceLocation);

impl DomainMap {
    /// A map of nothing.
    #[must_use]
    pub fn new() -> Self {
        DomainMap::default()
    }

    /// The map of everything that is linked into this program.
    ///
    /// Generic messages and actors are not in it, because each of their uses is a type of its own.
    #[must_use]
    pub fn linked() -> Self {
        let map = inventory::iter::<MessageEntry>().copied().fold(Self::new(), Self::with_message);
        let map = inventory::iter::<ActorEntry>().copied().fold(map, Self::with_actor);
        inventory::iter::<DomainErrorEntry>().copied().fold(map, Self::with_error)
    }

    /// The same with one more message, unless it is there already.
    #[must_use]
    pub fn with_message(mut self, entry: MessageEntry) -> Self {
        if self.types.insert((entry.type_id)()) {
            let key = ((entry.name)(), entry.version, entry.location, (entry.type_path)());
            self.messages.insert(key, entry);
        }
        self
    }

    /// The same with one more actor, unless it is there already.
    #[must_use]
    pub fn with_actor(mut self, entry: ActorEntry) -> Self {
        self.actors.insert((entry.module, entry.name, entry.location), entry);
        self
    }

    /// The same with one more type of domain error, unless it is there already.
    #[must_use]
    pub fn with_error(mut self, entry: DomainErrorEntry) -> Self {
        self.errors.insert((entry.module, entry.name, entry.location), entry);
        self
    }

    /// The same, narrowed to what the crate `name` defines. Called again, it adds another crate.
    #[must_use]
    pub fn of_crate(mut self, name: &str) -> Self {
        self.crates.insert(name.replace('-', "_"));
        self
    }

    /// The messages that the map is about, ordered by name and version.
    pub fn messages(&self) -> impl Iterator<Item = &MessageEntry> {
        self.messages.values().filter(|entry| self.covers(entry.context(), entry.crate_name()))
    }

    /// The actors that the map is about, ordered by module and name.
    pub fn actors(&self) -> impl Iterator<Item = &ActorEntry> {
        self.actors.values().filter(|entry| self.covers(entry.context(), entry.crate_name()))
    }

    /// The domain errors that the map is about, ordered by module and name.
    pub fn errors(&self) -> impl Iterator<Item = &DomainErrorEntry> {
        self.errors.values().filter(|entry| self.covers_error(entry))
    }

    /// The bounded contexts of these messages and actors.
    #[must_use]
    pub fn contexts(&self) -> BTreeSet<&'static str> {
        let of_messages = self.messages().map(MessageEntry::context);
        of_messages.chain(self.actors().map(ActorEntry::context)).collect()
    }

    /// Checks that the domain is whole.
    pub fn verify(&self) -> Verification {
        Verification::of(self)
    }

    /// The map as JSON: `contexts`, `messages` with who handles and asks them, and `actors` with
    /// what they handle and ask. The same domain always gives the same text.
    #[must_use]
    pub fn to_json(&self) -> String {
        export::json::render(self)
    }

    /// The map as a Mermaid flowchart: contexts as frames, a solid arrow from a message to the actor
    /// that handles it, a dotted one from an actor to what it asks. The same domain always gives
    /// the same text.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        export::mermaid::render(self)
    }

    /// The crates that the map is narrowed to; when there are none, it is not.
    pub(super) fn crates(&self) -> &BTreeSet<String> {
        &self.crates
    }

    /// Every use of every message by any actor, the map's own or not.
    pub(super) fn uses(&self) -> Uses<'_> {
        let mut uses = Uses::default();
        for actor in self.actors.values() {
            for handled in actor.handles {
                uses.handlers.entry((handled.type_id)()).or_default().push((actor, handled));
            }
            for asked in actor.asks {
                uses.askers.entry((asked.type_id)()).or_default().push((actor, asked));
            }
        }
        uses
    }

    /// Every domain error, the map's own or not.
    pub(super) fn all_errors(&self) -> impl Iterator<Item = &DomainErrorEntry> {
        self.errors.values()
    }

    pub(super) fn covers_error(&self, entry: &DomainErrorEntry) -> bool {
        self.covers(entry.context(), entry.crate_name())
    }

    fn covers(&self, context: &str, krate: &str) -> bool {
        if self.crates.is_empty() { context != OWN_CONTEXT } else { self.crates.contains(krate) }
    }
}

/// Who uses which message, in the order of the actors. Only looked up by type, never iterated: the
/// order of types differs from build to build.
#[derive(Debug, Default)]
pub(super) struct Uses<'a> {
    handlers: BTreeMap<TypeId, Vec<Use<'a>>>,
    askers: BTreeMap<TypeId, Vec<Use<'a>>>,
}

/// An actor, and the place where it names a message.
pub(super) type Use<'a> = (&'a ActorEntry, &'a MessageUse);

impl<'a> Uses<'a> {
    /// Who handles the message.
    pub(super) fn handlers_of(&self, message: TypeId) -> &[Use<'a>] {
        self.handlers.get(&message).map_or(&[], Vec::as_slice)
    }

    /// Who declares to ask it.
    pub(super) fn askers_of(&self, message: TypeId) -> &[Use<'a>] {
        self.askers.get(&message).map_or(&[], Vec::as_slice)
    }
}
