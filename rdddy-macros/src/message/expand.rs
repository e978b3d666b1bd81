//! [`Model`] to code. For each message, in one anonymous block:
//!
//! - `impl Sealed`, `impl Message`;
//! - `impl Request` and `impl Command`, or `impl Request` and `impl Query`, or `impl Event`;
//! - for a type without parameters, its entry in the registry.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::analyze::{Kind, Model};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let message = message(model);
    let kind = kind(model);
    let entry = entry(model);
    quote! {
        const _: () = {
            #message
            #kind
            #entry
        };
    }
}

fn message(model: &Model) -> TokenStream {
    let Model { private, ident, ty, name, version, .. } = model;
    let (impl_generics, _, where_clause) = model.generics.split_for_impl();
    let kind = match model.kind {
        Kind::Command { .. } => quote!(Command),
        Kind::Query { .. } => quote!(Query),
        Kind::Event { .. } => quote!(Event),
    };
    let context = match &model.context {
        Some(context) => quote!(::core::option::Option::Some(#context)),
        None => quote!(::core::option::Option::None),
    };
    let header = quote_spanned! {ident.span()=>
        impl #impl_generics #private::Message for #ty #where_clause
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Sealed for #ty #where_clause {}
        #[automatically_derived]
        #header {
            const KIND: #private::Kind = #private::Kind::#kind;
            const VERSION: u32 = #version;

            fn name() -> &'static str {
                static NAME: #private::MessageName =
                    #private::MessageName::new(::core::module_path!(), #name, #context);
                NAME.get()
            }
        }
    }
}

fn kind(model: &Model) -> TokenStream {
    let Model { private, ty, .. } = model;
    let (impl_generics, _, where_clause) = model.generics.split_for_impl();
    let request = |reply, error| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::Request for #ty #where_clause {
                type Reply = #reply;
                type Error = #error;
            }
        }
    };
    let formerly = model.formerly.iter().map(|name| {
        quote!(
            const FORMERLY: &'static [&'static str] = &[#name];
        )
    });
    let formerly = quote!(#(#formerly)*);
    let tags = (!model.tags.is_empty()).then(|| {
        let fields = &model.tags;
        let names: Vec<_> = fields.iter().map(ToString::to_string).collect();
        quote! {
            const TAGS: &'static [&'static str] = &[#(#names),*];

            fn tags(&self) -> ::std::vec::Vec<(&'static str, ::std::string::String)> {
                ::std::vec![#((#names, ::std::string::ToString::to_string(&self.#fields))),*]
            }
        }
    });
    match &model.kind {
        Kind::Command { reply, error, shared } => {
            let request = request(reply, error);
            let shared = shared.then(|| {
                quote!(
                    const SHARED: bool = true;
                )
            });
            let keyed = keyed(model);
            quote! {
                #request
                #[automatically_derived]
                impl #impl_generics #private::Command for #ty #where_clause {
                    #shared
                }
                #keyed
            }
        }
        Kind::Query { reply, error } => {
            let request = request(reply, error);
            quote! {
                #request
                #[automatically_derived]
                impl #impl_generics #private::Query for #ty #where_clause {}
            }
        }
        Kind::Event { scope } => quote! {
            #[automatically_derived]
            impl #impl_generics #private::Event for #ty #where_clause {
                const SCOPE: #private::EventScope = #private::EventScope::#scope;
                #formerly
                #tags
            }
        },
    }
}

/// Which aggregate a command is for.
fn keyed(model: &Model) -> Option<TokenStream> {
    let Model { private, ty, .. } = model;
    let (impl_generics, _, where_clause) = model.generics.split_for_impl();
    let (field, key) = model.key.as_ref()?;
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics #private::Keyed for #ty #where_clause {
            type Key = #key;

            fn key(&self) -> &#key {
                &self.#field
            }
        }
    })
}

/// A generic type has no entry: which of its instances are used is not known here.
fn entry(model: &Model) -> Option<TokenStream> {
    let Model { private, ident, ty, .. } = model;
    let constructor = match model.kind {
        Kind::Command { .. } => quote!(command),
        Kind::Query { .. } => quote!(query),
        Kind::Event { .. } => quote!(event),
    };
    let location = quote_spanned! {ident.span()=>
        #private::SourceLocation { file: ::core::file!(), line: ::core::line!() }
    };
    let fields = (!model.fields.is_empty()).then(|| {
        let fields = model.fields.iter().map(|(name, ty)| quote!((#name, #ty)));
        quote!(.with_fields(&[#(#fields),*]))
    });
    model.generics.params.is_empty().then(|| {
        quote! {
            #private::inventory::submit! {
                #private::MessageEntry::#constructor::<#ty>(#location).with_codec(|| {
                    use #private::{WithCodec as _, WithoutCodec as _};
                    (&#private::CodecProbe::<#ty>::new()).codec()
                }) #fields
            }
        }
    })
}
