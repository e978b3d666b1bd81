//! W008: a warning, as far as a macro can give one: the use of something deprecated.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::actor::model::{BlockingCall, Model};
use crate::support::codes::Code;

pub(super) fn expand(model: &Model) -> Vec<TokenStream> {
    let calls = model.handlers.iter().flat_map(|handler| {
        handler.blocking_calls.iter().map(move |blocking| (&handler.call, blocking))
    });
    calls
        .map(|(call, BlockingCall { at, text })| {
            let note = format!(
                "{}: `{text}` blocks the worker thread, and every actor on it\n\
                 help: use the async way, or write `#[handler(blocking)] fn {}` without `async`",
                Code::W008,
                call.method
            );
            let (cfgs, allows) = (&call.cfgs, &call.allows);
            let name = Ident::new("blocking_call", *at);
            quote! {
                #(#cfgs)*
                #(#allows)*
                const _: () = {
                    #[deprecated(note = #note)]
                    const fn #name() {}
                    #name()
                };
            }
        })
        .collect()
}
