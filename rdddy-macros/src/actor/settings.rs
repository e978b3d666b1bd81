//! The options of `#[actor]`, as values.

use std::time::Duration;

use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitInt, LitStr, Token, Type};

use super::model::{Mailbox, Settings};
use crate::support::codes::Code;
use crate::support::duration;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};

/// The largest capacity a bounded mailbox can be given, as in the core's limits.
const CAPACITY_MAX: u32 = 1 << 30;

pub(crate) fn analyze(options: Vec<Given>, mistakes: &mut Mistakes) -> Settings {
    let mut settings = Settings::default();
    for option in options {
        let usage = option.spec.usage;
        match (option.name(), option.value) {
            ("mailbox", Value::Expression(value)) => {
                settings.mailbox = check_mailbox(value, usage, mistakes);
            }
            ("overflow", Value::Word(word)) => settings.overflow = Some(word),
            ("restart", Value::Word(word)) => settings.restart = Some(word),
            ("critical", _) => settings.critical = true,
            ("backoff", Value::Text(range)) => {
                settings.backoff = read(&range, duration::parse_range, usage, mistakes);
            }
            ("strategy", Value::Word(word)) => settings.strategy = Some(word),
            ("intensity", Value::Arguments(tokens)) => {
                settings.intensity = match syn::parse2(tokens.clone()) {
                    Ok(intensity) => check_intensity(&intensity, usage, mistakes),
                    Err(_) => {
                        let sentence = "`intensity` says how many restarts, and within which time";
                        mistakes.report(
                            Mistake::at(Code::E002, with_key(&option.key, tokens), sentence)
                                .help(format!("write `{usage}`")),
                        );
                        None
                    }
                };
            }
            ("exhausted", Value::Word(word)) => settings.exhausted = Some(word),
            ("asks", Value::Arguments(tokens)) => {
                let list = Punctuated::<Type, Token![,]>::parse_terminated;
                match list.parse2(tokens.clone()) {
                    Ok(types) => settings.asks = types.into_iter().collect(),
                    Err(_) => mistakes.report(
                        Mistake::at(Code::E002, tokens, "`asks` is a list of messages")
                            .help(format!("write `{usage}`")),
                    ),
                }
            }
            ("name", Value::Text(name)) => {
                if name.value().trim().is_empty() {
                    mistakes.report(
                        Mistake::at(Code::E002, name, "the name of an actor is not empty")
                            .help(format!("write `{usage}`")),
                    );
                } else {
                    settings.name = Some(name.value());
                }
            }
            _ => {}
        }
    }
    settings
}

/// Reads a text by `parse`; its reason goes to `mistakes`.
pub(crate) fn read<T>(
    text: &LitStr,
    parse: fn(&str) -> Result<T, String>,
    usage: &str,
    mistakes: &mut Mistakes,
) -> Option<T> {
    parse(&text.value())
        .map_err(|reason| {
            mistakes.report(Mistake::at(Code::E002, text, reason).help(format!("write `{usage}`")));
        })
        .ok()
}

/// E002. A mailbox holds at least one message.
fn check_mailbox(value: Expr, usage: &str, mistakes: &mut Mistakes) -> Option<Mailbox> {
    let name = |path: &syn::ExprPath| path.path.get_ident().map(ToString::to_string);
    let bounded = match &value {
        Expr::Path(path) if name(path).as_deref() == Some("unbounded") => {
            return Some(Mailbox::Unbounded);
        }
        Expr::Call(call) if call.args.len() == 1 => match &*call.func {
            Expr::Path(path) if name(path).as_deref() == Some("bounded") => call.args.first(),
            _ => None,
        },
        _ => None,
    };
    let Some(capacity) = bounded else {
        let meant = match &value {
            Expr::Lit(literal) => literal.to_token_stream().to_string(),
            _ => "64".to_owned(),
        };
        mistakes.report(
            Mistake::at(Code::E002, value, "a mailbox is `bounded(N)` or `unbounded`")
                .help(format!("write `mailbox = bounded({meant})`")),
        );
        return None;
    };
    if let Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) = capacity {
        let sentence = match literal.base10_parse::<u32>() {
            Ok(0) => "a mailbox of capacity 0 can never accept a message".to_owned(),
            Ok(number) if number <= CAPACITY_MAX => {
                return Some(Mailbox::Bounded(capacity.clone()));
            }
            _ => format!("a mailbox holds at most {CAPACITY_MAX} messages"),
        };
        mistakes
            .report(Mistake::at(Code::E002, literal, sentence).help(format!("write `{usage}`")));
        return None;
    }
    Some(Mailbox::Bounded(capacity.clone()))
}

/// `5, within = "10s"`.
struct Intensity {
    restarts: LitInt,
    within: LitStr,
}

impl Parse for Intensity {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let restarts = input.parse()?;
        input.parse::<Token![,]>()?;
        let key: syn::Ident = input.parse()?;
        if key != "within" {
            return Err(syn::Error::new(key.span(), "expected `within`"));
        }
        input.parse::<Token![=]>()?;
        let within = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Intensity { restarts, within })
    }
}

/// E002. A budget of no restarts is a policy, not a budget.
fn check_intensity(
    Intensity { restarts, within }: &Intensity,
    usage: &str,
    mistakes: &mut Mistakes,
) -> Option<(u32, Duration)> {
    let number = match restarts.base10_parse::<u32>() {
        Ok(0) => Err("a supervisor that allows no restart never restarts a child"),
        Ok(number) => Ok(number),
        Err(_) => Err("this is not a number of restarts"),
    };
    let number = number
        .map_err(|sentence| {
            mistakes.report(
                Mistake::at(Code::E002, restarts, sentence)
                    .help(format!("write `{usage}`, or `restart = temporary` on the children")),
            );
        })
        .ok();
    let within = read(within, duration::parse, usage, mistakes);
    Some((number?, within?))
}

fn with_key(key: &syn::Ident, tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut at = key.to_token_stream();
    at.extend(tokens);
    at
}
