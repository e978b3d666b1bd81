//! A method that answers a query: `async fn best(rows: &Rows<Self>, query: BestSellers) -> ..`

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Attribute, Type};

use crate::actor::analyze::cfgs;
use crate::actor::block::Method;
use crate::actor::signature::{parameters, returns, ungroup};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};

/// A method that answers a query.
pub(super) struct Answer {
    pub(super) cfgs: Vec<Attribute>,
    pub(super) method: Ident,
    pub(super) query: Type,
    pub(super) is_async: bool,
    pub(super) returns: Span,
}

/// Reads such a method, and reports what keeps it from being one.
pub(super) fn answer(method: &Method, mistakes: &mut Mistakes) -> Option<Answer> {
    let signature = &method.signature;
    let name = &signature.ident;
    let mut sound = true;
    let mut report = |at: &dyn ToTokens, sentence: &str| {
        let help = format!("write `async fn {name}(rows: &Rows<Self>, query: BestSellers) -> ..`");
        mistakes.report(Mistake::at(Code::E084, at.to_token_stream(), sentence).help(help));
        sound = false;
    };
    if !signature.generics.params.is_empty() {
        report(&signature.generics, "a method answers one type of query");
    }
    let mut rest = parameters(signature);
    // It has a first parameter, by which it was recognized.
    let _rows = rest.next();
    let query = match rest.next() {
        None => {
            report(name, "it takes the rows, and no query");
            None
        }
        Some(parameter) => match ungroup(&parameter.ty) {
            Type::Reference(_) => {
                report(&parameter.ty, "a query is taken by value");
                None
            }
            ty => Some(ty.clone()),
        },
    };
    if let Some(parameter) = rest.next() {
        report(parameter, "nobody would supply this parameter");
    }
    let query = query.filter(|_| sound)?;
    Some(Answer {
        cfgs: cfgs(&method.attributes),
        method: name.clone(),
        query,
        is_async: signature.asyncness.is_some(),
        returns: returns(signature),
    })
}

/// Whether the method takes `&Rows<..>` first, and no `self`.
pub(super) fn takes_rows(method: &Method) -> bool {
    let Some(first) = parameters(&method.signature).next() else { return false };
    let Type::Reference(reference) = ungroup(&first.ty) else { return false };
    method.signature.receiver().is_none()
        && matches!(
            ungroup(&reference.elem),
            Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Rows")
        )
}
