//! E003: what a handler looks like. `&mut self` or `&self`, the message, and if need be the context.

use std::collections::VecDeque;

use proc_macro2::{Ident, Span};
use syn::{Pat, PatType, Signature, Type, TypeReference};

use super::block::Method;
use super::blocking;
use super::model::{Call, Handler, HandlerOptions, Message, Passing};
use super::options;
use super::parse::Mark;
use super::settings::read;
use super::signature::{HANDLER, is_context, parameters, returns, ungroup};
use crate::contract;
use crate::support::codes::Code;
use crate::support::duration;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Value;
use crate::support::text::source;

pub(crate) fn analyze(
    role: &Mark,
    method: &Method,
    marks: &[&Mark],
    mistakes: &mut Mistakes,
) -> Option<Handler> {
    let signature = &method.signature;
    let mut call = HANDLER.check(method, mistakes);
    let mut rest: VecDeque<_> = parameters(signature).collect();
    check_context_is_last(&mut rest, &mut call, mistakes);
    let message = match rest.pop_front() {
        Some(parameter) => check_message(parameter, &mut call.is_callable, mistakes),
        None => {
            check_takes_message(signature, mistakes);
            None
        }
    };
    HANDLER.check_rest(&mut call, rest.into_iter(), mistakes);
    let contracts = contract::analyze(marks, message.as_ref(), mistakes);
    let options = options(role, method, message.as_ref(), mistakes);
    let blocking_calls = if signature.asyncness.is_some() && !options.blocking {
        blocking::calls(&method.body)
    } else {
        Vec::new()
    };
    Some(Handler {
        call,
        message: message?,
        returns: returns(signature),
        options,
        contracts,
        blocking_calls,
    })
}

fn options(
    role: &Mark,
    method: &Method,
    message: Option<&Message>,
    mistakes: &mut Mistakes,
) -> HandlerOptions {
    let is_event = message.is_some_and(|message| message.passing == Passing::Shared);
    let mut options =
        HandlerOptions { redeliver: is_event.then(Span::call_site), ..HandlerOptions::default() };
    for option in options::HANDLER.parse(role.arguments(), mistakes) {
        let usage = option.spec.usage;
        match (option.name(), option.value) {
            ("lane", Value::Word(word)) => options.control = word == "control",
            ("blocking", _) => {
                options.blocking = true;
                check_blocking_is_sync(method, mistakes);
            }
            ("timeout", Value::Text(text)) => {
                options.timeout = read(&text, duration::parse, usage, mistakes);
            }
            ("redeliver", Value::Flag(on)) => options.redeliver = on.then(|| option.key.span()),
            ("when", Value::Expression(condition)) => options.when = Some(condition),
            _ => {}
        }
    }
    options
}

/// A handler on a thread of its own may block, which is what it is for; nothing polls it there.
fn check_blocking_is_sync(method: &Method, mistakes: &mut Mistakes) {
    if let Some(token) = &method.signature.asyncness {
        let sentence = format!("the blocking handler `{}` is async", method.signature.ident);
        mistakes.report(
            Mistake::at(Code::E003, token, sentence)
                .help("remove `async`; or, if it only awaits, remove `blocking`"),
        );
    }
}

/// What is common to all handlers comes after what is particular to each.
fn check_context_is_last(
    parameters: &mut VecDeque<&PatType>,
    call: &mut Call,
    mistakes: &mut Mistakes,
) {
    let Some(first) = parameters.pop_front_if(|parameter| is_context(referent(&parameter.ty)))
    else {
        return;
    };
    call.is_callable = false;
    let Some(message) = parameters.front().map(source) else { return };
    mistakes.report(
        Mistake::at(
            Code::E003,
            first,
            "a handler takes its message first, and the context after it",
        )
        .help(format!("write `fn {}(&mut self, {message}, cx: &mut Context<Self>)`", call.method)),
    );
}

fn check_takes_message(signature: &Signature, mistakes: &mut Mistakes) {
    let name = &signature.ident;
    mistakes.report(
        Mistake::at(Code::E003, name, format!("the handler `{name}` takes no message"))
            .help(format!("write `fn {name}(&mut self, message: PlaceOrder)`")),
    );
}

fn check_message(
    parameter: &PatType,
    callable: &mut bool,
    mistakes: &mut Mistakes,
) -> Option<Message> {
    let name = check_pattern(parameter, mistakes);
    let ty = referent(&parameter.ty);
    let passing = match ungroup(&parameter.ty) {
        Type::Reference(TypeReference { mutability: Some(token), .. }) => {
            *callable = false;
            check_is_not_changed(token, ty, mistakes);
            Passing::Owned
        }
        Type::Reference(_) => Passing::Shared,
        _ => Passing::Owned,
    };
    check_is_one_type(ty, mistakes).then(|| Message { name, ty: ty.clone(), passing })
}

/// The type, or what it refers to.
fn referent(ty: &Type) -> &Type {
    match ungroup(ty) {
        Type::Reference(reference) => ungroup(&reference.elem),
        other => other,
    }
}

/// A request belongs to its one handler; an event is shared by all of its handlers.
fn check_is_not_changed(token: &syn::Token![mut], inner: &Type, mistakes: &mut Mistakes) {
    let ty = source(inner);
    let sentence = format!("a handler does not change its message in place; found `&mut {ty}`");
    mistakes.report(Mistake::at(Code::E003, token, sentence).help(format!(
        "take a command or a query by value: `{ty}`; an event by reference: `&{ty}`"
    )));
}

fn check_is_one_type(ty: &Type, mistakes: &mut Mistakes) -> bool {
    let sentence = match ty {
        Type::ImplTrait(_) | Type::TraitObject(_) => "a handler is for one type of message",
        Type::Infer(_) => "the type of the message is needed here",
        Type::Reference(_) | Type::Ptr(_) | Type::Slice(_) => {
            "a message is taken by value, or by one reference"
        }
        _ => return true,
    };
    mistakes
        .report(Mistake::at(Code::E003, ty, sentence).help(
            "write the type of one message: `message: PlaceOrder`, or `event: &OrderPlaced`",
        ));
    false
}

/// Conditions refer to the message by its name, so it has one, or is not used.
fn check_pattern(parameter: &PatType, mistakes: &mut Mistakes) -> Ident {
    match &*parameter.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            return pattern.ident.clone();
        }
        Pat::Wild(_) => {}
        other => {
            let ty = source(&parameter.ty);
            mistakes.report(
                Mistake::at(Code::E003, other, "the message of a handler has a name")
                    .help(format!("write `message: {ty}`, and take it apart in the body")),
            );
        }
    }
    Ident::new("message", Span::mixed_site())
}
