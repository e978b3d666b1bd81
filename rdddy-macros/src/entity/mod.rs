//! The derive `Entity`.

mod analyze;
mod expand;
pub(crate) mod options;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::support::mistakes::collect;

pub(crate) fn entity(item: TokenStream) -> TokenStream {
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
