//! Checks that the compiler makes before anything else, so that what they say is what is read first.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::actor::model::{Handler, Mailbox, Model};

/// In a generic actor what is checked may depend on a parameter, which has no place here.
pub(super) fn expand(model: &Model) -> Vec<TokenStream> {
    if !model.is_concrete() {
        return Vec::new();
    }
    let messages = model.handlers.iter().map(|handler| is_message(model, handler));
    messages.chain(capacity(model)).collect()
}

fn is_message(model: &Model, handler: &Handler) -> TokenStream {
    let (cfgs, ty) = (&handler.call.cfgs, &handler.message.ty);
    let private = model.private.at(ty.span());
    quote_spanned! {ty.span()=>
        #(#cfgs)*
        const _: ::core::option::Option<#private::IsMessage<#ty>> = ::core::option::Option::None;
    }
}

/// A capacity that is written out has been checked already.
fn capacity(model: &Model) -> Option<TokenStream> {
    let Some(Mailbox::Bounded(capacity)) = &model.settings.mailbox else { return None };
    let private = model.private.at(capacity.span());
    (!matches!(capacity, Expr::Lit(_))).then(
        || quote_spanned!(capacity.span()=> const _: u32 = #private::mailbox_capacity(#capacity);),
    )
}
