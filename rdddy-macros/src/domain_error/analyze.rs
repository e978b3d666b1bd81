//! [`Input`] to [`Model`]: every rule about domain errors.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Data, Fields, Generics, LitStr, Member};

use super::parse::Input;
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::names::check_context_name;
use crate::support::options::{Given, Value};

/// Everything the expansion needs to know about a domain error.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) context: Option<String>,
    /// The variants of an enum; of a struct, itself.
    pub(crate) cases: Vec<Case>,
}

/// One way to be this error.
pub(crate) struct Case {
    /// The variant; none for a struct.
    pub(crate) variant: Option<Ident>,
    pub(crate) says: Says,
}

/// What it says about itself.
pub(crate) enum Says {
    /// What its only field says.
    Same(Member),
    Own {
        code: ErrorCode,
        transient: bool,
        severity: &'static str,
    },
}

pub(crate) enum ErrorCode {
    /// Behind the context, which is known at run time.
    Local(String),
    Whole(String),
}

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let Input { item, mut options, variants } = input;
    let private = Private::new(Given::take_crate(&mut options));
    let context = options.iter().find_map(|option| match &option.value {
        Value::Text(text) if option.name() == "context" => Some(text),
        _ => None,
    });
    if let Some(context) = context {
        check_context_name(context, mistakes);
    }
    let context = context.map(LitStr::value);
    check_options(&options, mistakes);
    let cases = match &item.data {
        Data::Struct(data) => {
            let name = item.ident.unraw().to_string();
            let name =
                name.strip_suffix("Error").filter(|short| !short.is_empty()).unwrap_or(&name);
            let says = says(&options, &[], name, &data.fields, mistakes);
            vec![Case { variant: None, says }]
        }
        Data::Enum(data) => {
            check_defaults(&options, mistakes);
            let cases = data.variants.iter().zip(&variants);
            cases
                .map(|(variant, own)| {
                    check_options(own, mistakes);
                    let name = variant.ident.unraw().to_string();
                    let says = says(own, &options, &name, &variant.fields, mistakes);
                    Case { variant: Some(variant.ident.clone()), says }
                })
                .collect()
        }
        Data::Union(_) => {
            mistakes.report(
                Mistake::at(Code::E047, &item.ident, "a domain error is a struct or an enum")
                    .help("write `enum`"),
            );
            return None;
        }
    };
    check_codes(&variants, &cases, mistakes);
    Some(Model { private, ident: item.ident, generics: item.generics, context, cases })
}

fn given<'a>(options: &'a [Given], name: &str) -> Option<&'a Given> {
    options.iter().find(|option| option.name() == name)
}

fn says(
    own: &[Given],
    defaults: &[Given],
    name: &str,
    fields: &Fields,
    mistakes: &mut Mistakes,
) -> Says {
    let says_own = ["terminal", "transient"].iter().any(|word| given(own, word).is_some());
    let transient = given(if says_own { own } else { defaults }, "transient").is_some();
    let severity = given(own, "severity").or_else(|| given(defaults, "severity"));
    let severity = match severity.map(|option| &option.value) {
        Some(Value::Word(word)) if word == "info" => "Info",
        Some(Value::Word(word)) if word == "warning" => "Warning",
        Some(Value::Word(word)) if word == "critical" => "Critical",
        _ => "Error",
    };
    let code = match given(own, "code").map(|option| &option.value) {
        Some(Value::Text(code)) => ErrorCode::Whole(code.value()),
        _ => ErrorCode::Local(snake_case(name)),
    };
    if let Some(transparent) = given(own, "transparent")
        && let Some(member) = check_only_field(transparent, fields, mistakes)
    {
        return Says::Same(member);
    }
    Says::Own { code, transient, severity }
}

/// E047. What is the same as something else has one field, and says nothing of its own.
fn check_only_field(
    transparent: &Given,
    fields: &Fields,
    mistakes: &mut Mistakes,
) -> Option<Member> {
    let member = fields.members().next();
    if fields.len() != 1 {
        mistakes.report(
            Mistake::at(Code::E047, &transparent.key, "what is transparent has one field")
                .help("write `#[domain(transparent)] Payment(#[from] PaymentError)`"),
        );
        return None;
    }
    member
}

/// E047. An error is terminal or transient, and its code can stand in a log and in an address.
fn check_options(options: &[Given], mistakes: &mut Mistakes) {
    let words: Vec<_> = ["terminal", "transient", "transparent"]
        .iter()
        .filter_map(|word| given(options, word))
        .collect();
    if let [first, second, ..] = words.as_slice() {
        let sentence = format!("a domain error is `{}` or `{}`, not both", first.key, second.key);
        mistakes
            .report(Mistake::at(Code::E047, &second.key, sentence).help("remove one of the two"));
    }
    if let (Some(_), Some(second)) = (
        given(options, "transparent"),
        given(options, "code").or_else(|| given(options, "severity")),
    ) {
        let sentence = format!("what is transparent has no `{}` of its own", second.key);
        mistakes
            .report(Mistake::at(Code::E047, &second.key, sentence).help("remove one of the two"));
    }
    if let Some(Given { value: Value::Text(code), .. }) = given(options, "code") {
        let text = code.value();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if !text.split('.').all(|part| !part.is_empty() && part.chars().all(fits)) {
            let sentence = "a code is made of small letters, digits, `_`, `-`, and `.` in between";
            mistakes.report(
                Mistake::at(Code::E047, code, sentence).help("write `\"sales.already_placed\"`"),
            );
        }
    }
}

/// E047. A code belongs to one variant.
fn check_defaults(options: &[Given], mistakes: &mut Mistakes) {
    for name in ["code", "transparent"] {
        if let Some(option) = given(options, name) {
            let sentence = format!("`{name}` is about one variant");
            mistakes.report(
                Mistake::at(Code::E047, &option.key, sentence)
                    .help("write the attribute on that variant"),
            );
        }
    }
}

/// E047. Two variants with one code cannot be told apart.
fn check_codes(variants: &[Vec<Given>], cases: &[Case], mistakes: &mut Mistakes) {
    for (index, case) in cases.iter().enumerate() {
        let Says::Own { code: ErrorCode::Whole(code), .. } = &case.says else { continue };
        let is_repeated = cases.iter().take(index).any(|other| {
            matches!(&other.says, Says::Own { code: ErrorCode::Whole(same), .. } if same == code)
        });
        let option = variants.get(index).and_then(|options| given(options, "code"));
        if let Some(option) = option.filter(|_| is_repeated) {
            let sentence = format!("another variant has the code `{code}`");
            mistakes.report(
                Mistake::at(Code::E047, &option.key, sentence).help("give each a code of its own"),
            );
        }
    }
}

/// `AlreadyPlaced` to `already_placed`, `HTTPFailed` to `http_failed`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let begins = before.is_some_and(|c| c.is_lowercase() || c.is_numeric())
            || before.is_some_and(|c| c.is_uppercase())
                && letters.get(at + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && begins {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
