//! [`Model`] to code: an enum of the events, `impl Projection`, and an entry in the domain map.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::analyze::Model;
use super::answer::Answer;
use crate::process::{Context, EventSet};
use crate::support::krate::Private;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, cfgs, self_type, type_name, options, handlers, answers } = model;
    let heard = handlers.iter().filter_map(|handler| handler.event.as_ref());
    let events = EventSet::new(type_name, heard.clone());
    let (set, enum_name) = (events.expand(private), &events.name);
    let folds = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let (cfgs, method, variant) = (&handler.cfgs, &handler.method, events.variant(ty));
        let context = (handler.context == Context::Taken).then(|| quote!(, cx));
        let span = Span::call_site().located_at(handler.returns);
        let at = private.at(span);
        let called = quote_spanned!(span=> #at::row_of(Self::#method(self, event #context)));
        Some(quote!(#(#cfgs)* #variant(event) => #called,))
    });
    let matched = events.matched(&Ident::new("event", Span::call_site()));
    let (key, key_type, tags) = match &options.key {
        None => (quote!(::core::option::Option::None), quote!(#private::TheRow), Vec::new()),
        Some((tag, ty)) => {
            let tag = tag.to_string();
            let tags = events.types().iter().map(|event| {
                let at = private.at(event.span());
                quote_spanned!(event.span()=> const _: () = #at::has_tag::<#event>(#tag);)
            });
            (quote!(::core::option::Option::Some(#tag)), quote!(#ty), tags.collect())
        }
    };
    let mode = options.mode.as_ref().map(|mode| {
        let mode = match mode.to_string().as_str() {
            "inline" => quote!(Inline),
            "live" => quote!(Live),
            _ => quote!(Asynchronous),
        };
        quote!(const MODE: #private::ProjectionMode = #private::ProjectionMode::#mode;)
    });
    let (name, version) = (options.name.as_ref().unwrap_or(type_name), options.version);
    let added = answers.iter().map(|answer| added(private, answer));
    let heard = heard.zip(handlers).map(|(ty, handler)| (ty, &handler.method));
    let asked = answers.iter().map(|answer| (&answer.query, &answer.method));
    let uses = heard.chain(asked).map(|(ty, method)| {
        let line = quote_spanned!(method.span()=> ::core::line!());
        let at = private.at(ty.span());
        quote_spanned!(ty.span()=> #at::MessageUse::of::<#ty>(#line))
    });
    // Where the type is, and of the same hygiene as the rest, also inside of a macro by example.
    let span = Span::call_site().located_at(self_type.span());
    quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #set
            #(#tags)*

            #[automatically_derived]
            impl #private::Projection for #self_type {
                type Event = #enum_name;
                type Key = #key_type;

                const KEY: ::core::option::Option<&'static str> = #key;
                const VERSION: u32 = #version;
                #mode

                fn name() -> &'static str {
                    static NAME: #private::MessageName = #private::MessageName::new(
                        ::core::module_path!(), #name, ::core::option::Option::None,
                    );
                    NAME.get()
                }
                fn project(
                    &mut self,
                    event: &#enum_name,
                    cx: &#private::Projected<'_>,
                ) -> #private::ProjectedRow {
                    let _ = cx;
                    match #matched { #(#folds)* }
                }
                fn queries(table: &mut #private::QueryTable<'_, Self>) {
                    let _ = &table;
                    #(#added)*
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

fn added(private: &Private, answer: &Answer) -> TokenStream {
    let Answer { cfgs, method, query, is_async, returns } = answer;
    let span = Span::call_site().located_at(*returns);
    let awaited = is_async.then(|| quote_spanned!(span=> .await));
    let at = private.at(span);
    let called =
        quote_spanned!(span=> #at::answer_of::<#query>(Self::#method(&rows, query) #awaited));
    quote! {
        #(#cfgs)*
        table.add::<#query>(|rows, query| ::std::boxed::Box::pin(async move { #called }));
    }
}
