//! An actor as the expansion sees it: every rule is checked, every default is known.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Generics, Token, Type};

use crate::contract::Contracts;
use crate::support::krate::Private;
use crate::support::relocate::relocated;

/// An actor.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    /// The conditions under which the block exists.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) generics: Generics,
    pub(crate) self_type: Type,
    pub(crate) name: String,
    pub(crate) settings: Settings,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) on_start: Option<Hook>,
    pub(crate) on_stop: Option<Hook>,
    pub(crate) on_restart: Option<Hook>,
    pub(crate) invariants: Vec<Invariant>,
}

/// What `#[actor(..)]` says; `None` is the default of the core.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) mailbox: Option<Mailbox>,
    pub(crate) overflow: Option<Ident>,
    pub(crate) restart: Option<Ident>,
    pub(crate) critical: bool,
    pub(crate) backoff: Option<(Duration, Duration)>,
    pub(crate) strategy: Option<Ident>,
    pub(crate) intensity: Option<(u32, Duration)>,
    pub(crate) exhausted: Option<Ident>,
    pub(crate) asks: Vec<Type>,
    pub(crate) name: Option<String>,
}

/// How many messages may wait.
pub(crate) enum Mailbox {
    Bounded(Expr),
    Unbounded,
}

/// A method that handles a message.
pub(crate) struct Handler {
    pub(crate) call: Call,
    pub(crate) message: Message,
    /// What the mistakes in what it returns are reported at.
    pub(crate) returns: Span,
    pub(crate) options: HandlerOptions,
    pub(crate) contracts: Contracts,
    pub(crate) blocking_calls: Vec<BlockingCall>,
}

/// How a method of the user is called.
pub(crate) struct Call {
    /// `cfg` attributes, which go on everything that is made from the method.
    pub(crate) cfgs: Vec<Attribute>,
    /// Lints that the user turned off for the method.
    pub(crate) allows: Vec<Attribute>,
    pub(crate) method: Ident,
    /// The user's own `self`, which conditions refer to.
    pub(crate) receiver: Token![self],
    pub(crate) is_async: bool,
    /// Whether it takes what it would be called with.
    pub(crate) is_callable: bool,
    /// The name of the context parameter, if there is one.
    pub(crate) context: Option<Ident>,
}

/// The message parameter of a handler.
pub(crate) struct Message {
    /// Its name; conditions refer to it.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) passing: Passing,
}

/// How a message is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// By value: a command or a query.
    Owned,
    /// By reference: an event.
    Shared,
}

/// What `#[handler(..)]` says.
#[derive(Default)]
pub(crate) struct HandlerOptions {
    pub(crate) control: bool,
    pub(crate) blocking: bool,
    pub(crate) timeout: Option<Duration>,
    /// Where it was asked for, or nowhere for an event.
    pub(crate) redeliver: Option<Span>,
    pub(crate) when: Option<Expr>,
}

/// A call that blocks, in the body of an async handler.
pub(crate) struct BlockingCall {
    pub(crate) at: Span,
    pub(crate) text: &'static str,
}

/// A method that runs at a turn in the life of an actor.
pub(crate) struct Hook {
    pub(crate) call: Call,
    /// The name of the failure parameter, if there is one.
    pub(crate) failure: Option<Ident>,
    pub(crate) returns: Span,
}

/// A method that says whether the state is a sane one.
pub(crate) struct Invariant {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) method: Ident,
    /// The sentence that names it.
    pub(crate) sentence: String,
}

impl Model {
    /// Whether there is one actor type, not a family of them.
    pub(crate) fn is_concrete(&self) -> bool {
        self.generics.params.is_empty()
    }

    /// The `impl` header for `of`, without a body. What does not fit in it is reported at `span`.
    pub(crate) fn header(&self, of: &TokenStream, span: Span) -> TokenStream {
        let (generics, _, where_clause) = self.generics.split_for_impl();
        let self_type = relocated(&self.self_type, span);
        let impl_token = Token![impl](span);
        let for_token = Token![for](span);
        quote!(#impl_token #generics #of #for_token #self_type #where_clause)
    }
}
