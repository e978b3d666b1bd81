//! [`Model`] to code: an enum of the events, `impl Policy`, and an entry in the domain map.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::analyze::Model;
use crate::process::{Context, EventSet};

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, cfgs, self_type, type_name, name, handlers, .. } = model;
    let heard = handlers.iter().filter_map(|handler| handler.event.as_ref());
    let events = EventSet::new(type_name, heard.clone());
    let (set, enum_name) = (events.expand(private), &events.name);
    let reactions = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let (cfgs, method, variant) = (&handler.cfgs, &handler.method, events.variant(ty));
        let this = handler.has_receiver.then(|| quote!(self,));
        let context = (handler.context == Context::Taken).then(|| quote!(, cx));
        let span = Span::call_site().located_at(handler.returns);
        let at = private.at(span);
        let called = quote_spanned!(span=> #at::commands_of(Self::#method(#this event #context)));
        Some(quote!(#(#cfgs)* #variant(event) => #called,))
    });
    let event = Ident::new("event", Span::call_site());
    let matched = events.matched(&event);
    let refusals = model
        .reports_refusals
        .then(|| quote!(const REFUSALS: #private::Refusals = #private::Refusals::Report;));
    let begin =
        model.begins_at_head.then(|| quote!(const BEGIN: #private::Begin = #private::Begin::Head;));
    let uses = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let line = quote_spanned!(handler.method.span()=> ::core::line!());
        let at = private.at(ty.span());
        Some(quote_spanned!(ty.span()=> #at::MessageUse::of::<#ty>(#line)))
    });
    // Where the type is, and of the same hygiene as the rest, also inside of a macro by example.
    let span = Span::call_site().located_at(self_type.span());
    quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #set

            #[automatically_derived]
            impl #private::Policy for #self_type {
                type Event = #enum_name;
                #refusals
                #begin

                fn name() -> &'static str {
                    static NAME: #private::MessageName = #private::MessageName::new(
                        ::core::module_path!(), #name, ::core::option::Option::None,
                    );
                    NAME.get()
                }
                fn react(
                    &self,
                    event: &#enum_name,
                    cx: &#private::Happening<'_>,
                ) -> #private::Reaction {
                    let _ = cx;
                    match #matched { #(#reactions)* }
                }
            }
            const HANDLES: &[#private::MessageUse] = &[#(#uses),*];
            #private::inventory::submit! {
                #private::ActorEntry::new(
                    #type_name,
                    ::core::module_path!(),
                    HANDLES,
                    &[],
                    #private::SourceLocation { file: ::core::file!(), line: ::core::line!() },
                )
            }
        };
    }
}
