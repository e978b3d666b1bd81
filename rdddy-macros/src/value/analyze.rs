//! [`Input`] to [`Model`]: every rule about value objects.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Visibility};

use super::model::{Field, Model, Shape};
use super::parse::Input;
use super::rule::{Subject, normalize, rules};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};

/// As many as a tuple of the standard library can have and still be compared and printed.
const FIELDS_MAX: usize = 12;

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let Input { item, options, field_options } = input;
    let data = check_target(&item, mistakes)?;
    check_visibility(&item.ident, data, mistakes);
    let mut fields: Vec<_> = data.iter().map(field).collect();
    let is_newtype = data.iter().all(|field| field.ident.is_none());
    let name = item.ident.unraw().to_string();
    let mut found = Vec::new();
    let sources = options.iter().map(|list| (None, list)).chain(
        field_options
            .iter()
            .enumerate()
            .flat_map(|(index, lists)| lists.iter().map(move |list| (Some(index), list))),
    );
    let mut sources: Vec<_> = sources.collect();
    // Those of the fields first: what is said about all of them relies on each being valid.
    sources.sort_by_key(|(index, _)| index.is_none());
    for (index, list) in sources {
        let about = if is_newtype { Some(0) } else { index };
        let Some(at) = about else {
            check_normalize_of_all(list, mistakes);
            found.extend(rules(list, &Subject::All { fields: &fields, of: &name }, mistakes));
            continue;
        };
        let field = fields.get_mut(at)?;
        if let Some(normalize) = normalize(list, field, mistakes) {
            if field.normalize.is_some() {
                twice(list, "normalize", mistakes);
            }
            field.normalize = Some(normalize);
        }
        let index = (!is_newtype).then_some(at);
        found.extend(rules(list, &Subject::Field { field, index, of: &name }, mistakes));
    }
    let mut model = Model {
        private: Private::new(None),
        visibility: item.vis.clone(),
        error: format_ident!("{}Error", item.ident.unraw(), span = item.ident.span()),
        ident: item.ident.clone(),
        personal: None,
        serde: true,
        examples: Vec::new(),
        fields,
        rules: found,
    };
    settings(options, &mut model, mistakes);
    Some(model)
}

/// The options that are about the type as a whole, each of them once.
fn settings(options: Vec<Vec<Given>>, model: &mut Model, mistakes: &mut Mistakes) {
    let mut given: Vec<&'static str> = Vec::new();
    for option in options.into_iter().flatten() {
        let name = option.name();
        if matches!(name, "personal" | "examples" | "error" | "serde" | "crate") {
            if given.contains(&name) {
                let sentence = format!("`{name}` is given twice");
                mistakes.report(
                    Mistake::at(Code::E002, &option.key, sentence).help("remove one of the two"),
                );
            }
            given.push(name);
        }
        match (name, option.value) {
            ("personal", _) => model.personal = Some(option.key),
            ("serde", Value::Flag(on)) => model.serde = on,
            ("crate", Value::Path(path)) => model.private = Private::new(Some(path)),
            ("error", Value::Path(path)) => match path.get_ident() {
                Some(ident) => model.error = ident.clone(),
                None => mistakes.report(
                    Mistake::at(Code::E002, path, "the error gets a name, not a path")
                        .help("write `error = QuantityError`"),
                ),
            },
            ("examples", Value::Expression(Expr::Array(array))) => {
                model.examples = array.elems.into_iter().collect();
            }
            ("examples", Value::Expression(other)) => mistakes.report(
                Mistake::at(Code::E002, other, "examples are written as an array")
                    .help("write `examples = [\"978-3-16-148410-0\"]`"),
            ),
            _ => {}
        }
    }
}

fn twice(list: &[Given], name: &str, mistakes: &mut Mistakes) {
    if let Some(option) = list.iter().find(|option| option.name() == name) {
        let sentence = format!("`{name}` is given twice");
        mistakes
            .report(Mistake::at(Code::E002, &option.key, sentence).help("remove one of the two"));
    }
}

/// E042. What changes a value changes one field.
fn check_normalize_of_all(list: &[Given], mistakes: &mut Mistakes) {
    if let Some(option) = list.iter().find(|option| option.name() == "normalize") {
        mistakes.report(
            Mistake::at(Code::E042, &option.key, "`normalize` is about one field")
                .help("write the attribute on that field"),
        );
    }
}

/// E040. A value object is a struct of one unnamed field, or of named ones, without parameters.
fn check_target<'a>(item: &'a DeriveInput, mistakes: &mut Mistakes) -> Option<&'a Fields> {
    let mut refuse = |at: &dyn ToTokens, sentence: &str, help: &str| {
        mistakes.report(Mistake::at(Code::E040, at.to_token_stream(), sentence).help(help));
        None
    };
    let Data::Struct(data) = &item.data else {
        return refuse(
            &item.ident,
            "a value object is a struct",
            "an enum without fields needs no check: derive `Clone`, `PartialEq`, `Eq` for it",
        );
    };
    if !item.generics.params.is_empty() {
        return refuse(
            &item.generics,
            "a value object has no parameters",
            "write one struct for each type that it is made for",
        );
    }
    match (&data.fields, data.fields.len()) {
        (Fields::Unit, _) | (_, 0) => {
            refuse(&item.ident, "a value object holds something", "write `struct Quantity(u32);`")
        }
        (Fields::Unnamed(fields), 2..) => refuse(
            fields,
            "several fields of a value object have names",
            "write `struct Money { amount: u64, currency: Currency }`",
        ),
        (fields, count) if count > FIELDS_MAX => refuse(
            fields,
            "a value object has at most 12 fields",
            "group some of them into value objects of their own",
        ),
        (fields, _) => Some(fields),
    }
}

/// E041. What is public can be set without a check.
fn check_visibility(ident: &Ident, fields: &Fields, mistakes: &mut Mistakes) {
    for field in fields.iter().filter(|field| !matches!(field.vis, Visibility::Inherited)) {
        let getter = field.ident.as_ref().map_or("value".to_owned(), ToString::to_string);
        let sentence = format!("this field of `{ident}` can be set without a check");
        mistakes.report(
            Mistake::at(Code::E041, &field.vis, sentence)
                .help(format!("leave the visibility out, and read it by `.{getter}()`")),
        );
    }
}

fn field(field: &syn::Field) -> Field {
    Field {
        binding: match &field.ident {
            Some(ident) => ident.clone(),
            None => Ident::new("value", Span::call_site()),
        },
        ident: field.ident.clone(),
        ty: field.ty.clone(),
        shape: Shape::of(&field.ty),
        normalize: None,
    }
}
