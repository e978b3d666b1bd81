//! [`Model`] to code: `impl Entity`, and `PartialEq`, `Eq` and `Hash` by the id alone.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::analyze::Model;

/// E045 is what the compiler says if equality is derived as well: so this one stands at `#[id]`.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { private, ident, generics, member, ty, at } = model;
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let equality = quote_spanned! {*at=>
        #[automatically_derived]
        impl #impl_generics ::core::cmp::PartialEq for #ident #arguments #where_clause {
            fn eq(&self, other: &Self) -> bool {
                self.#member == other.#member
            }
        }
        #[automatically_derived]
        impl #impl_generics ::core::cmp::Eq for #ident #arguments #where_clause {}
        #[automatically_derived]
        impl #impl_generics ::core::hash::Hash for #ident #arguments #where_clause {
            fn hash<__H: ::core::hash::Hasher>(&self, state: &mut __H) {
                ::core::hash::Hash::hash(&self.#member, state);
            }
        }
    };
    quote! {
        const _: () = {
            #equality
            #[automatically_derived]
            impl #impl_generics #private::Entity for #ident #arguments #where_clause {
                type Id = #ty;

                fn id(&self) -> &Self::Id {
                    &self.#member
                }
            }
        };
    }
}
