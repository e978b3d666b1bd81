//! [`Model`] to code: an enum of the inputs, `impl View`, and an entry in the domain map.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::analyze::Model;
use super::render::Render;
use crate::process::EventSet;
use crate::support::krate::Private;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, cfgs, self_type, type_name, name, render, handlers } = model;
    let taken = handlers.iter().filter_map(|handler| handler.event.as_ref());
    let events = EventSet::new(type_name, taken);
    let (set, enum_name) = (events.expand(private), &events.name);
    let reactions = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let (cfgs, method, variant) = (&handler.cfgs, &handler.method, events.variant(ty));
        let this = handler.has_receiver.then(|| quote!(self,));
        let span = Span::call_site().located_at(handler.returns);
        let at = private.at(span);
        let called = quote_spanned!(span=> #at::commands_of(Self::#method(#this input)));
        Some(quote!(#(#cfgs)* #variant(input) => #called,))
    });
    let takes = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let (cfgs, variant) = (&handler.cfgs, events.variant(ty));
        let at = private.at(ty.span());
        Some(quote_spanned! {ty.span()=>
            #(#cfgs)*
            const _: () = #at::is_input::<#ty>();
            #(#cfgs)*
            #[automatically_derived]
            impl #at::InputOf<#self_type> for #ty {
                fn into_input(event: ::std::sync::Arc<#ty>) -> #enum_name {
                    #variant(event)
                }
            }
        })
    });
    let matched = events.matched(&Ident::new("input", Span::call_site()));
    let (rendered, rendering) = rendering(private, render);
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
            impl #private::View for #self_type {
                type Rendered = #rendered;
                type Input = #enum_name;

                fn name() -> &'static str {
                    static NAME: #private::MessageName = #private::MessageName::new(
                        ::core::module_path!(), #name, ::core::option::Option::None,
                    );
                    NAME.get()
                }
                fn render<'a>(
                    &'a self,
                    cx: &'a #private::ViewContext<'a>,
                ) -> #private::Rendering<'a, Self::Rendered> {
                    let _ = cx;
                    ::std::boxed::Box::pin(async move { #rendering })
                }
                fn react(&self, input: &#enum_name) -> #private::Reaction {
                    match #matched { #(#reactions)* }
                }
            }
            #(#takes)*

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

/// What is seen, and how it is made.
fn rendering(private: &Private, render: &Render) -> (TokenStream, TokenStream) {
    let Render { method, is_async, takes_context, output, may_fail, returns } = render;
    let span = Span::call_site().located_at(*returns);
    let at = private.at(span);
    let context = takes_context.then(|| quote!(, cx));
    let awaited = is_async.then(|| quote_spanned!(span=> .await));
    let called = quote_spanned!(span=> Self::#method(self #context) #awaited);
    if *may_fail {
        let rendered = quote_spanned!(span=> <#output as #at::IntoRendering>::Rendered);
        (rendered, quote_spanned!(span=> #at::IntoRendering::into_rendering(#called)))
    } else {
        (quote!(#output), quote!(::core::result::Result::Ok(#called)))
    }
}
