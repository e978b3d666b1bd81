//! [`Model`] to code. For each id:
//!
//! - `impl Id`, `new` and `value`, and `generate` for one of 128 bits;
//! - `Clone`, and `Copy` where possible; `Debug`, `PartialEq`, `Eq`, `PartialOrd`, `Ord`, `Hash`;
//! - `Display` and `FromStr`, `Serialize` and `Deserialize`, `From` and `TryFrom`;
//! - `Sample`, for tests.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::analyze::{Model, Shape};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let methods = methods(model);
    let standard = standard(model);
    let text = text(model);
    let conversions = conversions(model);
    let serde = serde(model);
    let sample = sample(model);
    quote! {
        const _: () = {
            #methods
            #standard
            #text
            #conversions
            #serde
            #sample
        };
    }
}

fn methods(model: &Model) -> TokenStream {
    let Model { private, visibility, ident, ty, shape } = model;
    let new = match shape {
        Shape::Text => quote! {
            /// The id with this text.
            ///
            /// # Errors
            ///
            /// It is empty, too long, or has control characters.
            #[allow(dead_code)]
            #visibility fn new(
                text: impl ::core::convert::Into<#ty>,
            ) -> ::core::result::Result<Self, #private::IdError> {
                #private::checked_id_text(::core::convert::Into::into(text)).map(Self)
            }

            /// Its text.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn value(&self) -> &::core::primitive::str {
                &self.0
            }
        },
        Shape::Number | Shape::Bits => quote! {
            /// The id with this number.
            #[allow(dead_code)]
            #[must_use]
            #visibility const fn new(number: #ty) -> Self {
                Self(number)
            }

            /// Its number.
            #[allow(dead_code)]
            #[must_use]
            #visibility const fn value(self) -> #ty {
                self.0
            }
        },
    };
    let generate = (*shape == Shape::Bits).then(|| {
        quote! {
            /// A new id, from the context of a decision.
            #[allow(dead_code)]
            #[must_use]
            #visibility fn generate(source: &(impl #private::IdSource + ?::core::marker::Sized)) -> Self {
                Self(#private::IdSource::next_id(source))
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #ident {
            #new
            #generate
        }
        #[automatically_derived]
        impl #private::Id for #ident {
            type Inner = #ty;
        }
    }
}

/// E045 is what the compiler says if one of these is derived as well.
fn standard(model: &Model) -> TokenStream {
    let Model { ident, shape, .. } = model;
    let name = ident.unraw().to_string();
    let (clone, copy) = match shape {
        Shape::Text => (quote!(Self(::core::clone::Clone::clone(&self.0))), None),
        Shape::Number | Shape::Bits => (
            quote!(*self),
            Some(quote! {
                #[automatically_derived]
                impl ::core::marker::Copy for #ident {}
            }),
        ),
    };
    let shown = match shape {
        Shape::Text => quote!(::core::fmt::Debug::fmt(&self.0, f)?;),
        Shape::Number | Shape::Bits => quote!(::core::fmt::Display::fmt(self, f)?;),
    };
    quote_spanned! {ident.span()=>
        #copy
        #[automatically_derived]
        impl ::core::clone::Clone for #ident {
            fn clone(&self) -> Self {
                #clone
            }
        }
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#name)?;
                f.write_str("(")?;
                #shown
                f.write_str(")")
            }
        }
        #[automatically_derived]
        impl ::core::cmp::PartialEq for #ident {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
        #[automatically_derived]
        impl ::core::cmp::Eq for #ident {}
        #[automatically_derived]
        impl ::core::cmp::PartialOrd for #ident {
            fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
            }
        }
        #[automatically_derived]
        impl ::core::cmp::Ord for #ident {
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                ::core::cmp::Ord::cmp(&self.0, &other.0)
            }
        }
        #[automatically_derived]
        impl ::core::hash::Hash for #ident {
            fn hash<__H: ::core::hash::Hasher>(&self, state: &mut __H) {
                ::core::hash::Hash::hash(&self.0, state);
            }
        }
    }
}

fn text(model: &Model) -> TokenStream {
    let Model { private, ident, shape, .. } = model;
    let (write, read) = match shape {
        Shape::Text => (quote!(::core::fmt::Display::fmt(&self.0, f)), quote!(Self::new(text))),
        Shape::Number => (
            quote!(::core::fmt::Display::fmt(&self.0, f)),
            quote!(#private::parse_id_number(text).map(Self)),
        ),
        Shape::Bits => {
            (quote!(#private::format_id(self.0, f)), quote!(#private::parse_id(text).map(Self)))
        }
    };
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #write
            }
        }
        #[automatically_derived]
        impl ::core::str::FromStr for #ident {
            type Err = #private::IdError;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                #read
            }
        }
    }
}

fn conversions(model: &Model) -> TokenStream {
    let Model { private, ident, ty, shape, .. } = model;
    let into_id = match shape {
        Shape::Text => quote! {
            #[automatically_derived]
            impl ::core::convert::TryFrom<#ty> for #ident {
                type Error = #private::IdError;

                fn try_from(text: #ty) -> ::core::result::Result<Self, Self::Error> {
                    Self::new(text)
                }
            }
        },
        Shape::Number | Shape::Bits => quote! {
            #[automatically_derived]
            impl ::core::convert::From<#ty> for #ident {
                fn from(number: #ty) -> Self {
                    Self(number)
                }
            }
        },
    };
    quote! {
        #into_id
        #[automatically_derived]
        impl ::core::convert::From<#ident> for #ty {
            fn from(id: #ident) -> Self {
                id.0
            }
        }
    }
}

/// Numbers of 64 bits are written as such; 128 bits as text, which every format can carry.
fn serde(model: &Model) -> TokenStream {
    let Model { private, ident, ty, shape, .. } = model;
    let (write, read) = match shape {
        Shape::Text => (
            quote!(serializer.serialize_str(&self.0)),
            quote! {
                let text = <#ty as #private::serde::Deserialize<'de>>::deserialize(deserializer)?;
                Self::new(text).map_err(#private::serde::de::Error::custom)
            },
        ),
        Shape::Number => (
            quote!(serializer.serialize_u64(self.0)),
            quote! {
                <#ty as #private::serde::Deserialize<'de>>::deserialize(deserializer).map(Self)
            },
        ),
        Shape::Bits => (
            quote!(serializer.collect_str(self)),
            quote! {
                let text = <::std::string::String as #private::serde::Deserialize<'de>>::deserialize(
                    deserializer,
                )?;
                #private::parse_id(&text).map(Self).map_err(#private::serde::de::Error::custom)
            },
        ),
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
                #read
            }
        }
    }
}

/// Texts are drawn as numbers, all of which may be ids.
fn sample(model: &Model) -> TokenStream {
    let Model { private, ident, ty, shape, .. } = model;
    let (drawn, made) = match shape {
        Shape::Text => (quote!(u64), quote!(|number| Self(number.to_string()))),
        Shape::Number | Shape::Bits => (quote!(#ty), quote!(Self)),
    };
    quote! {
        #[automatically_derived]
        impl #private::Sample for #ident {
            fn edges(_: &[#private::Rule]) -> ::std::vec::Vec<Self> {
                <#drawn as #private::Sample>::edges(&[]).into_iter().map(#made).collect()
            }

            fn outside(_: &[#private::Rule]) -> ::std::vec::Vec<Self> {
                ::std::vec::Vec::new()
            }

            fn draw(
                _: &[#private::Rule],
                dice: &mut #private::Dice<'_>,
            ) -> ::core::option::Option<Self> {
                <#drawn as #private::Sample>::draw(&[], dice).map(#made)
            }
        }
    }
}
