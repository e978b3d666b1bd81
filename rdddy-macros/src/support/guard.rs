//! The way into every macro: a panic of ours never costs the user their item.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use quote::quote;

const BUG: &str = "rdddy: this macro has a bug and gave up on this item\n\
                   help: please report it with the item at https://github.com/rdddy/rdddy/issues";

/// Runs an attribute macro on `item`.
pub(crate) fn attribute(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
    expand: fn(TokenStream, TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    let untouched = TokenStream::from(item.clone());
    guarded(untouched, || expand(args.into(), item.into()))
}

/// Runs a derive or a function-like macro on `input`.
pub(crate) fn input(
    input: proc_macro::TokenStream,
    expand: fn(TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    guarded(TokenStream::new(), || expand(input.into()))
}

fn guarded(
    untouched: TokenStream,
    expand: impl FnOnce() -> TokenStream,
) -> proc_macro::TokenStream {
    catch_unwind(AssertUnwindSafe(expand))
        .unwrap_or_else(|_| quote!(#untouched ::core::compile_error! { #BUG }))
        .into()
}
