//! The hooks of `impl Actor`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

use super::handler::{call_method, context_name, future};
use crate::actor::model::Hook;

pub(super) fn on_start(private: &Path, hook: &Hook) -> TokenStream {
    let output = quote!(::core::result::Result<(), #private::ErrorReport>);
    let call = call_method(&hook.call, &hook.call.receiver, [], hook.returns);
    let body = quote!(#private::IntoHookResult::into_hook_result(#call));
    method(private, hook, "on_start", None, &output, &body)
}

pub(super) fn on_stop(private: &Path, hook: &Hook) -> TokenStream {
    let body = call_method(&hook.call, &hook.call.receiver, [], hook.returns);
    method(private, hook, "on_stop", None, &quote!(()), &body)
}

pub(super) fn on_restart(private: &Path, hook: &Hook) -> TokenStream {
    let output = quote!(::core::result::Result<(), #private::ErrorReport>);
    let call = call_method(&hook.call, &hook.call.receiver, hook.failure.clone(), hook.returns);
    let body = quote!(#private::IntoHookResult::into_hook_result(#call));
    let failure =
        hook.failure.clone().unwrap_or_else(|| Ident::new("_failure", Span::mixed_site()));
    method(private, hook, "on_restart", Some(quote!(#failure: &#private::Failure,)), &output, &body)
}

fn method(
    private: &Path,
    hook: &Hook,
    name: &str,
    failure: Option<TokenStream>,
    output: &TokenStream,
    body: &TokenStream,
) -> TokenStream {
    let call = &hook.call;
    let (cfgs, receiver) = (&call.cfgs, &call.receiver);
    let name = Ident::new(name, Span::call_site());
    let context = context_name(call);
    let body = future(call.is_async, body);
    let future = quote_spanned! {call.method.span()=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    quote! {
        #(#cfgs)*
        fn #name(
            &mut #receiver,
            #failure
            #context: &mut #private::Context<Self>,
        ) -> #future {
            #body
        }
    }
}
