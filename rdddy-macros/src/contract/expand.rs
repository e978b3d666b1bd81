//! [`Contracts`] to code, around the call of the handler.
//!
//! The whole is a block with the label `'handled`; a condition that does not hold leaves it with
//! the outcome that says so.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Contracts, Ensures, Requires};
use crate::support::krate::Private;

/// What the contracts stand around.
pub(crate) struct Surroundings<'a> {
    /// The path of what generated code calls.
    pub(crate) private: &'a Private,
    /// The path of `Outcome` or `EventOutcome`.
    pub(crate) outcome: TokenStream,
    pub(crate) method: &'a Ident,
    /// The call of the handler.
    pub(crate) call: TokenStream,
    /// The path of what makes an outcome of what the handler returned.
    pub(crate) convert: TokenStream,
}

impl Contracts {
    /// The call, with the contracts around it.
    pub(crate) fn wrap(&self, around: &Surroundings<'_>) -> TokenStream {
        let Surroundings { call, convert, .. } = around;
        if self.requires.is_empty() && self.ensures.is_empty() {
            return quote!(#convert(#call));
        }
        let requires = self.requires.iter().map(|requires| before(requires, around));
        let olds = self
            .ensures
            .iter()
            .flat_map(|ensures| &ensures.olds)
            .map(|(name, value)| quote!(let #name = #value;));
        let result = Ident::new("returned", Span::mixed_site());
        let ensures = self.ensures.iter().map(|ensures| after(ensures, &result, around));
        quote! {
            'handled: {
                #(#requires)*
                #(#olds)*
                let #result = #call;
                #(#ensures)*
                #convert(#result)
            }
        }
    }
}

fn before(requires: &Requires, around: &Surroundings<'_>) -> TokenStream {
    let Requires { condition, refusal, text } = requires;
    let otherwise = match refusal {
        Some(error) => {
            let outcome = &around.outcome;
            quote!(#outcome::Refuse(#error))
        }
        None => broken("Requires", text, around),
    };
    check(condition, &otherwise)
}

fn after(ensures: &Ensures, result: &Ident, around: &Surroundings<'_>) -> TokenStream {
    let Ensures { condition, text, .. } = ensures;
    let check = check(condition, &broken("Ensures", text, around));
    match &ensures.result {
        Some(name) => quote!({ let #name = &#result; #check }),
        None => check,
    }
}

fn check(condition: &TokenStream, otherwise: &TokenStream) -> TokenStream {
    let holds = format_ident!("holds", span = Span::mixed_site().located_at(condition.span()));
    quote! {
        let #holds: bool = #condition;
        if !#holds {
            break 'handled #otherwise;
        }
    }
}

fn broken(kind: &str, text: &str, around: &Surroundings<'_>) -> TokenStream {
    let outcome = &around.outcome;
    let breach = breach(around.private, kind, text, around.method);
    quote!(#outcome::Breach(#breach))
}

/// The breach of a contract.
pub(crate) fn breach(private: &Private, kind: &str, text: &str, method: &Ident) -> TokenStream {
    let kind = Ident::new(kind, Span::call_site());
    let method_name = method.to_string();
    quote_spanned! {Span::mixed_site()=>
        #private::ContractBreach {
            kind: #private::ContractKind::#kind,
            condition: #text,
            method: #method_name,
        }
    }
}
