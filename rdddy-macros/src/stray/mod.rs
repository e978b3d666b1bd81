//! E001: the attributes of an `#[actor]` block, where there is no such block. Inside of one they
//! are taken off before the compiler sees them, so whatever reaches these entries is stray.

use proc_macro2::{Ident, Span, TokenStream};

use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, collect};

/// The entry of the attribute `name`.
pub(crate) fn stray(name: &'static str, what: &str, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        // The attribute itself is what the call site of this macro is.
        let at = Ident::new(name, Span::call_site());
        let block = match name {
            "apply" | "upcast" => "aggregate(id = ..)",
            "step" | "compensation" | "abort" | "end" | "timeout" => {
                "saga(starts_on = .., key = ..)"
            }
            "render" => "view",
            _ => "actor",
        };
        let sentence =
            format!("this `#[{name}]` is never {what}: its impl block is not marked `#[{block}]`");
        mistakes.report(
            Mistake::at(Code::E001, at, sentence)
                .help(format!("add `#[{block}]` above the `impl` that this method is in")),
        );
        item
    })
}
