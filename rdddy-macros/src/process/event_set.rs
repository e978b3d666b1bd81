//! The enum of the events that a block hears.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::support::krate::Private;
use crate::support::text::source;

/// The events that a block hears, each once.
pub(crate) struct EventSet {
    pub(crate) name: Ident,
    types: Vec<Type>,
}

impl EventSet {
    pub(crate) fn new<'a>(type_name: &str, types: impl IntoIterator<Item = &'a Type>) -> Self {
        let mut each: Vec<Type> = Vec::new();
        for ty in types {
            if !each.iter().any(|known| source(known) == source(ty)) {
                each.push(ty.clone());
            }
        }
        EventSet { name: format_ident!("{type_name}Event"), types: each }
    }

    pub(crate) fn types(&self) -> &[Type] {
        &self.types
    }

    /// The variant of this type of event, with its path.
    pub(crate) fn variant(&self, ty: &Type) -> TokenStream {
        let number = self.types.iter().position(|known| source(known) == source(ty));
        let (name, variant) = (&self.name, format_ident!("Event{}", number.unwrap_or_default()));
        quote!(#name::#variant)
    }

    /// What matches on a reference to the enum: without events, there is no value to take apart.
    pub(crate) fn matched(&self, value: &Ident) -> TokenStream {
        if self.types.is_empty() { quote!(*#value) } else { quote!(#value) }
    }

    /// The enum, and how its events are read.
    pub(crate) fn expand(&self, private: &Private) -> TokenStream {
        let EventSet { name, types } = self;
        let variants: Vec<_> =
            (0..types.len()).map(|number| format_ident!("Event{number}")).collect();
        let formats = types.iter().zip(&variants).map(|(ty, variant)| {
            let at = private.at(ty.span());
            quote_spanned! {ty.span()=>
                #at::ReadFormat {
                    name: <#ty as #at::Message>::name(),
                    schema: <#ty as #at::Message>::VERSION,
                    decode: |json| #at::event_from_json::<#ty>(json).map(#name::#variant),
                    formerly: <#ty as #at::Event>::FORMERLY,
                }
            }
        });
        quote! {
            #[derive(::core::clone::Clone)]
            pub enum #name { #(#variants(::std::sync::Arc<#types>)),* }

            #[automatically_derived]
            impl #private::EventSet for #name {
                fn formats() -> ::std::vec::Vec<#private::ReadFormat<Self>> {
                    ::std::vec![#(#formats),*]
                }
            }
        }
    }
}
