//! An aggregate as the expansion sees it.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Token, Type};

use crate::actor::Invariant;
use crate::contract::{Contracts, Ensures};
use crate::support::krate::Private;

/// An aggregate.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    /// The conditions under which the block exists.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) self_type: Type,
    /// The name of the type, for people.
    pub(crate) type_name: String,
    /// The stable name.
    pub(crate) name: String,
    pub(crate) id: Type,
    pub(crate) snapshot_every: Option<u32>,
    /// Whether it is loaded from its state instead of its events.
    pub(crate) is_state_stored: bool,
    pub(crate) handlers: Vec<Decision>,
    pub(crate) applies: Vec<Apply>,
    pub(crate) upcasts: Vec<Upcast>,
    pub(crate) invariants: Vec<Invariant>,
}

/// A method that decides about a command.
pub(crate) struct Decision {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) method: Ident,
    /// The user's own `self`, which conditions refer to.
    pub(crate) receiver: Token![self],
    pub(crate) command: Ident,
    pub(crate) ty: Type,
    /// The name of the context parameter, if there is one.
    pub(crate) context: Option<Ident>,
    pub(crate) returns: Span,
    pub(crate) contracts: Contracts,
    pub(crate) promises: Vec<Ensures>,
}

/// A method that applies an event.
pub(crate) struct Apply {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) method: Ident,
    pub(crate) ty: Type,
    /// Whether it takes what it would be called with; otherwise that has been reported.
    pub(crate) is_callable: bool,
    /// Its text: what the fold is known by.
    pub(crate) text: String,
}

/// A function that brings an old event to its next version.
pub(crate) struct Upcast {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) function: Ident,
    pub(crate) event: Type,
    pub(crate) from: u32,
}
