//! [`Input`] to [`Model`]: every rule about messages.

use proc_macro2::Ident;
use syn::{
    ConstParam, Data, GenericArgument, GenericParam, Generics, Type, TypeParam, parse_quote,
};

use super::Derive;
use super::parse::Input;
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::names::{check_context_name, check_message_name};
use crate::support::options::{Given, Value};

/// Everything the expansion needs to know about a message.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    pub(crate) ident: Ident,
    /// The type, with its parameters.
    pub(crate) ty: Type,
    /// With the bounds that a message needs.
    pub(crate) generics: Generics,
    pub(crate) name: String,
    pub(crate) context: Option<String>,
    pub(crate) version: u32,
    /// The name that it was stored under before.
    pub(crate) formerly: Option<String>,
    /// The field that says which aggregate a command is for.
    pub(crate) key: Option<(Ident, Type)>,
    /// The fields that say what an event is about.
    pub(crate) tags: Vec<Ident>,
    /// Its named fields, and their types as they are written.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) kind: Kind,
}

/// What is particular to a kind of message.
pub(crate) enum Kind {
    Command { reply: Type, error: Type, shared: bool },
    Query { reply: Type, error: Type },
    Event { scope: Ident },
}

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Model {
    let Input { derive, item, mut options } = input;
    check_target(derive, &item.data, &item.generics, mistakes);
    check_field_attributes(&item.data, mistakes);
    let (key, tags) = (key(&item.data, mistakes), tags(&item.data));
    let fields = fields(&item.data);
    let private = Private::new(Given::take_crate(&mut options));
    let generics = bounded(derive, without_lifetimes(item.generics.clone()));
    let mut model = Model {
        private,
        name: unraw(&item.ident),
        context: None,
        version: 1,
        formerly: None,
        key,
        tags,
        fields,
        ty: with_static_lifetimes(&item.ident, &item.generics),
        generics,
        kind: kind(derive, &item.ident, &mut options, mistakes),
        ident: item.ident,
    };
    for option in options {
        match (option.name(), option.value) {
            ("name", Value::Text(name)) => {
                check_message_name(&name, mistakes);
                model.name = name.value();
            }
            ("context", Value::Text(context)) => {
                check_context_name(&context, mistakes);
                model.context = Some(context.value());
            }
            ("formerly", Value::Text(name)) => model.formerly = Some(name.value()),
            ("version", Value::Whole(version)) => match version.base10_parse() {
                Ok(number) if number > 0 => model.version = number,
                _ => mistakes.report(
                    Mistake::at(Code::E022, version, "versions are counted from 1")
                        .help("write `version = 1`, or leave it out"),
                ),
            },
            _ => {}
        }
    }
    model
}

fn kind(derive: Derive, ident: &Ident, options: &mut Vec<Given>, mistakes: &mut Mistakes) -> Kind {
    let mut take = |name: &str| {
        let at = options.iter().position(|option| option.name() == name)?;
        Some(options.remove(at))
    };
    if derive == Derive::Event {
        let scopes = [("external", "External"), ("integration", "Integration"), ("ui", "Ui")];
        let given: Vec<_> =
            scopes.iter().filter_map(|(name, scope)| Some((take(name)?.key, *scope))).collect();
        if let [(first, _), (second, _), ..] = given.as_slice() {
            let sentence = format!("an event has one scope: `{first}` or `{second}`");
            mistakes
                .report(Mistake::at(Code::E002, second, sentence).help("remove one of the two"));
        }
        let scope = given.first().map_or("Domain", |(_, scope)| *scope);
        return Kind::Event { scope: Ident::new(scope, proc_macro2::Span::call_site()) };
    }
    let mut take_type = |name: &str| match take(name)?.value {
        Value::Type(ty) => Some(ty),
        _ => None,
    };
    let reply = take_type("reply");
    let error = take_type("error").unwrap_or_else(|| parse_quote!(::core::convert::Infallible));
    if derive == Derive::Command {
        let reply = reply.unwrap_or_else(|| parse_quote!(()));
        return Kind::Command { reply, error, shared: take("shared").is_some() };
    }
    let reply = reply.unwrap_or_else(|| {
        check_reply_of_query(ident, mistakes);
        parse_quote!(())
    });
    Kind::Query { reply, error }
}

/// E018. A question without an answer is a command, or a slip.
fn check_reply_of_query(ident: &Ident, mistakes: &mut Mistakes) {
    mistakes.report(
        Mistake::at(Code::E018, ident, format!("the query `{ident}` does not say what it answers"))
            .help(format!(
                "add `#[query(reply = usize)]` to `{ident}`, with the type of its answer"
            )),
    );
}

/// E022. A message owns what it carries, because it outlives its sender's stack frame.
fn check_target(derive: Derive, data: &Data, generics: &Generics, mistakes: &mut Mistakes) {
    let noun = derive.noun();
    if let Data::Union(union) = data {
        let sentence = format!("{noun} is a struct or an enum, never a union");
        mistakes
            .report(Mistake::at(Code::E022, union.union_token, sentence).help("write `struct`"));
    }
    if let Some(lifetime) = generics.lifetimes().next() {
        let sentence = format!("{noun} owns its data: it has no lifetime parameters");
        mistakes.report(
            Mistake::at(Code::E022, lifetime, sentence)
                .help("write `String` for `&str`, `Vec<T>` for `&[T]`, `Arc<T>` for `&T`"),
        );
    }
}

/// E022. `#[key]` and `#[tag]` are known elsewhere by the name of their field.
fn check_field_attributes(data: &Data, mistakes: &mut Mistakes) {
    let fields: Vec<_> = match data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => return,
    };
    for field in fields.into_iter().filter(|field| field.ident.is_none()) {
        for attribute in &field.attrs {
            for name in ["key", "tag"] {
                if attribute.path().is_ident(name) {
                    let sentence = format!("`#[{name}]` stands on a field that has a name");
                    mistakes.report(
                        Mistake::at(Code::E022, attribute, sentence)
                            .help(format!("write `{{ #[{name}] order: OrderId }}`")),
                    );
                }
            }
        }
    }
}

/// The field with `#[key]`. E022: there is one at most.
fn key(data: &Data, mistakes: &mut Mistakes) -> Option<(Ident, Type)> {
    let Data::Struct(data) = data else { return None };
    let mut keys = data.fields.iter().filter(|field| has(field, "key"));
    let first = keys.next()?;
    if let Some(second) = keys.next() {
        mistakes.report(
            Mistake::at(Code::E022, &second.ident, "a command is for one aggregate")
                .help("keep one `#[key]`: the id of the aggregate that decides"),
        );
    }
    Some((first.ident.clone()?, first.ty.clone()))
}

/// The fields with `#[tag]`.
fn tags(data: &Data) -> Vec<Ident> {
    let Data::Struct(data) = data else { return Vec::new() };
    let tagged = data.fields.iter().filter(|field| has(field, "tag"));
    tagged.filter_map(|field| field.ident.clone()).collect()
}

fn fields(data: &Data) -> Vec<(String, String)> {
    let Data::Struct(data) = data else { return Vec::new() };
    let named = data.fields.iter().filter_map(|field| Some((field.ident.as_ref()?, &field.ty)));
    named.map(|(name, ty)| (unraw(name), crate::support::text::source(ty))).collect()
}

fn has(field: &syn::Field, name: &str) -> bool {
    field.attrs.iter().any(|attribute| attribute.path().is_ident(name))
}

/// A lifetime has been reported by now; without it, it leads to no other mistakes.
fn without_lifetimes(mut generics: Generics) -> Generics {
    if generics.lifetimes().next().is_some() {
        let owned = generics.params.into_iter().filter(|p| !matches!(p, GenericParam::Lifetime(_)));
        generics.params = owned.collect();
        generics.where_clause = None;
    }
    generics
}

fn with_static_lifetimes(ident: &Ident, generics: &Generics) -> Type {
    let arguments = generics.params.iter().map(|parameter| -> GenericArgument {
        match parameter {
            GenericParam::Lifetime(_) => parse_quote!('static),
            GenericParam::Type(TypeParam { ident, .. }) => parse_quote!(#ident),
            GenericParam::Const(ConstParam { ident, .. }) => parse_quote!(#ident),
        }
    });
    if generics.params.is_empty() {
        return parse_quote!(#ident);
    }
    parse_quote!(#ident<#(#arguments),*>)
}

/// The bounds that make every instance of a generic type a message.
fn bounded(derive: Derive, mut generics: Generics) -> Generics {
    let parameters: Vec<_> = generics.type_params().map(|p| p.ident.clone()).collect();
    if !parameters.is_empty() {
        let predicates = &mut generics.make_where_clause().predicates;
        for parameter in parameters {
            predicates.push(match derive {
                Derive::Event => {
                    parse_quote!(#parameter: ::core::marker::Send + ::core::marker::Sync + 'static)
                }
                Derive::Command | Derive::Query => {
                    parse_quote!(#parameter: ::core::marker::Send + 'static)
                }
            });
        }
    }
    generics
}

fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}
