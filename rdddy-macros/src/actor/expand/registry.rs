//! The entry of an actor in the registry: what the domain map is drawn from.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::actor::model::Model;

/// A generic type has no entry: which of its instances are used is not known here.
pub(super) fn expand(model: &Model) -> Option<TokenStream> {
    if !model.is_concrete() {
        return None;
    }
    let Model { private, name, self_type, .. } = model;
    let handles = model.handlers.iter().map(|handler| {
        let (cfgs, ty) = (&handler.call.cfgs, &handler.message.ty);
        let line = quote_spanned!(handler.call.method.span()=> ::core::line!());
        let private = private.at(ty.span());
        quote_spanned!(ty.span()=> #(#cfgs)* #private::MessageUse::of::<#ty>(#line))
    });
    let asks = model.settings.asks.iter().map(|ty| {
        let line = quote_spanned!(ty.span()=> ::core::line!());
        let private = private.at(ty.span());
        quote_spanned!(ty.span()=> #private::MessageUse::of::<#ty>(#line))
    });
    let location = quote_spanned! {self_type.span()=>
        #private::SourceLocation { file: ::core::file!(), line: ::core::line!() }
    };
    Some(quote! {
        const _: () = {
            const HANDLES: &[#private::MessageUse] = &[#(#handles),*];
            const ASKS: &[#private::MessageUse] = &[#(#asks),*];
            #private::inventory::submit! {
                #private::ActorEntry::new(#name, ::core::module_path!(), HANDLES, ASKS, #location)
            }
        };
    })
}
