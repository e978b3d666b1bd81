//! `Serialize` and `Deserialize`, through the rules: `#[derive(serde::Deserialize)]` would go past
//! them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::expand::inner;
use super::model::Model;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { private, ident, .. } = model;
    let inner = inner(model);
    let name = ident.unraw().to_string();
    let names: Vec<_> =
        model.fields.iter().map(|field| field.binding.unraw().to_string()).collect();
    let fields: Vec<_> = model.fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    // What a format says about a value of another type repeats that value.
    let hide = model
        .personal
        .is_some()
        .then(|| quote!(.map_err(|error: __D::Error| #private::discreet(error, #name))));
    let (write, read) = if fields.is_empty() {
        (
            quote!(#private::serde::Serialize::serialize(&self.0, serializer)),
            quote!(<#inner as #private::serde::Deserialize<'de>>::deserialize(deserializer)#hide?),
        )
    } else {
        let count = fields.len();
        // One field is read as a tuple of one.
        let (tuple, take) = match fields.len() {
            1 => (quote!((#inner,)), Some(quote!(.0))),
            _ => (inner.clone(), None),
        };
        (
            quote! {{
                use #private::serde::ser::SerializeStruct as _;
                let mut fields = #private::serde::Serializer::serialize_struct(
                    serializer, #name, #count,
                )?;
                #(fields.serialize_field(#names, &self.#fields)?;)*
                fields.end()
            }},
            quote! {
                #private::deserialize_fields::<#tuple, __D>(
                    deserializer, #name, &[#(#names),*],
                )#hide?#take
            },
        )
    };
    quote! {
        #[automatically_derived]
        impl #private::serde::Serialize for #ident {
            fn serialize<__S: #private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                #write
            }
        }

        #[automatically_derived]
        impl<'de> #private::serde::Deserialize<'de> for #ident {
            fn deserialize<__D: #private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                let inner = #read;
                <Self as #private::ValueObject>::from_inner(inner)
                    .map_err(#private::serde::de::Error::custom)
            }
        }
    }
}
