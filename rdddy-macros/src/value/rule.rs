//! The options of one attribute to rules: which of them fit their field, and when they hold.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, LitStr};

use super::hint;
use super::model::{Bound, Constraint, Field, Normalize, Rule, Shape};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};
use crate::support::text::source;

/// What rules of one attribute are about.
pub(crate) enum Subject<'a> {
    /// One field. The index says which, where there are others.
    Field { field: &'a Field, index: Option<usize>, of: &'a str },
    /// All fields of a struct, by their names.
    All { fields: &'a [Field], of: &'a str },
}

impl Subject<'_> {
    fn called(&self) -> String {
        match self {
            Subject::Field { field: Field { ident: Some(ident), .. }, of, .. } => {
                format!("`{ident}` of `{of}`")
            }
            Subject::Field { of, .. } | Subject::All { of, .. } => format!("`{of}`"),
        }
    }
}

/// The rules in one attribute.
pub(crate) fn rules(
    options: &[Given],
    subject: &Subject<'_>,
    mistakes: &mut Mistakes,
) -> Vec<Rule> {
    let message = options.iter().find_map(|option| match &option.value {
        Value::Text(text) if option.name() == "message" => Some(text),
        _ => None,
    });
    let mut rules = Vec::new();
    let mut refused = false;
    for option in options {
        match rule(option, subject) {
            Ok(Some((constraint, holds, default))) => rules.push(Rule {
                field: match subject {
                    Subject::Field { index, .. } => *index,
                    Subject::All { .. } => None,
                },
                holds,
                constraint,
                message: message.map_or(default, LitStr::value),
            }),
            Ok(None) => {}
            Err(mistake) => {
                refused = true;
                mistakes.report(mistake);
            }
        }
    }
    if let Some(message) = message.filter(|_| !refused) {
        check_message(message, rules.is_empty(), mistakes);
    }
    rules
}

/// E042. A message says what a rule asks for.
fn check_message(message: &LitStr, is_alone: bool, mistakes: &mut Mistakes) {
    let sentence = if is_alone {
        "a message without a rule beside it"
    } else if message.value().trim().is_empty() {
        "a message that says nothing"
    } else {
        return;
    };
    let usage = "write `#[value(range = 1..=999, message = \"a quantity is between 1 and 999\")]`";
    mistakes.report(Mistake::at(Code::E042, message, sentence).help(usage));
}

type Parts = (Constraint, TokenStream, String);

fn rule(option: &Given, subject: &Subject<'_>) -> Result<Option<Parts>, Mistake> {
    let called = subject.called();
    match (option.name(), &option.value) {
        ("check", Value::Expression(check)) => {
            let hint = match subject {
                Subject::Field { field, .. } => hint::bounds_of(check, field),
                Subject::All { .. } => None,
            };
            let text = source(check);
            let constraint = hint.unwrap_or_else(|| Constraint::Check(text.clone()));
            Ok(Some((constraint, quote!(#check), format!("{called} satisfies `{text}`"))))
        }
        ("check_with", Value::Path(path)) => {
            let text = source(path);
            let bindings: Vec<_> = match subject {
                Subject::Field { field, .. } => vec![&field.binding],
                Subject::All { fields, .. } => fields.iter().map(|field| &field.binding).collect(),
            };
            let holds = quote_spanned!(path.span()=> #path(#(#bindings),*));
            let default = format!("{called} satisfies `{text}`");
            Ok(Some((Constraint::Check(text), holds, default)))
        }
        ("min" | "max" | "range" | "not_empty" | "min_chars" | "max_chars", _) => match subject {
            Subject::Field { field, .. } => built_in(option, field, &called).map(Some),
            Subject::All { .. } => Err(Mistake::at(
                Code::E042,
                &option.key,
                format!("`{}` is about one field", option.key),
            )
            .help("write the attribute on that field")),
        },
        _ => Ok(None),
    }
}

fn built_in(option: &Given, field: &Field, called: &str) -> Result<Parts, Mistake> {
    let name = option.name();
    check_shape(option, field)?;
    let value = &field.binding;
    Ok(match &option.value {
        Value::Expression(limit) if name == "range" => {
            let Some((range, constraint)) =
                hint::range(limit).and_then(|range| Some((range, hint::constraint(range, field)?)))
            else {
                let sentence = "a range has an end, and is written as one";
                return Err(
                    Mistake::at(Code::E042, limit, sentence).help("write `range = 1..=999`")
                );
            };
            let text = source(range);
            let holds = quote_spanned!(range.span()=> (#range).contains(#value));
            (known(constraint, field, &text), holds, format!("{called} is within {text}"))
        }
        Value::Expression(limit) => {
            let text = source(limit);
            let (constraint, holds, word) = if name == "min" {
                (
                    Constraint::Min(Bound::new(limit, field, false)),
                    quote_spanned!(limit.span()=> *#value >= #limit),
                    "least",
                )
            } else {
                (
                    Constraint::Max(Bound::new(limit, field, false)),
                    quote_spanned!(limit.span()=> *#value <= #limit),
                    "most",
                )
            };
            (known(constraint, field, &text), holds, format!("{called} is at {word} {text}"))
        }
        Value::Whole(count) => {
            let Ok(limit) = count.base10_parse::<usize>() else {
                let sentence = format!("`{count}` is not a number of characters");
                return Err(Mistake::at(Code::E042, count, sentence)
                    .help(format!("write `{}`", option.spec.usage)));
            };
            let long = quote!(#value.chars().count());
            if name == "min_chars" {
                let default = format!("{called} has at least {limit} characters");
                (Constraint::MinChars(limit), quote!(#long >= #limit), default)
            } else {
                let default = format!("{called} has at most {limit} characters");
                (Constraint::MaxChars(limit), quote!(#long <= #limit), default)
            }
        }
        _ => {
            let holds = quote_spanned!(option.key.span()=> !#value.is_empty());
            (Constraint::NotEmpty, holds, format!("{called} is not empty"))
        }
    })
}

/// Bounds are data if it is known how the type is counted.
fn known(constraint: Constraint, field: &Field, text: &str) -> Constraint {
    if field.shape.is_number() { constraint } else { Constraint::Check(text.to_owned()) }
}

/// E042. A rule fits the type of its field, as far as that is known by its name.
fn check_shape(option: &Given, field: &Field) -> Result<(), Mistake> {
    let (fits, instead) = match option.name() {
        "min" | "max" | "range" => (
            !matches!(field.shape, Shape::Text | Shape::Bool),
            "it is about numbers; for a text, write `min_chars = 2` or `max_chars = 80`",
        ),
        _ => (
            matches!(field.shape, Shape::Text | Shape::Other),
            "it is about texts; for a number, write `range = 1..=999`",
        ),
    };
    if fits {
        return Ok(());
    }
    let sentence = format!("`{}` does not fit a `{}`", option.key, source(&field.ty));
    Err(Mistake::at(Code::E042, &option.key, sentence).help(instead))
}

/// What `field` goes through before it is checked, if `options` say so.
pub(crate) fn normalize(
    options: &[Given],
    field: &Field,
    mistakes: &mut Mistakes,
) -> Option<Normalize> {
    let option = options.iter().find(|option| option.name() == "normalize")?;
    let Value::Expression(expression) = &option.value else { return None };
    let Expr::Path(path) = expression else {
        return Some(Normalize::Expression(expression.clone()));
    };
    let word = path.path.get_ident().map(ToString::to_string).unwrap_or_default();
    let method = match word.as_str() {
        "trim" => "trim",
        "lowercase" => "to_lowercase",
        "uppercase" => "to_uppercase",
        _ => return Some(Normalize::Function(path.path.clone())),
    };
    if field.shape != Shape::Text {
        let sentence = format!("`{word}` does not fit a `{}`", source(&field.ty));
        mistakes.report(
            Mistake::at(Code::E042, path, sentence)
                .help("it is about a `String`; otherwise write the path of a function"),
        );
        return None;
    }
    Some(Normalize::Method(proc_macro2::Ident::new(method, path.span())))
}
