//! [`Model`] to code: an enum of the events, `impl Saga`, and an entry in the domain map.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::model::{Model, StepMethod};
use crate::process::{Context, EventSet, Hearing};
use crate::support::duration;
use crate::support::text::source;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { private, cfgs, self_type, type_name, name, version, key, methods, .. } = model;
    let heard = methods.hearing().filter_map(|heard| heard.event.as_ref());
    let events = EventSet::new(type_name, heard);
    let (set, enum_name) = (events.expand(private), &events.name);
    let steps = methods.steps.iter().map(|step| step_plan(model, step));
    let timeout = methods.timeout.as_ref().map(|timeout| {
        let (method, after) = (&timeout.method, duration::expand(timeout.after, Span::call_site()));
        let constant = quote! {
            const TIMEOUT: ::core::option::Option<::core::time::Duration> =
                ::core::option::Option::Some(#after);
        };
        let function = quote! {
            fn timed_out(&mut self) -> #private::Timeout { Self::#method(self) }
        };
        (constant, function)
    });
    let (timeout, timed_out) = timeout.unzip();
    let ends = (!methods.ends.is_empty()).then(|| {
        quote!(
            const ENDS_BY_EVENT: bool = true;
        )
    });
    let undo = model.undoes_in_parallel.then(|| {
        quote!(
            const UNDO: #private::UndoOrder = #private::UndoOrder::Parallel;
        )
    });
    let begin = model.begins_at_head.then(|| {
        quote!(
            const BEGIN: #private::Begin = #private::Begin::Head;
        )
    });
    let tag = key.to_string();
    let tags = events.types().iter().map(|ty| {
        let at = private.at(ty.span());
        quote_spanned!(ty.span()=> const _: () = #at::has_tag::<#ty>(#tag);)
    });
    let role = role(model, &events);
    let hear = hear(model, &events);
    let act = act(model, &events);
    let compensate = compensate(model, &events);
    let read = read(model);
    let uses = methods.hearing().filter_map(|heard| {
        let ty = heard.event.as_ref()?;
        let line = quote_spanned!(heard.method.span()=> ::core::line!());
        let at = private.at(ty.span());
        Some(quote_spanned!(ty.span()=> #at::MessageUse::of::<#ty>(#line)))
    });
    // Where the type is, and of the same hygiene as the rest, also inside of a macro by example.
    let span = Span::call_site().located_at(self_type.span());
    quote_spanned! {span=>
        #(#cfgs)*
        const _: () = {
            #set
            #(#tags)*

            #[automatically_derived]
            impl #private::Saga for #self_type {
                type Event = #enum_name;

                const VERSION: u32 = #version;
                const KEY: &'static str = #tag;
                const STEPS: &'static [#private::Step] = &[#(#steps),*];
                #timeout
                #ends
                #undo
                #begin

                fn name() -> &'static str {
                    static NAME: #private::MessageName = #private::MessageName::new(
                        ::core::module_path!(), #name, ::core::option::Option::None,
                    );
                    NAME.get()
                }
                #role
                #hear
                #act
                #compensate
                #read
                #timed_out
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

fn step_plan(model: &Model, step: &StepMethod) -> TokenStream {
    let private = &model.private;
    let options = &step.options;
    let name = step.hearing.method.to_string();
    let compensation = options.compensate.as_ref().map(ToString::to_string);
    let kind = if options.pivot.is_some() {
        let compensation = compensation.map_or_else(
            || quote!(::core::option::Option::None),
            |name| quote!(::core::option::Option::Some(#name)),
        );
        quote!(Pivot { compensation: #compensation })
    } else if options.retriable.is_some() {
        quote!(Retriable)
    } else if let Some(compensation) = compensation {
        quote!(Compensable { compensation: #compensation })
    } else {
        let reason = options.irreversible.as_ref().map(syn::LitStr::value).unwrap_or_default();
        quote!(Irreversible { reason: #reason })
    };
    let retry = options.retry.expand(private, &quote!(Retry::DEFAULT));
    quote! {
        #private::Step {
            name: #name,
            kind: #private::StepKind::#kind,
            retry: #retry,
        }
    }
}

/// What each event means.
fn role(model: &Model, events: &EventSet) -> TokenStream {
    let Model { private, methods, starts_on, .. } = model;
    let is = |all: &[Hearing], ty: &Type| {
        all.iter().any(|heard| heard.event.as_ref().map(source) == Some(source(ty)))
    };
    let roles = events.types().iter().map(|ty| {
        let variant = events.variant(ty);
        let starts = starts_on.iter().any(|start| source(start) == source(ty));
        let steps = methods.steps.iter().enumerate().filter_map(|(number, step)| {
            (step.hearing.event.as_ref().map(source) == Some(source(ty))).then_some(number)
        });
        let (aborts, ends) = (is(&methods.aborts, ty), is(&methods.ends, ty));
        quote! {
            #variant(_) => #private::EventRole {
                starts: #starts, steps: &[#(#steps),*], aborts: #aborts, ends: #ends,
            },
        }
    });
    let matched = events.matched(&event());
    quote! {
        fn role(event: &Self::Event) -> #private::EventRole {
            match #matched { #(#roles)* }
        }
    }
}

fn event() -> Ident {
    Ident::new("event", Span::call_site())
}

/// `Self::method(self, event, cx)`, as far as the method takes these.
fn call(heard: &Hearing) -> TokenStream {
    let method = &heard.method;
    let span = Span::call_site().located_at(heard.returns);
    let event = heard.event.as_ref().map(|_| quote!(, event));
    let context = (heard.context == Context::Taken).then(|| quote!(, cx));
    quote_spanned!(span=> Self::#method(self #event #context))
}

fn hear(model: &Model, events: &EventSet) -> TokenStream {
    let Model { private, methods, .. } = model;
    let heard = methods.handlers.iter().chain(&methods.aborts).chain(&methods.ends);
    let arms = heard.filter_map(|heard| {
        let (cfgs, variant) = (&heard.cfgs, events.variant(heard.event.as_ref()?));
        let call = call(heard);
        Some(quote!(#(#cfgs)* #variant(event) => { #call; }))
    });
    quote! {
        fn hear(&mut self, event: &Self::Event, cx: &#private::SagaContext<'_>) {
            let _ = cx;
            #[allow(unreachable_patterns, reason = "every event may be heard")]
            match event { #(#arms)* _ => {} }
        }
    }
}

fn act(model: &Model, events: &EventSet) -> TokenStream {
    let Model { private, methods, .. } = model;
    let arms = methods.steps.iter().enumerate().filter_map(|(number, step)| {
        let variant = events.variant(step.hearing.event.as_ref()?);
        Some(written(model, number, &variant, &step.hearing, &step.returns))
    });
    quote! {
        fn act(
            &mut self,
            step: usize,
            event: &Self::Event,
            cx: &#private::SagaContext<'_>,
        ) -> ::core::result::Result<
            ::core::option::Option<#private::StepCommand>, ::std::string::String
        > {
            let _ = cx;
            match (step, event) {
                #(#arms)*
                _ => ::core::result::Result::Ok(::core::option::Option::None),
            }
        }
    }
}

fn compensate(model: &Model, events: &EventSet) -> TokenStream {
    let Model { private, methods, .. } = model;
    let arms = methods.steps.iter().enumerate().filter_map(|(number, step)| {
        let wanted = step.options.compensate.as_ref()?;
        let found = methods.compensations.iter().find(|one| one.hearing.method == *wanted)?;
        let (takes, acts_on) = (&found.hearing.event, step.hearing.event.as_ref()?);
        // What takes another event has been reported.
        takes.as_ref().is_none_or(|takes| source(takes) == source(acts_on)).then_some(())?;
        let variant = events.variant(acts_on);
        Some(written(model, number, &variant, &found.hearing, &found.returns))
    });
    quote! {
        fn compensate(
            &mut self,
            step: usize,
            event: &Self::Event,
            cx: &#private::SagaContext<'_>,
        ) -> ::core::result::Result<
            ::core::option::Option<#private::StepCommand>, ::std::string::String
        > {
            let _ = cx;
            match (step, event) {
                #(#arms)*
                _ => ::core::result::Result::Ok(::core::option::Option::None),
            }
        }
    }
}

/// A method that returns a command, for the step with this number and its event.
fn written(
    model: &Model,
    number: usize,
    variant: &TokenStream,
    heard: &Hearing,
    returns: &Type,
) -> TokenStream {
    let at = model.private.at(returns.span());
    let call = call(heard);
    let event = if heard.event.is_some() { quote!(event) } else { quote!(_) };
    let written = quote_spanned!(returns.span()=> #at::written_command::<#returns>(#call));
    quote!((#number, #variant(#event)) => #written,)
}

fn read(model: &Model) -> TokenStream {
    let Model { private, methods, .. } = model;
    let arm = |number: usize, undo: bool, returns: &Type| {
        let span = Span::call_site().located_at(returns.span());
        let at = model.private.at(span);
        let read = quote_spanned!(span=> <#returns as #at::SagaCommand>::read(json));
        quote!((#number, #undo) => #read,)
    };
    let arms = methods.steps.iter().enumerate().flat_map(|(number, step)| {
        let undo = step.options.compensate.as_ref().and_then(|wanted| {
            methods.compensations.iter().find(|one| one.hearing.method == *wanted)
        });
        let undo = undo.map(|undo| arm(number, true, &undo.returns));
        std::iter::once(arm(number, false, &step.returns)).chain(undo)
    });
    let name = model.type_name.to_token_stream();
    quote! {
        fn read(
            step: usize,
            is_compensation: bool,
            json: &[u8],
        ) -> ::core::result::Result<#private::StepCommand, ::std::string::String> {
            match (step, is_compensation) {
                #(#arms)*
                _ => ::core::result::Result::Err(
                    ::std::format!("`{}` has no such step any more", #name),
                ),
            }
        }
    }
}
