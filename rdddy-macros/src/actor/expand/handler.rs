//! `impl Handler<M>` and `impl EventHandler<E>`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;
use syn::spanned::Spanned;

use crate::actor::model::{Call, Handler, Model, Passing};
use crate::contract::Surroundings;
use crate::support::duration;
use crate::support::krate::Private;

pub(super) fn expand(model: &Model, handler: &Handler) -> TokenStream {
    let private = &model.private;
    let (cfgs, ty) = (&handler.call.cfgs, &handler.message.ty);
    let at_type = private.at(ty.span());
    let of = match handler.message.passing {
        Passing::Owned => quote_spanned!(ty.span()=> #at_type::Handler<#ty>),
        Passing::Shared => quote_spanned!(ty.span()=> #at_type::EventHandler<#ty>),
    };
    let header = model.header(&of, ty.span());
    let options = options(private, handler);
    let handle = handle(private, handler);
    let accepts = accepts(handler);
    let keep = keep(handler);
    let body = quote_spanned!(ty.span()=> { #options #handle #accepts #keep });
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #header #body
    }
}

fn options(private: &Private, handler: &Handler) -> Option<TokenStream> {
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
    if handler.call.is_callable && !handler.call.is_async {
        calls.extend(quote!(.immediate()));
    }
    if options.when.is_some() {
        calls.extend(quote!(.selective()));
    }
    (!calls.is_empty()).then(|| {
        quote! {
            const OPTIONS: #private::HandlerOptions = #private::HandlerOptions::new() #calls;
        }
    })
}

fn handle(private: &Private, handler: &Handler) -> TokenStream {
    let Call { method, receiver, .. } = &handler.call;
    let (message, ty) = (&handler.message.name, &handler.message.ty);
    let context = context_name(&handler.call);
    let at_type = private.at(ty.span());
    let returns = Span::mixed_site().located_at(handler.returns);
    let at_returns = private.at(returns);
    let (parameter, output, outcome, convert) = match handler.message.passing {
        Passing::Owned => (
            quote!(#ty),
            quote_spanned!(ty.span()=> #at_type::OutcomeOf<#ty>),
            quote!(#private::Outcome),
            quote_spanned!(returns=> #at_returns::outcome_of::<#ty>),
        ),
        Passing::Shared => (
            quote!(&#ty),
            quote!(#private::EventOutcome),
            quote!(#private::EventOutcome),
            quote_spanned!(returns=> #at_returns::event_outcome_of),
        ),
    };
    let call = call_method(&handler.call, [message.clone()], handler.returns);
    let value = handler.contracts.wrap(&Surroundings { private, outcome, method, call, convert });
    let body = body(&handler.call, &output, &value);
    let fn_token = fn_token(&handler.call);
    let future = future(&handler.call, &output);
    quote! {
        #fn_token handle(
            &mut #receiver,
            #message: #parameter,
            #context: &mut #private::Context<Self>,
        ) -> #future {
            #body
        }
    }
}

/// The `fn` of a generated method: what is wrong with the whole of it is reported at the name of
/// the user's method.
pub(super) fn fn_token(call: &Call) -> Token![fn] {
    Token![fn](Span::mixed_site().located_at(call.method.span()))
}

/// The return type of a generated method. A future that is not `Send` is reported at the name of
/// the user's method.
pub(super) fn future(call: &Call, output: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site().located_at(call.method.span())=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    }
}

/// The name of the context parameter of a generated method.
pub(super) fn context_name(call: &Call) -> Ident {
    call.context.clone().unwrap_or_else(|| Ident::new("_cx", Span::mixed_site()))
}

/// Calls the user's method. Spans say that it happens where the user wrote what it returns, so that
/// a value that does not fit is underlined there.
pub(super) fn call_method(
    call: &Call,
    arguments: impl IntoIterator<Item = Ident>,
    returns: Span,
) -> TokenStream {
    let span = Span::mixed_site().located_at(returns);
    let relocated = |mut ident: Ident| {
        ident.set_span(ident.span().located_at(returns));
        ident
    };
    let method = relocated(call.method.clone());
    let receiver = Token![self](call.receiver.span.located_at(returns));
    let arguments = arguments.into_iter().chain(call.context.clone()).map(relocated);
    let dot_await = call.is_async.then(|| quote_spanned!(span=> .await));
    quote_spanned!(span=> Self::#method(#receiver #(, #arguments)*) #dot_await)
}

/// The body of a generated method: a future that gives `value`, which is of type `output`.
pub(super) fn body(call: &Call, output: &TokenStream, value: &TokenStream) -> TokenStream {
    if !call.is_callable {
        // What is wrong with the method is reported; the stub keeps that from being said again.
        quote!(::core::future::pending::<#output>())
    } else if call.is_async {
        quote!(async move { #value })
    } else {
        quote!(::core::future::ready(#value))
    }
}

/// `when = condition`: the message is referred to by the name it has in the handler.
fn accepts(handler: &Handler) -> Option<TokenStream> {
    let condition = handler.options.when.as_ref().filter(|_| handler.call.is_callable)?;
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
    let at = Span::mixed_site().located_at(handler.options.redeliver?);
    let (message, ty) = (Ident::new("message", at), &handler.message.ty);
    (handler.message.passing == Passing::Owned).then(|| {
        let copy = quote_spanned!(at=> ::core::clone::Clone::clone(#message));
        quote! {
            fn keep(#message: &#ty) -> ::core::option::Option<#ty> {
                ::core::option::Option::Some(#copy)
            }
        }
    })
}
