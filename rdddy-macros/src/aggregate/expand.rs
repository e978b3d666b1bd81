//! [`Model`] to code: an enum of the events, `impl Aggregate`, an `Emits` per event, a `Decides` per
//! command, and the entries in the registries.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Token;
use syn::spanned::Spanned;

use super::model::{Apply, Decision, Model, Upcast};
use crate::contract::{Surroundings, breach};
use crate::support::text::source;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let cfgs = &model.cfgs;
    let items = [events(model), aggregate(model), emits(model), decides(model), entries(model)];
    quote!(#(#cfgs)* const _: () = { #(#items)* };)
}

/// The enum of the events, which has no name outside of what is generated.
fn enum_name(model: &Model) -> Ident {
    format_ident!("{}Event", model.type_name)
}

fn variants(model: &Model) -> Vec<Ident> {
    (0..model.applies.len()).map(|number| format_ident!("Event{number}")).collect()
}

fn events(model: &Model) -> TokenStream {
    let Model { private, applies, .. } = model;
    let (name, variants) = (enum_name(model), variants(model));
    let types: Vec<_> = applies.iter().map(|apply| &apply.ty).collect();
    let cfgs: Vec<_> = applies.iter().map(|apply| &apply.cfgs).collect();
    let formats = applies.iter().zip(&variants).map(|(apply, variant)| {
        let (ty, cfgs) = (&apply.ty, &apply.cfgs);
        let at = private.at(ty.span());
        let upcasts =
            model.upcasts.iter().filter(|upcast| source(&upcast.event) == source(ty)).map(
                |upcast| {
                    let Upcast { cfgs, function, from, .. } = upcast;
                    let self_type = &model.self_type;
                    let at = private.at(function.span());
                    quote_spanned!(function.span()=>
                        #(#cfgs)* (#from, |json| #at::upcasted(<#self_type>::#function(json)))
                    )
                },
            );
        quote_spanned! {ty.span()=>
            #(#cfgs)*
            #at::EventFormat {
                name: <#ty as #at::Message>::name(),
                schema: <#ty as #at::Message>::VERSION,
                decode: |json| #at::event_from_json::<#ty>(json).map(#name::#variant),
                upcasts: {
                    const UPCASTS: &[(u32, #at::Upcast)] = &[#(#upcasts),*];
                    UPCASTS.to_vec()
                },
                formerly: <#ty as #at::Event>::FORMERLY.to_vec(),
            }
        }
    });
    quote! {
        #[derive(::core::clone::Clone)]
        pub enum #name { #(#(#cfgs)* #variants(::std::sync::Arc<#types>)),* }

        #[automatically_derived]
        impl #private::AggregateEvent for #name {
            fn name(&self) -> &'static str {
                match *self { #(#(#cfgs)* #name::#variants(_) => <#types as #private::Message>::name(),)* }
            }
            fn schema(&self) -> u32 {
                match *self { #(#(#cfgs)* #name::#variants(_) => <#types as #private::Message>::VERSION,)* }
            }
            fn tags(&self) -> ::std::vec::Vec<(&'static str, ::std::string::String)> {
                match *self { #(#(#cfgs)* #name::#variants(ref event) => #private::Event::tags(&**event),)* }
            }
            fn encode(&self) -> #private::JsonResult<::std::vec::Vec<u8>> {
                match *self { #(#(#cfgs)* #name::#variants(ref event) => #private::event_to_json(&**event),)* }
            }
            fn formats() -> ::std::vec::Vec<#private::EventFormat<Self>> {
                ::std::vec::Vec::from([#(#formats),*])
            }
            fn visit<V: #private::EventVisitor>(&self, visitor: V) -> V::Output {
                match *self { #(#(#cfgs)* #name::#variants(ref event) => visitor.visit(event),)* }
            }
        }
    }
}

fn aggregate(model: &Model) -> TokenStream {
    let Model { private, self_type, type_name, name, id, applies, .. } = model;
    let (events, variants) = (enum_name(model), variants(model));
    let types = applies.iter().map(|apply| &apply.ty);
    let cfgs = applies.iter().map(|apply| &apply.cfgs);
    let calls = applies.iter().zip(&variants).map(|(apply, variant)| {
        let cfgs = &apply.cfgs;
        let method = apply.is_callable.then_some(&apply.method).into_iter();
        quote!(#(#cfgs)* #events::#variant(ref _event) => { #(Self::#method(self, _event);)* })
    });
    let fold = fingerprint(applies);
    let fingerprint = if model.is_state_stored {
        quote!(#private::STATE_FINGERPRINT)
    } else {
        quote! {
            #private::fingerprint(
                #fold,
                &[#(
                    #(#cfgs)*
                    (<#types as #private::Message>::name(), <#types as #private::Message>::VERSION)
                ),*],
            )
        }
    };
    let every = model.snapshot_every.map(|every| {
        quote!(const SNAPSHOT_EVERY: ::core::option::Option<u32> = ::core::option::Option::Some(#every);)
    });
    let stored = model
        .is_state_stored
        .then(|| quote!(const STORED: #private::Stored = #private::Stored::State;));
    let is_kept = model.is_state_stored || model.snapshot_every.is_some();
    let snapshots = is_kept.then(|| {
        quote! {
            fn save(&self) -> ::core::option::Option<#private::JsonResult<::std::vec::Vec<u8>>> {
                ::core::option::Option::Some((#private::state_form::<Self>().encode)(self))
            }
            fn restore(json: &[u8]) -> ::core::option::Option<#private::JsonResult<Self>> {
                ::core::option::Option::Some((#private::state_form::<Self>().decode)(json))
            }
        }
    });
    let checks = model.invariants.iter().map(|invariant| {
        let (cfgs, method) = (&invariant.cfgs, &invariant.method);
        let breach = breach(private, "Invariant", &invariant.sentence, method);
        quote! {
            #(#cfgs)*
            if !Self::#method(self) {
                return ::core::result::Result::Err(#breach);
            }
        }
    });
    let invariants = (!model.invariants.is_empty()).then(|| {
        quote! {
            const CHECKED: bool = true;

            fn check_invariants(&self) -> ::core::result::Result<(), #private::ContractBreach> {
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    });
    quote_spanned! {self_type.span()=>
        #[automatically_derived]
        impl #private::Aggregate for #self_type {
            type Id = #id;
            type Event = #events;

            const NAME: &'static str = #type_name;
            #stored
            #every

            fn category() -> &'static str {
                static NAME: #private::MessageName = #private::MessageName::new(
                    ::core::module_path!(), #name, ::core::option::Option::None,
                );
                NAME.get()
            }
            fn fingerprint() -> u64 {
                #fingerprint
            }
            fn apply(&mut self, event: &#events) {
                match *event { #(#calls)* }
            }
            #invariants
            #snapshots
        }
    }
}

/// The text of the fold as a number: FNV-1a
/// (<https://datatracker.ietf.org/doc/html/rfc9923>), because it is the same everywhere.
fn fingerprint(applies: &[Apply]) -> u64 {
    let text = applies.iter().flat_map(|apply| apply.text.bytes());
    text.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn emits(model: &Model) -> TokenStream {
    let Model { private, self_type, applies, .. } = model;
    let name = enum_name(model);
    let emits = applies.iter().zip(variants(model)).map(|(apply, variant)| {
        let (ty, cfgs) = (&apply.ty, &apply.cfgs);
        let at = private.at(ty.span());
        quote_spanned! {ty.span()=>
            #(#cfgs)*
            #[automatically_derived]
            impl #at::Emits<#ty> for #self_type {
                fn emit(event: #ty) -> #name {
                    #name::#variant(::std::sync::Arc::new(event))
                }
            }
        }
    });
    quote!(#(#emits)*)
}

fn decides(model: &Model) -> TokenStream {
    let decides = model.handlers.iter().map(|decision| decide(model, decision));
    quote!(#(#decides)*)
}

fn decide(model: &Model, decision: &Decision) -> TokenStream {
    let Model { private, self_type, .. } = model;
    let Decision { cfgs, method, receiver, command, ty, returns, .. } = decision;
    let caller = Token![self](receiver.span.located_at(*returns));
    let at = private.at(ty.span());
    let context = decision.context.clone().unwrap_or_else(|| Ident::new("_cx", Span::mixed_site()));
    let span = Span::mixed_site().located_at(*returns);
    let at_returns = private.at(span);
    let argument = decision.context.iter();
    let call = quote_spanned!(span=> Self::#method(#caller, #command #(, #argument)*));
    let around = Surroundings {
        private,
        outcome: quote!(#private::Decision),
        method,
        call,
        convert: quote_spanned!(span=> #at_returns::decision_of::<#self_type, #ty, _, _>),
    };
    let body = decision.contracts.wrap(&around);
    let promises = (!decision.promises.is_empty()).then(|| {
        let checks = decision.promises.iter().map(|promise| {
            let condition = &promise.condition;
            let breach = breach(private, "Ensures", &promise.text, method);
            quote! {
                let holds: bool = #condition;
                if !holds {
                    return ::core::result::Result::Err(#breach);
                }
            }
        });
        quote_spanned! {ty.span()=>
            const PROMISES: bool = true;

            fn check_promises(
                &#receiver,
                #command: &#ty,
            ) -> ::core::result::Result<(), #at::ContractBreach> {
                let _: fn(&#ty) -> #ty = ::core::clone::Clone::clone;
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    });
    let probes = quote! {
        fn copy(command: &#ty) -> ::core::option::Option<#ty> {
            use #private::{WithCopy as _, WithoutCopy as _};
            (&#private::CopyProbe::<#ty>::new()).copy(command)
        }
        fn stored_reply()
        -> ::core::option::Option<#private::StoredForm<<#ty as #private::Request>::Reply>> {
            use #private::{WithStoredForm as _, WithoutStoredForm as _};
            (&#private::StoredProbe::<<#ty as #private::Request>::Reply>::new()).form()
        }
    };
    quote_spanned! {ty.span()=>
        #(#cfgs)*
        #[automatically_derived]
        impl #at::Decides<#ty> for #self_type {
            fn decide(&#receiver, #command: #ty, #context: &#at::Decide<Self>) -> #at::DecisionOf<Self, #ty> {
                #body
            }
            #probes
            #promises
        }
    }
}

/// The entries of an aggregate: its commands have an owner, and it is hosted where there is a store.
fn entries(model: &Model) -> TokenStream {
    let Model { private, self_type, type_name, .. } = model;
    let location = quote_spanned! {self_type.span()=>
        #private::SourceLocation { file: ::core::file!(), line: ::core::line!() }
    };
    // An event that an aggregate folds is heard by it.
    let decided =
        model.handlers.iter().map(|decision| (&decision.cfgs, &decision.method, &decision.ty));
    let applied = model.applies.iter().map(|apply| (&apply.cfgs, &apply.method, &apply.ty));
    let uses = decided.chain(applied).map(|(cfgs, method, ty)| {
        let line = quote_spanned!(method.span()=> ::core::line!());
        let at = private.at(ty.span());
        quote_spanned!(ty.span()=> #(#cfgs)* #at::MessageUse::of::<#ty>(#line))
    });
    let commands = model.handlers.iter().map(|decision| {
        let (ty, cfgs) = (&decision.ty, &decision.cfgs);
        quote_spanned!(ty.span()=> #(#cfgs)* table.add::<#ty>();)
    });
    quote! {
        #[automatically_derived]
        impl #private::OwnsCommands for #self_type {
            const LOCATION: #private::SourceLocation = #location;

            fn commands(table: &mut #private::CommandTable<'_, Self>) {
                #(#commands)*
            }
        }
        const HANDLES: &[#private::MessageUse] = &[#(#uses),*];
        #private::inventory::submit! {
            #private::ActorEntry::new(#type_name, ::core::module_path!(), HANDLES, &[], #location)
        }
        #private::inventory::submit! { #private::AggregateEntry::of::<#self_type>() }
    }
}
