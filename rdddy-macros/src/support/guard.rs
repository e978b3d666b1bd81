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
    guarded(&untouched, || expand(args.into(), item.into())).into()
}

/// Runs a derive or a function-like macro on `input`.
pub(crate) fn input(
    input: proc_macro::TokenStream,
    expand: fn(TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    guarded(&TokenStream::new(), || expand(input.into())).into()
}

fn guarded(untouched: &TokenStream, expand: impl FnOnce() -> TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(expand))
        .unwrap_or_else(|_| quote!(#untouched ::core::compile_error! { #BUG }))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::guarded;
    use crate::support::testing::assert_mistakes;

    #[test]
    fn a_panic_of_ours_is_a_mistake_of_ours_and_keeps_the_item() {
        let kept = guarded(
            &quote!(
                struct Counter;
            ),
            || panic!("a bug"),
        );
        assert_mistakes(&kept, &["rdddy: this macro has a bug"]);
        assert!(kept.to_string().starts_with("struct Counter ;"), "{kept}");
    }
}
