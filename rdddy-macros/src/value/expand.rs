//! [`Model`] to code. For each value object:
//!
//! - a name for its error;
//! - `impl ValueObject`, with its rules as data, and the one way in;
//! - `new`, and a method to read each field;
//! - `TryFrom` and `FromStr`, `From` and `Display` for what it is made of, where they fit;
//! - `Debug`, if it is personal;
//! - what serde needs (`serde.rs`).

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Member, Type};

use super::model::{Bound, Constraint, Field, Model, Normalize, Rule, Shape};
use super::serde;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { private, visibility, ident, error, .. } = model;
    let doc = format!("Why something is not a [`{ident}`].");
    let value_object = value_object(model);
    let methods = methods(model);
    let conversions = conversions(model);
    let text = text(model);
    let debug = debug(model);
    let serde = model.serde.then(|| serde::expand(model));
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #visibility type #error = #private::Invalid<#ident>;

        const _: () = {
            #value_object
            #methods
            #conversions
            #text
            #debug
            #serde
        };
    }
}

/// What it is made of.
pub(super) fn inner(model: &Model) -> TokenStream {
    let types = model.fields.iter().map(|field| &field.ty);
    match model.fields.as_slice() {
        [Field { ty, .. }] => quote!(#ty),
        _ => quote!((#(#types),*)),
    }
}

fn locals(model: &Model) -> Vec<Ident> {
    (0..model.fields.len()).map(|index| format_ident!("__field_{index}")).collect()
}

/// One pattern or expression for the fields, of a variable for each.
fn gathered(locals: &[Ident]) -> TokenStream {
    match locals {
        [one] => quote!(#one),
        several => quote!((#(#several),*)),
    }
}

fn members(model: &Model) -> Vec<Member> {
    let members = model.fields.iter().enumerate();
    members
        .map(|(index, field)| match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::from(index),
        })
        .collect()
}

fn value_object(model: &Model) -> TokenStream {
    let Model { private, ident, personal, examples, .. } = model;
    let (inner, locals, members) = (inner(model), locals(model), members(model));
    let gathered = gathered(&locals);
    let name = ident.unraw().to_string();
    let is_personal = personal.is_some();
    let normalize = model.fields.iter().zip(&locals).filter_map(normalize);
    let rules = model.rules.iter().map(|rule| data(model, rule));
    let check = check(model, &locals);
    let examples = (!examples.is_empty()).then(|| {
        quote! {
            fn examples() -> ::std::vec::Vec<#inner> {
                ::std::vec![#(<#inner as ::core::convert::From<_>>::from(#examples)),*]
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #private::ValueObject for #ident {
            type Inner = #inner;
            const NAME: &'static str = #name;
            const PERSONAL: bool = #is_personal;

            fn rules() -> &'static [#private::Rule] {
                const RULES: &[#private::Rule] = &[#(#rules),*];
                RULES
            }

            fn from_inner(
                #gathered: #inner,
            ) -> ::core::result::Result<Self, #private::Invalid<Self>> {
                #(#normalize)*
                #check
                ::core::result::Result::Ok(Self { #(#members: #locals),* })
            }

            fn into_inner(self) -> #inner {
                let Self { #(#members: #locals),* } = self;
                #gathered
            }

            #examples
        }
    }
}

/// How a field is known to rules.
fn seen(field: &Field) -> TokenStream {
    match (&field.ty, field.shape) {
        (_, Shape::Text) => quote!(&::core::primitive::str),
        (ty, _) => quote!(&#ty),
    }
}

fn normalize((field, local): (&Field, &Ident)) -> Option<TokenStream> {
    let Field { binding, ty, .. } = field;
    let seen = seen(field);
    let changed = match field.normalize.as_ref()? {
        Normalize::Method(method) => quote!(#binding.#method()),
        Normalize::Function(path) => quote!(#path(#binding)),
        Normalize::Expression(expression) => quote!(#expression),
    };
    Some(quote! {
        let #local: #ty = {
            let #binding: #seen = &#local;
            <#ty as ::core::convert::From<_>>::from(#changed)
        };
    })
}

/// Refuses what breaks a rule. The rules stand in a closure, so that they see the fields only.
fn check(model: &Model, locals: &[Ident]) -> Option<TokenStream> {
    let private = &model.private;
    let bindings = model.fields.iter().map(|field| &field.binding);
    let types = model.fields.iter().map(seen);
    let checks = model.rules.iter().enumerate().map(|(index, rule)| {
        let Rule { holds, .. } = rule;
        quote! {
            let __holds: bool = #holds;
            if !__holds {
                return ::core::option::Option::Some(#index);
            }
        }
    });
    let found = model.rules.iter().enumerate().filter_map(|(index, rule)| {
        let at = if model.fields.len() == 1 { Some(0) } else { rule.field };
        let (field, local) = (model.fields.get(at?)?, locals.get(at?)?);
        let shows = field.shape.is_written() && model.personal.is_none();
        shows.then(|| quote!(#index => __invalid.found(&#local),))
    });
    (!model.rules.is_empty()).then(|| {
        quote! {
            #[allow(unused_variables)]
            let __broken = |#(#bindings: #types),*| -> ::core::option::Option<usize> {
                #(#checks)*
                ::core::option::Option::None
            };
            if let ::core::option::Option::Some(__index) = __broken(#(&#locals),*) {
                let __invalid =
                    #private::Invalid::new(&<Self as #private::ValueObject>::rules()[__index]);
                return ::core::result::Result::Err(match __index {
                    #(#found)*
                    _ => __invalid,
                });
            }
        }
    })
}

fn data(model: &Model, rule: &Rule) -> TokenStream {
    let private = &model.private;
    let message = &rule.message;
    let bound = |bound: &Bound| {
        let Bound { number, ty, shape, exclusive } = bound;
        let number = quote!({
            const BOUND: #ty = #number;
            BOUND
        });
        let bound = match shape {
            Shape::Unsigned => quote!(#private::Bound::unsigned(#number as u128)),
            Shape::Signed => quote!(#private::Bound::Whole(#number as i128)),
            _ => quote!(#private::Bound::Real(#number as f64)),
        };
        if *exclusive { quote!(#bound.before()) } else { bound }
    };
    let constraint = match &rule.constraint {
        Constraint::Min(least) => {
            let least = bound(least);
            quote!(Min(#least))
        }
        Constraint::Max(greatest) => {
            let greatest = bound(greatest);
            quote!(Max(#greatest))
        }
        Constraint::Range(least, greatest) => {
            let (least, greatest) = (bound(least), bound(greatest));
            quote!(Range(#least, #greatest))
        }
        Constraint::NotEmpty => quote!(NotEmpty),
        Constraint::MinChars(count) => quote!(MinChars(#count)),
        Constraint::MaxChars(count) => quote!(MaxChars(#count)),
        Constraint::Check(text) => quote!(Check(#text)),
    };
    let on = rule.field.and_then(|index| {
        let name = model.fields.get(index)?.binding.unraw().to_string();
        Some(quote!(.on(#index, #name)))
    });
    quote!(#private::Rule::new(#private::Constraint::#constraint, #message) #on)
}

fn methods(model: &Model) -> TokenStream {
    let Model { private, visibility, ident, .. } = model;
    let names: Vec<_> = model.fields.iter().map(|field| &field.binding).collect();
    let types = model.fields.iter().map(|Field { ty, shape, .. }| match shape {
        Shape::Text => quote!(impl ::core::convert::Into<#ty>),
        _ => quote!(#ty),
    });
    let gathered = match model.fields.as_slice() {
        [field] => owned(field),
        fields => {
            let owned = fields.iter().map(owned);
            quote!((#(#owned),*))
        }
    };
    let members = members(model);
    let getters = model.fields.iter().zip(&members).map(|(field, member)| {
        let Field { binding, ty, shape, .. } = field;
        let doc = match &field.ident {
            Some(ident) => format!("Its `{}`.", ident.unraw()),
            None => "The value itself.".to_owned(),
        };
        let (ty, read) = match shape {
            Shape::Text => (quote!(&::core::primitive::str), quote!(&self.#member)),
            _ if shape.is_copy() => (quote!(#ty), quote!(self.#member)),
            _ => (quote!(&#ty), quote!(&self.#member)),
        };
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #[must_use]
            #visibility fn #binding(&self) -> #ty {
                #read
            }
        }
    });
    let doc = format!("Makes a `{ident}`.\n\n# Errors\n\nThe first rule that does not hold.");
    quote! {
        #[automatically_derived]
        impl #ident {
            #[doc = #doc]
            #[allow(dead_code, clippy::too_many_arguments)]
            #visibility fn new(
                #(#names: #types),*
            ) -> ::core::result::Result<Self, #private::Invalid<Self>> {
                <Self as #private::ValueObject>::from_inner(#gathered)
            }

            #(#getters)*
        }
    }
}

fn owned(field: &Field) -> TokenStream {
    let binding = &field.binding;
    match field.shape {
        Shape::Text => quote!(::core::convert::Into::into(#binding)),
        _ => quote!(#binding),
    }
}

fn conversions(model: &Model) -> TokenStream {
    let Model { private, ident, .. } = model;
    let inner = inner(model);
    let from_text = (model.is_newtype() && model.fields[0].shape == Shape::Text).then(|| {
        try_from(
            model,
            &quote!(&::core::primitive::str),
            &quote!(::core::convert::From::from(inner)),
        )
    });
    let try_from = try_from(model, &inner, &quote!(inner));
    let into_inner = model.is_newtype().then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::convert::From<#ident> for #inner {
                fn from(value: #ident) -> Self {
                    #private::ValueObject::into_inner(value)
                }
            }
        }
    });
    quote!(#try_from #from_text #into_inner)
}

fn try_from(model: &Model, from: &TokenStream, inner: &TokenStream) -> TokenStream {
    let Model { private, ident, .. } = model;
    quote! {
        #[automatically_derived]
        impl ::core::convert::TryFrom<#from> for #ident {
            type Error = #private::Invalid<#ident>;

            fn try_from(inner: #from) -> ::core::result::Result<Self, Self::Error> {
                <Self as #private::ValueObject>::from_inner(#inner)
            }
        }
    }
}

/// `FromStr` and `Display`, for one unnamed field that is written by the standard library.
fn text(model: &Model) -> Option<TokenStream> {
    let Model { private, ident, .. } = model;
    let field = model.fields.first().filter(|f| model.is_newtype() && f.shape.is_written())?;
    let read = read(private, &ident.unraw().to_string(), field);
    let display = model.personal.is_none().then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::fmt::Display for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(&self.0, f)
                }
            }
        }
    });
    Some(quote! {
        #[automatically_derived]
        impl ::core::str::FromStr for #ident {
            type Err = #private::Invalid<#ident>;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                <Self as #private::ValueObject>::from_inner(#read)
            }
        }
        #display
    })
}

fn read(private: &crate::support::krate::Private, name: &str, field: &Field) -> TokenStream {
    let ty: &Type = &field.ty;
    if field.shape == Shape::Text {
        return quote!(::core::convert::From::from(text));
    }
    let form = crate::support::text::source(ty);
    let message = format!("`{name}` is written as a `{form}`");
    quote! {{
        const FORM: &#private::Rule =
            &#private::Rule::new(#private::Constraint::Form(#form), #message);
        #private::written::<Self, #ty>(text, FORM)?
    }}
}

/// E043 is what the compiler says if there is another `Debug`: so this one stands at `personal`.
fn debug(model: &Model) -> Option<TokenStream> {
    let ident = &model.ident;
    let hidden = format!("{}(…)", ident.unraw());
    model.personal.as_ref().map(|personal| {
        quote_spanned! {personal.span()=>
            #[automatically_derived]
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(#hidden)
                }
            }
        }
    })
}
