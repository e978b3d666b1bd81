//! [`Input`] to [`Model`]: every rule about ids.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Fields, Type, Visibility};

use super::parse::Input;
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Given;
use crate::support::text::source;

/// Everything the expansion needs to know about an id.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
}

/// What an id is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `String`
    Text,
    /// `u64`
    Number,
    /// `u128`
    Bits,
}

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let Input { item, mut options } = input;
    let (ty, shape) = check_target(&item, mistakes)?;
    Some(Model {
        private: Private::new(Given::take_crate(&mut options)),
        visibility: item.vis,
        ident: item.ident,
        ty,
        shape,
    })
}

/// E046. An id is a struct of one private field of a type that has one text.
fn check_target(item: &DeriveInput, mistakes: &mut Mistakes) -> Option<(Type, Shape)> {
    let example = format!("write `struct {}(u128);`, or `u64`, or `String`", item.ident);
    let only = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first(),
            _ => None,
        },
        Data::Enum(_) | Data::Union(_) => None,
    };
    let Some(field) = only.filter(|_| item.generics.params.is_empty()) else {
        let sentence = "an id is a struct of one unnamed field, without parameters";
        mistakes.report(Mistake::at(Code::E046, &item.ident, sentence).help(example));
        return None;
    };
    if !matches!(field.vis, Visibility::Inherited) {
        let sentence = "the field of an id is private";
        mistakes.report(
            Mistake::at(Code::E046, &field.vis, sentence)
                .help("leave the visibility out, and read it by `.value()`"),
        );
    }
    let name = source(&field.ty);
    let shape = match name.rsplit("::").next() {
        Some("String") => Shape::Text,
        Some("u64") => Shape::Number,
        Some("u128") => Shape::Bits,
        _ => {
            let sentence = format!("an id is not made of `{name}`");
            mistakes.report(Mistake::at(Code::E046, &field.ty, sentence).help(example));
            return None;
        }
    };
    Some((field.ty.clone(), shape))
}
