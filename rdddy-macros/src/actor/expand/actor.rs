//! `impl Actor`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::hook;
use crate::actor::model::{Handler, Invariant, Mailbox, Model, Passing, Settings};
use crate::contract::breach;
use crate::support::duration;
use crate::support::krate::Private;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, name, .. } = model;
    let header = model.header(&quote!(#private::Actor), model.self_type.span());
    let config = config(private, &model.settings);
    let entries = model.handlers.iter().map(|handler| entry(private, handler));
    let hooks = hooks(model);
    let start = model.on_start.as_ref().map(|hook| hook::on_start(private, hook));
    let stop = model.on_stop.as_ref().map(|hook| hook::on_stop(private, hook));
    let restart = model.on_restart.as_ref().map(|hook| hook::on_restart(private, hook));
    let invariants = check_invariants(model);
    quote! {
        #[automatically_derived]
        #header {
            const NAME: &'static str = #name;
            #config
            const HANDLERS: &'static [#private::HandlerEntry<Self>] = &[#(#entries),*];
            #hooks
            #start
            #stop
            #restart
            #invariants
        }
    }
}

fn config(private: &Private, settings: &Settings) -> Option<TokenStream> {
    let mut calls = TokenStream::new();
    match &settings.mailbox {
        Some(Mailbox::Unbounded) => calls.extend(quote!(.mailbox(#private::Capacity::Unbounded))),
        Some(Mailbox::Bounded(capacity)) => {
            let capacity = match capacity {
                Expr::Lit(literal) => quote!(#literal),
                // What is not written out is checked by the compiler, when it is known.
                other => quote!(#private::mailbox_capacity(#other)),
            };
            calls.extend(quote!(.mailbox(#private::Capacity::Bounded(#capacity))));
        }
        None => {}
    }
    let mut choose = |method: &str, of: &str, word: &Option<Ident>| {
        if let Some(word) = word {
            let (method, of) =
                (Ident::new(method, Span::call_site()), Ident::new(of, Span::call_site()));
            let variant = camel(word);
            calls.extend(quote!(.#method(#private::#of::#variant)));
        }
    };
    choose("overflow", "Overflow", &settings.overflow);
    choose("restart", "RestartPolicy", &settings.restart);
    choose("strategy", "Strategy", &settings.strategy);
    choose("exhausted", "Exhausted", &settings.exhausted);
    if settings.critical {
        calls.extend(quote!(.critical()));
    }
    if let Some((first, max)) = settings.backoff {
        let (first, max) = (literal(first), literal(max));
        calls.extend(quote!(.backoff(#first, #max)));
    }
    if let Some((restarts, within)) = settings.intensity {
        let within = literal(within);
        calls.extend(quote!(.intensity(#restarts, #within)));
    }
    (!calls.is_empty()).then(|| {
        quote! {
            const CONFIG: #private::ActorConfig = #private::ActorConfig::new() #calls;
        }
    })
}

fn literal(duration: std::time::Duration) -> TokenStream {
    duration::expand(duration, Span::call_site())
}

/// `drop_oldest` to `DropOldest`.
fn camel(word: &Ident) -> Ident {
    let text = word.to_string();
    let parts = text.split('_').map(|part| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_uppercase() + rest
    });
    Ident::new(&parts.collect::<String>(), Span::call_site())
}

fn entry(private: &Private, handler: &Handler) -> TokenStream {
    let (cfgs, ty) = (&handler.call.cfgs, &handler.message.ty);
    let private = private.at(ty.span());
    let constructor = match handler.message.passing {
        Passing::Owned => quote!(request),
        Passing::Shared => quote!(event),
    };
    quote_spanned!(ty.span()=> #(#cfgs)* #private::HandlerEntry::#constructor::<#ty>())
}

fn hooks(model: &Model) -> Option<TokenStream> {
    let private = &model.private;
    let named = [
        ("on_start", &model.on_start),
        ("on_stop", &model.on_stop),
        ("on_restart", &model.on_restart),
    ];
    let mut fields = Vec::new();
    for (name, hook) in named {
        if let Some(hook) = hook {
            let (name, cfgs) = (Ident::new(name, Span::call_site()), &hook.call.cfgs);
            fields.push(quote!(#(#cfgs)* #name: true,));
        }
    }
    if !model.invariants.is_empty() {
        fields.push(quote!(invariants: true,));
    }
    (!fields.is_empty()).then(|| {
        quote! {
            #[allow(clippy::needless_update)]
            const HOOKS: #private::Hooks =
                #private::Hooks { #(#fields)* ..#private::Hooks::NONE };
        }
    })
}

fn check_invariants(model: &Model) -> Option<TokenStream> {
    let private = &model.private;
    let checks = model.invariants.iter().map(|Invariant { cfgs, method, sentence }| {
        let breach = breach(private, "Invariant", sentence, method);
        quote! {
            #(#cfgs)*
            if !Self::#method(self) {
                return ::core::result::Result::Err(#breach);
            }
        }
    });
    (!model.invariants.is_empty()).then(|| {
        quote! {
            fn check_invariants(&self) -> ::core::result::Result<(), #private::ContractBreach> {
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    })
}
