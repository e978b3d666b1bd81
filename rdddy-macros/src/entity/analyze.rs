//! [`Input`] to [`Model`]: every rule about entities.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Data, Generics, Member, Type, parse_quote};

use super::parse::Input;
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Given;

/// Everything the expansion needs to know about an entity.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The field that identifies it.
    pub(crate) member: Member,
    pub(crate) ty: Type,
    /// Where that is said.
    pub(crate) at: Span,
}

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let Input { item, mut options } = input;
    let Data::Struct(data) = &item.data else {
        mistakes.report(
            Mistake::at(Code::E044, &item.ident, "an entity is a struct")
                .help("write a struct with a field for its id, and one for the enum"),
        );
        return None;
    };
    let marked: Vec<_> = data
        .fields
        .iter()
        .enumerate()
        .filter_map(|(index, field)| {
            let marks = field.attrs.iter().find(|attribute| attribute.path().is_ident("id"))?;
            Some((index, field, marks))
        })
        .collect();
    let Some((index, field, mark)) = marked.first().copied() else {
        mistakes.report(
            Mistake::at(
                Code::E044,
                &item.ident,
                format!("`{}` does not say what identifies it", item.ident),
            )
            .help("write `#[id]` on the field that holds its id"),
        );
        return None;
    };
    for (_, _, second) in marked.iter().skip(1) {
        mistakes.report(
            Mistake::at(Code::E044, second, "an entity is identified by one field")
                .help("remove one `#[id]`; what is identified by several gets an id made of them"),
        );
    }
    let mut generics = item.generics.clone();
    let ty = field.ty.clone();
    if !generics.params.is_empty() {
        let bound = parse_quote!(#ty: ::core::cmp::Eq + ::core::hash::Hash);
        generics.make_where_clause().predicates.push(bound);
    }
    Some(Model {
        private: Private::new(Given::take_crate(&mut options)),
        ident: item.ident,
        generics,
        member: field.ident.clone().map_or_else(|| Member::from(index), Member::Named),
        ty,
        at: mark.path().span(),
    })
}
