//! Event-sourced aggregates: state that is folded from events, and decisions that make new ones.
//!
//! Everything here is pure: a decision is a function of the state, the command and a [`Decide`], so
//! it can be repeated exactly. Who loads, stores and publishes is the host.

mod decide;
mod decision;
mod event;
mod returned;

pub use decide::Decide;
pub use decision::{Decided, Decision, DecisionOf, IntoDecision};
pub use event::{AggregateEvent, EventFormat, EventVisitor, StoredForm, Upcast};
#[doc(hidden)]
pub use returned::Returned;

use std::fmt::Display;
use std::str::FromStr;

use crate::message::{Command, ContractBreach, Event};

/// What tells aggregates of one type apart. Implemented by everything that can be written as text and
/// read back.
pub trait AggregateId: Display + FromStr + Clone + Ord + Send + Sync + 'static {}

impl<T: Display + FromStr + Clone + Ord + Send + Sync + 'static> AggregateId for T {}

/// What an aggregate is loaded from. Its events are stored, published and can be subscribed to either
/// way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stored {
    /// Its events, which are folded. A snapshot may save reading most of them.
    #[default]
    Events,
    /// Its state, which each command stores together with its events. Old events need not be readable.
    State,
}

/// State that is folded from its events, and decides about commands.
///
/// `#[aggregate]` on an impl block implements it, an [`Emits`] per `#[apply]` and a [`Decides`] per
/// `#[handler]`. The default is the state before the first event.
#[diagnostic::on_unimplemented(
    message = "rdddy::E060: `{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "help: add `#[aggregate(id = ..)]` above `impl {Self}`, the block that decides and applies"
)]
pub trait Aggregate: Default + Send + Sync + Sized + 'static {
    /// What tells its instances apart.
    type Id: AggregateId;
    /// All its events, as one type.
    type Event: AggregateEvent;

    /// The name of the type, for people.
    const NAME: &'static str;
    /// Whether [`Aggregate::check_invariants`] does anything.
    const CHECKED: bool = false;
    /// What it is loaded from.
    const STORED: Stored = Stored::Events;
    /// A snapshot is made each time this many events have happened since the last one. One whose
    /// state is stored needs none.
    const SNAPSHOT_EVERY: Option<u32> = None;

    /// The stable name of its streams, qualified by the bounded context: `sales.Order`.
    fn category() -> &'static str;

    /// Identifies the fold: a snapshot of another one is not used. Of one whose state is stored, it
    /// identifies the state, and stays the same when the fold changes.
    fn fingerprint() -> u64;

    /// Changes the state as `event` says. Events have happened: this cannot refuse.
    fn apply(&mut self, event: &Self::Event);

    /// Checks the invariants.
    ///
    /// # Errors
    ///
    /// The first one that does not hold.
    fn check_invariants(&self) -> Result<(), ContractBreach> {
        Ok(())
    }

    /// The state as a snapshot keeps it; `None` when none is kept of this type.
    fn save(&self) -> Option<serde_json::Result<Vec<u8>>> {
        None
    }

    /// The state that a snapshot kept.
    fn restore(snapshot: &[u8]) -> Option<serde_json::Result<Self>> {
        let _ = snapshot;
        None
    }
}

/// An aggregate that `E` can happen to: it has an `#[apply]` method for it.
#[diagnostic::on_unimplemented(
    message = "rdddy::E061: `{Self}` cannot emit `{E}`: it has no `#[apply]` method for it",
    label = "`{Self}` does not apply `{E}`",
    note = "help: add `#[apply] fn …(&mut self, event: &{E})` to the `#[aggregate]` block of `{Self}`"
)]
pub trait Emits<E: Event>: Aggregate {
    /// The event as one of the aggregate's.
    fn emit(event: E) -> Self::Event;
}

/// A command that says which aggregate it is for: `#[key]` on a field of a `#[derive(Command)]`.
#[diagnostic::on_unimplemented(
    message = "rdddy::E062: `{Self}` does not say which aggregate it is for",
    label = "no field of `{Self}` is its key",
    note = "help: add `#[key]` to the field that holds the id of the aggregate"
)]
pub trait Keyed: Command {
    /// The type of the key.
    type Key;

    /// The id of the aggregate.
    fn key(&self) -> &Self::Key;
}

/// A command whose key is an `Id`: every [`Keyed`] one is one for the type of its key.
#[diagnostic::on_unimplemented(
    message = "rdddy::E062: `{Self}` has no `#[key]` that is a `{Id}`, the id of the aggregate",
    label = "no field of it is a key and a `{Id}`",
    note = "help: add `#[key]` to the field of `{Self}` that holds the id of the aggregate, and let that be a `{Id}`"
)]
pub trait KeyedBy<Id>: Keyed<Key = Id> {}

#[diagnostic::do_not_recommend]
impl<Id, C: Keyed<Key = Id>> KeyedBy<Id> for C {}

/// An aggregate that decides about `C`: it has a `#[handler]` for it.
#[diagnostic::on_unimplemented(
    message = "rdddy::E063: `{Self}` does not decide about `{C}`",
    label = "`{Self}` has no handler for `{C}`",
    note = "help: add `#[handler] fn …(&self, command: {C}) -> …` to the `#[aggregate]` block of `{Self}`"
)]
pub trait Decides<C: Command>: Aggregate {
    /// Decides. The state does not change before the events are applied.
    fn decide(&self, command: C, cx: &Decide<Self>) -> DecisionOf<Self, C>;

    /// Checks what the decision promises, on the state after its events; `before` is what the promise
    /// remembers of the state before.
    ///
    /// # Errors
    ///
    /// The first promise that is not kept.
    fn check_promises(&self, command: &C) -> Result<(), ContractBreach> {
        let _ = command;
        Ok(())
    }

    /// Whether [`Decides::check_promises`] does anything; it needs a copy of the command.
    const PROMISES: bool = false;

    /// A copy of the command, to be decided again should somebody else have been first.
    fn copy(command: &C) -> Option<C> {
        let _ = command;
        None
    }

    /// How the reply is stored with the command's id; `None` when it cannot be.
    fn stored_reply() -> Option<StoredForm<C::Reply>> {
        None
    }
}
