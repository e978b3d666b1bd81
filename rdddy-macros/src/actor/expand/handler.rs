//! `impl Handler<M>` and `impl EventHandler<E>`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Token, Type};

use crate::actor::model::{Call, Handler, Model, Passing};
use crate::contract::Surroundings;
use crate::support::duration;

pub(super) fn expand(model: &Model, handler: &Handler) -> TokenStream {
    let private = &model.private;
    let (cfgs, ty) = (&handler.call.cfgs, &handler.message.ty);
    let of = match handler.message.passing {
        Passing::Owned => quote_spanned!(ty.span()=> #private::Handler<#ty>),
        Passing::Shared => quote_spanned!(ty.span()=> #private::EventHandler<#ty>),
    };
    let header = model.header(&of);
    let options = options(private, handler);
    let handle = handle(private, handler);
    let accepts = accepts(handler);
    let keep = keep(handler);
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #header {
            #options
            #handle
            #accepts
            #keep
        }
    }
}

fn options(private: &Path, handler: &Handler) -> Option<TokenStream> {
    let options = &handler.options;
    let mut calls = TokenStream::new();
    if options.control {
        calls.extend(quote!(.lane(#private::Lane::Control)));
    }
    if options.blocking {
        calls.extend(quote!(.blocking()));
    }
    if let Some(timeout) = options.timeout {
        let timeout = duration::expand(timeout, Span::call_site());
        calls.extend(quote!(.timeout(#timeout)));
    }
    if options.redeliver.is_some() {
        calls.extend(quote!(.redeliver()));
    }
    (!calls.is_empty()).then(|| {
        quote! {
            const OPTIONS: #private::HandlerOptions = #private::HandlerOptions::new() #calls;
        }
    })
}

fn handle(private: &Path, handler: &Handler) -> TokenStream {
    let Call { method, receiver, is_async, .. } = &handler.call;
    let (message, ty) = (&handler.message.name, &handler.message.ty);
    let (parameter, output, outcome, convert): (_, _, _, Convert) = match handler.message.passing {
        Passing::Owned => (
            quote!(#ty),
            quote! {
                #private::Outcome<
                    <#ty as #private::Request>::Reply,
                    <#ty as #private::Request>::Error,
                >
            },
            "Outcome",
            |private, value| quote!(#private::IntoOutcome::into_outcome(#value)),
        ),
        Passing::Shared => (
            quote!(&#ty),
            quote!(#private::EventOutcome),
            "EventOutcome",
            |private, value| quote!(#private::IntoEventOutcome::into_event_outcome(#value)),
        ),
    };
    let context = context_name(&handler.call);
    let call = call_method(&handler.call, receiver, [message.clone()], handler.returns);
    let body = if handler.contracts.is_empty() {
        convert(private, &call)
    } else {
        handler.contracts.wrap(&Surroundings {
            private,
            outcome: Ident::new(outcome, Span::call_site()),
            method,
            call,
            convert,
        })
    };
    let body = future(*is_async, &body);
    let future = quote_spanned! {method.span()=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    quote! {
        fn handle(
            &mut #receiver,
            #message: #parameter,
            #context: &mut #private::Context<Self>,
        ) -> #future {
            #body
        }
    }
}

type Convert = fn(&Path, &TokenStream) -> TokenStream;

/// The name of the context parameter of a generated method.
pub(super) fn context_name(call: &Call) -> Ident {
    call.context.clone().unwrap_or_else(|| Ident::new("_cx", Span::mixed_site()))
}

/// Calls the user's method. Spans say that it happens where the user wrote what it returns, so that
/// a value that does not fit is underlined there.
pub(super) fn call_method(
    call: &Call,
    receiver: &Token![self],
    arguments: impl IntoIterator<Item = Ident>,
    returns: Span,
) -> TokenStream {
    let span = Span::mixed_site().located_at(returns);
    let mut method = call.method.clone();
    method.set_span(call.method.span().located_at(returns));
    let arguments = arguments.into_iter().chain(call.context.clone());
    let self_type = Token![Self](span);
    let receiver = Token![self](receiver.span.located_at(returns));
    let dot_await = call.is_async.then(|| quote_spanned!(span=> .await));
    quote_spanned!(span=> #self_type::#method(#receiver #(, #arguments)*) #dot_await)
}

/// A future that is `body`.
pub(super) fn future(is_async: bool, body: &TokenStream) -> TokenStream {
    if is_async { quote!(async move { #body }) } else { quote!(::core::future::ready(#body)) }
}

/// `when = condition`: the message is referred to by the name it has in the handler.
fn accepts(handler: &Handler) -> Option<TokenStream> {
    let condition = handler.options.when.as_ref()?;
    let (receiver, message, ty) =
        (&handler.call.receiver, &handler.message.name, &handler.message.ty);
    Some(quote! {
        #[allow(unused_variables)]
        fn accepts(&#receiver, #message: &#ty) -> bool {
            #condition
        }
    })
}

/// An event is shared and so is at hand for the next incarnation; a request has to be copied.
fn keep(handler: &Handler) -> Option<TokenStream> {
    let at = handler.options.redeliver?;
    let ty: &Type = &handler.message.ty;
    let message = format_ident!("message", span = Span::mixed_site().located_at(at));
    (handler.message.passing == Passing::Owned).then(|| {
        quote_spanned! {Span::mixed_site().located_at(at)=>
            fn keep(#message: &#ty) -> ::core::option::Option<#ty> {
                ::core::option::Option::Some(<#ty as ::core::clone::Clone>::clone(#message))
            }
        }
    })
}
