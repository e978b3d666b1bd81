//! The attributes to [`Contracts`].

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

use super::{Contracts, Ensures, Requires};
use crate::actor::{Mark, Message, Passing, Role};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

/// The contracts among `marks`, which stand on one handler.
pub(crate) fn analyze(
    marks: &[&Mark],
    message: Option<&Message>,
    mistakes: &mut Mistakes,
) -> Contracts {
    let mut contracts = Contracts::default();
    for mark in marks {
        match mark.role {
            Role::Requires => contracts.requires.extend(requires(mark, message, mistakes)),
            Role::Ensures => {
                let number = contracts.ensures.len();
                contracts.ensures.extend(ensures(mark, number, message, mistakes));
            }
            _ => {}
        }
    }
    contracts
}

fn requires(mark: &Mark, message: Option<&Message>, mistakes: &mut Mistakes) -> Option<Requires> {
    let arguments = mark.arguments();
    let Ok((condition, refusal)) = condition.parse2(arguments) else {
        report_shape(
            mark,
            "#[requires(self.open)]",
            "#[requires(self.open, DeskError::Closed)]",
            mistakes,
        );
        return None;
    };
    let by_reference = message.is_some_and(|message| message.passing == Passing::Shared);
    if let (Some(refusal), true) = (&refusal, by_reference) {
        let text = source(&condition);
        mistakes.report(
            Mistake::at(Code::E021, refusal, "an event cannot be refused: it has happened").help(
                format!("write `#[requires({text})]`, or `if !({text}) {{ return; }}` in the body"),
            ),
        );
        return None;
    }
    Some(Requires {
        text: source(&condition),
        condition: condition.into_token_stream(),
        refusal: refusal.map(Expr::into_token_stream),
    })
}

fn ensures(
    mark: &Mark,
    number: usize,
    message: Option<&Message>,
    mistakes: &mut Mistakes,
) -> Option<Ensures> {
    let Ok((condition, None)) = condition.parse2(mark.arguments()) else {
        report_shape(
            mark,
            "#[ensures(result.is_ok())]",
            "#[ensures(self.count > old(self.count))]",
            mistakes,
        );
        return None;
    };
    let mut scan = Scan { number, olds: Vec::new(), result: None, consumed: None, message };
    let text = source(&condition);
    let condition = scan.replace(condition.into_token_stream());
    if let Some(name) = scan.consumed {
        let sentence = format!("`{name}` is gone by now: the handler took it");
        mistakes.report(
            Mistake::at(Code::E021, &name, sentence)
                .help(format!("keep what is needed of it: `old({name}.quantity)`")),
        );
        return None;
    }
    Some(Ensures { condition, olds: scan.olds, result: scan.result, text })
}

/// A condition, and what may follow it.
fn condition(input: ParseStream<'_>) -> syn::Result<(Expr, Option<Expr>)> {
    let condition = input.parse()?;
    let mut second = None;
    if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
        second = Some(input.parse()?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok((condition, second))
}

fn report_shape(mark: &Mark, one: &str, other: &str, mistakes: &mut Mistakes) {
    let sentence = format!("`#[{}]` holds one condition", mark.role.name());
    mistakes.report(
        Mistake::at(Code::E021, &mark.attribute, sentence)
            .help(format!("write `{one}` or `{other}`")),
    );
}

/// Goes through a condition: puts names in the place of `old(..)`, and finds `result` and a message
/// that no longer exists.
struct Scan<'a> {
    number: usize,
    olds: Vec<(Ident, TokenStream)>,
    result: Option<Ident>,
    consumed: Option<Ident>,
    message: Option<&'a Message>,
}

impl Scan<'_> {
    fn replace(&mut self, tokens: TokenStream) -> TokenStream {
        let mut replaced = TokenStream::new();
        let mut tokens = tokens.into_iter().peekable();
        let mut after_dot = false;
        while let Some(token) = tokens.next() {
            let token = match token {
                TokenTree::Ident(ident) if ident == "old" && !after_dot => {
                    match tokens.next_if(is_parenthesized) {
                        Some(TokenTree::Group(group)) => TokenTree::Ident(self.keep(&group)),
                        _ => TokenTree::Ident(ident),
                    }
                }
                TokenTree::Ident(ident) => {
                    self.look_at(&ident, after_dot);
                    TokenTree::Ident(ident)
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.replace(group.stream()));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                other => other,
            };
            after_dot = matches!(&token, TokenTree::Punct(p) if matches!(p.as_char(), '.' | ':'));
            replaced.extend([token]);
        }
        replaced
    }

    fn keep(&mut self, group: &Group) -> Ident {
        let name = format_ident!(
            "old_{}_{}",
            self.number,
            self.olds.len(),
            span = Span::mixed_site().located_at(group.span())
        );
        self.olds.push((name.clone(), group.stream()));
        name
    }

    fn look_at(&mut self, ident: &Ident, after_dot: bool) {
        if after_dot {
            return;
        }
        if ident == "result" {
            self.result.get_or_insert_with(|| ident.clone());
        }
        if self.message.is_some_and(|m| m.passing == Passing::Owned && m.name == *ident) {
            self.consumed.get_or_insert_with(|| ident.clone());
        }
    }
}

fn is_parenthesized(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}
