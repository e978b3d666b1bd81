//! The hooks of `impl Actor`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::handler::{body, call_method, context_name, fn_token, future};
use crate::actor::model::Hook;
use crate::support::krate::Private;

pub(super) fn on_start(private: &Private, hook: &Hook) -> TokenStream {
    let output = quote!(::core::result::Result<(), #private::ErrorReport>);
    let call = call_method(&hook.call, [], hook.returns);
    let value = {
        let span = Span::mixed_site().located_at(hook.returns);
        let private = private.at(span);
        quote_spanned!(span=> #private::IntoHookResult::into_hook_result(#call))
    };
    method(private, hook, "on_start", None, &output, &value)
}

pub(super) fn on_stop(private: &Private, hook: &Hook) -> TokenStream {
    let value = call_method(&hook.call, [], hook.returns);
    method(private, hook, "on_stop", None, &quote!(()), &value)
}

pub(super) fn on_restart(private: &Private, hook: &Hook) -> TokenStream {
    let output = quote!(::core::result::Result<(), #private::ErrorReport>);
    let call = call_method(&hook.call, hook.failure.clone(), hook.returns);
    let value = {
        let span = Span::mixed_site().located_at(hook.returns);
        let private = private.at(span);
        quote_spanned!(span=> #private::IntoHookResult::into_hook_result(#call))
    };
    let failure =
        hook.failure.clone().unwrap_or_else(|| Ident::new("_failure", Span::mixed_site()));
    let failure = quote!(#failure: &#private::Failure,);
    method(private, hook, "on_restart", Some(&failure), &output, &value)
}

fn method(
    private: &Private,
    hook: &Hook,
    name: &str,
    failure: Option<&TokenStream>,
    output: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let call = &hook.call;
    let (cfgs, receiver) = (&call.cfgs, &call.receiver);
    let name = Ident::new(name, Span::call_site());
    let context = context_name(call);
    let body = body(call, output, value);
    let fn_token = fn_token(call);
    let future = future(call, output);
    quote! {
        #(#cfgs)*
        #fn_token #name(
            &mut #receiver,
            #failure
            #context: &mut #private::Context<Self>,
        ) -> #future {
            #body
        }
    }
}
