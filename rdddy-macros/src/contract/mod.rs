//! `#[requires]` and `#[ensures]`: conditions around the call of a handler.

mod expand;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Ident, TokenStream};

pub(crate) use expand::{Surroundings, breach};
pub(crate) use parse::analyze;

/// The contracts of one handler.
#[derive(Default)]
pub(crate) struct Contracts {
    pub(crate) requires: Vec<Requires>,
    pub(crate) ensures: Vec<Ensures>,
}

impl Contracts {
    /// What must hold after the call, taken away from what is checked around it.
    pub(crate) fn take_ensures(&mut self) -> Vec<Ensures> {
        std::mem::take(&mut self.ensures)
    }
}

/// What must hold before the call.
pub(crate) struct Requires {
    pub(crate) condition: TokenStream,
    /// The error the message is refused with; without it, the contract is broken.
    pub(crate) refusal: Option<TokenStream>,
    pub(crate) text: String,
}

/// What must hold after the call.
pub(crate) struct Ensures {
    /// The condition, with a name in the place of each `old(..)`.
    pub(crate) condition: TokenStream,
    /// The names, and what was in the parentheses.
    pub(crate) olds: Vec<(Ident, TokenStream)>,
    /// The word `result`, if the condition has it.
    pub(crate) result: Option<Ident>,
    pub(crate) text: String,
}
