//! The derive `ValueObject`.

mod analyze;
mod expand;
mod hint;
mod model;
pub(crate) mod options;
mod parse;
mod rule;
mod serde;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::support::mistakes::collect;

pub(crate) fn value_object(item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Some(input) = parse::parse(item, mistakes) else {
            return TokenStream::new();
        };
        match analyze::analyze(input, mistakes) {
            Some(model) => expand::expand(&model),
            None => TokenStream::new(),
        }
    })
}
