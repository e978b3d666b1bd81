//! [`Model`] to code: an enum of the events, `impl Task`, and an entry in the domain map.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::analyze::Model;
use crate::process::{Context, EventSet, Hearing};
use crate::support::duration;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, cfgs, self_type, type_name, name, handlers, .. } = model;
    let heard = handlers.iter().filter_map(|handler| handler.event.as_ref());
    let events = EventSet::new(type_name, heard);
    let (set, enum_name) = (events.expand(private), &events.name);
    let works = handlers.iter().filter_map(|handler| work(model, &events, handler));
    let event = Ident::new("event", Span::call_site());
    let matched = events.matched(&event);
    let options = options(model);
    let uses = handlers.iter().filter_map(|handler| {
        let ty = handler.event.as_ref()?;
        let line = quote_spanned!(handler.method.span()=> ::core::line!());
        let at = private.at(ty.span());
        Some(quote_spanned!(ty.span()=> #at::MessageUse::of::<#ty>(#line)))
    });
    let begin = model
        .settings
        .begins_at_head
        .then(|| quote!(const BEGIN: #private::Begin = #private::Begin::Head;));
    // Where the type is, and of the same hygiene as the rest, also inside of a macro by example.
    let span = Span::call_site().located_at(self_type.span());
    quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #set

            #[automatically_derived]
            impl #private::Task for #self_type {
                type Event = #enum_name;

                const OPTIONS: #private::TaskOptions = #options;
                #begin

                fn name() -> &'static str {
                    static NAME: #private::MessageName = #private::MessageName::new(
                        ::core::module_path!(), #name, ::core::option::Option::None,
                    );
                    NAME.get()
                }
                fn perform<'a>(
                    &'a self,
                    event: &'a #enum_name,
                    cx: &'a #private::TaskContext<'a>,
                ) -> #private::Performing<'a> {
                    let _ = cx;
                    match #matched { #(#works)* }
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

/// What is done about one type of event.
fn work(model: &Model, events: &EventSet, handler: &Hearing) -> Option<TokenStream> {
    let ty = handler.event.as_ref()?;
    let (cfgs, method, variant) = (&handler.cfgs, &handler.method, events.variant(ty));
    let this = handler.has_receiver.then(|| quote!(self,));
    let context = (handler.context == Context::Taken).then(|| quote!(, cx));
    let span = Span::call_site().located_at(handler.returns);
    let at = model.private.at(span);
    let wait = handler.is_async.then(|| quote_spanned!(span=> .await));
    // There, too, is what the compiler says of a future that cannot be sent.
    let work = quote_spanned! {span=>
        ::std::boxed::Box::pin(async move {
            #at::task_result_of(Self::#method(#this event #context)#wait)
        })
    };
    Some(quote!(#(#cfgs)* #variant(event) => #work,))
}

fn options(model: &Model) -> TokenStream {
    let (private, settings) = (&model.private, &model.settings);
    let span = Span::call_site();
    let timeout = settings.timeout.map(|timeout| {
        let timeout = duration::expand(timeout, span);
        quote!(.timeout(#timeout))
    });
    let retry = settings.retry.expand(private, &quote!(TaskOptions::DEFAULT.retry));
    let concurrency = settings.concurrency.map(|most| quote!(.concurrency(#most as usize)));
    quote!(#private::TaskOptions::DEFAULT #timeout .retry(#retry) #concurrency)
}
