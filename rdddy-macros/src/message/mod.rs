//! The derives `Command`, `Query` and `Event`.

mod analyze;
mod expand;
pub(crate) mod options;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::support::mistakes::collect;

/// Which derive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derive {
    Command,
    Query,
    Event,
}

pub(crate) fn command(item: TokenStream) -> TokenStream {
    derive(Derive::Command, item)
}

pub(crate) fn query(item: TokenStream) -> TokenStream {
    derive(Derive::Query, item)
}

pub(crate) fn event(item: TokenStream) -> TokenStream {
    derive(Derive::Event, item)
}

fn derive(derive: Derive, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Some(input) = parse::parse(derive, item, mistakes) else {
            return TokenStream::new();
        };
        expand::expand(&analyze::analyze(input, mistakes))
    })
}
