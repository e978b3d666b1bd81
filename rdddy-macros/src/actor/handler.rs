//! E003: what a handler looks like. `&mut self` or `&self`, the message, and if need be the context.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    FnArg, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, Signature, Token, Type,
};

use super::analyze::cfgs;
use super::block::Method;
use super::blocking;
use super::model::{Call, Handler, HandlerOptions, Message, Passing};
use super::options::HANDLER;
use super::parse::{Mark, Role};
use super::settings::read;
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
    let options = options(role, method, mistakes);
    let receiver = check_function(Code::E003, "handler", signature, mistakes);
    let mut parameters = typed(signature);
    let message =
        match parameters.next() {
            Some(parameter) => check_message(parameter, mistakes),
            None => {
                let sentence = format!("the handler `{}` takes no message", signature.ident);
                mistakes.report(Mistake::at(Code::E003, &signature.ident, sentence).help(format!(
                    "write `fn {}(&mut self, message: PlaceOrder)`",
                    signature.ident
                )));
                None
            }
        };
    let context = parameters.next().map(|parameter| check_context(Code::E003, parameter, mistakes));
    check_no_more(Code::E003, parameters, mistakes);
    let contracts = contract::analyze(marks, message.as_ref(), mistakes);
    let blocking_calls = if signature.asyncness.is_some() && !options.blocking {
        blocking::calls(&method.body)
    } else {
        Vec::new()
    };
    // A mistake in the context is no reason to lose the handler, and to report that as well.
    let context = context.flatten();
    Some(Handler {
        call: call(method, receiver?, context),
        message: message?,
        returns: returns(signature),
        options,
        contracts,
        blocking_calls,
    })
}

fn options(role: &Mark, method: &Method, mistakes: &mut Mistakes) -> HandlerOptions {
    let mut options = HandlerOptions { redeliver: Some(Span::call_site()), ..Default::default() };
    let shared = typed(&method.signature)
        .next()
        .is_some_and(|parameter| matches!(&*parameter.ty, Type::Reference(_)));
    if !shared {
        options.redeliver = None;
    }
    for option in HANDLER.parse(role.arguments(), mistakes) {
        let usage = option.spec.usage;
        match (option.name(), option.value) {
            ("lane", Value::Word(word)) => options.control = word == "control",
            ("blocking", _) => {
                options.blocking = true;
                check_blocking_is_sync(&option.key, method, mistakes);
            }
            ("timeout", Value::Text(text)) => {
                options.timeout = read(&text, duration::parse, usage, mistakes);
            }
            ("redeliver", Value::Flag(on)) => {
                options.redeliver = on.then(|| option.key.span());
            }
            ("when", Value::Expression(condition)) => options.when = Some(condition),
            _ => {}
        }
    }
    options
}

/// A handler on a thread of its own has no use for `.await`, and would not be polled there.
fn check_blocking_is_sync(key: &Ident, method: &Method, mistakes: &mut Mistakes) {
    if let Some(token) = &method.signature.asyncness {
        let sentence = format!("the blocking handler `{}` is async", method.signature.ident);
        mistakes.report(
            Mistake::at(Code::E003, token, sentence)
                .help(format!("remove `async`, or `{key}` if it only awaits")),
        );
    }
}

/// What every method that the runtime calls has in common; returns its `self`.
pub(crate) fn check_function(
    code: Code,
    what: &str,
    signature: &Signature,
    mistakes: &mut Mistakes,
) -> Option<Token![self]> {
    let name = &signature.ident;
    let an = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    if let Safety::Unsafe(token) = &signature.safety {
        let sentence = format!(
            "{an} {what} is called by the runtime, which cannot keep the promises of `unsafe`"
        );
        mistakes.report(Mistake::at(code, token, sentence).help("remove `unsafe`"));
    }
    if let Some(abi) = &signature.abi {
        let sentence = format!("{an} {what} is an ordinary method");
        mistakes.report(Mistake::at(code, abi, sentence).help("remove `extern`"));
    }
    let mut usable = true;
    if !signature.generics.params.is_empty() {
        usable = false;
        let sentence =
            format!("{an} {what} has no parameters of type or lifetime: nobody would choose them");
        mistakes.report(Mistake::at(code, &signature.generics, sentence).help(
            "write one handler per message type, or make the actor generic: `impl<T> Worker<T>`",
        ));
    }
    let self_token = match signature.inputs.first() {
        Some(FnArg::Receiver(Receiver { self_token, kind, .. })) => {
            if matches!(kind, ReceiverKind::Reference(..)) {
                return usable.then_some(*self_token);
            }
            Some(self_token.to_token_stream())
        }
        _ => None,
    };
    let by_value = self_token.is_some();
    let sentence = if by_value {
        format!("the {what} `{name}` would consume its actor")
    } else {
        format!("the {what} `{name}` does not take `self`: it would have no state")
    };
    let rest = typed(signature).fold(String::new(), |all, one| format!("{all}, {}", source(one)));
    mistakes.report(
        Mistake::at(code, self_token.unwrap_or_else(|| name.to_token_stream()), sentence)
            .help(format!("write `fn {name}(&mut self{rest})`")),
    );
    None
}

/// The parameters after `self`.
pub(crate) fn typed(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    })
}

fn check_message(parameter: &PatType, mistakes: &mut Mistakes) -> Option<Message> {
    let name = check_pattern(parameter, mistakes);
    let ty = ungroup(&parameter.ty);
    let (ty, passing) = match ty {
        Type::Reference(reference) => {
            let inner = ungroup(&reference.elem).clone();
            let text = source(&inner);
            if is_context(&inner) {
                report_no_message(parameter, mistakes);
                return None;
            }
            if let Some(token) = &reference.mutability {
                let sentence =
                    format!("a message is not changed by its handler; found `&mut {text}`");
                mistakes.report(Mistake::at(Code::E003, token, sentence).help(format!(
                    "take a command or a query by value: `{text}`; an event by reference: `&{text}`"
                )));
                return None;
            }
            (inner, Passing::Shared)
        }
        other if is_context(other) => {
            report_no_message(parameter, mistakes);
            return None;
        }
        other => (other.clone(), Passing::Owned),
    };
    if !check_message_type(&ty, mistakes) {
        return None;
    }
    Some(Message { name: name?, ty, passing })
}

fn check_message_type(ty: &Type, mistakes: &mut Mistakes) -> bool {
    let (at, sentence): (TokenStream, _) = match ty {
        Type::ImplTrait(_) => (
            ty.to_token_stream(),
            "a handler is for one type of message, so that every message has one place to go",
        ),
        Type::Infer(_) => (ty.to_token_stream(), "the type of the message is needed here"),
        Type::Reference(_) | Type::Ptr(_) | Type::Slice(_) => {
            (ty.to_token_stream(), "a message is taken by value or by one reference")
        }
        _ => return true,
    };
    mistakes
        .report(Mistake::at(Code::E003, at, sentence).help(
            "write the type of one message: `message: PlaceOrder`, or `event: &OrderPlaced`",
        ));
    false
}

fn report_no_message(parameter: &PatType, mistakes: &mut Mistakes) {
    mistakes.report(
        Mistake::at(Code::E003, &parameter.ty, "a handler takes its message before the context")
            .help("write `(&mut self, message: PlaceOrder, cx: &mut Context<Self>)`"),
    );
}

/// Conditions refer to the message by its name, so it has one, or is not used.
fn check_pattern(parameter: &PatType, mistakes: &mut Mistakes) -> Option<Ident> {
    match &*parameter.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            Some(pattern.ident.clone())
        }
        Pat::Wild(_) => Some(Ident::new("message", Span::mixed_site())),
        other => {
            let ty = source(&parameter.ty);
            mistakes.report(
                Mistake::at(Code::E003, other, "the message of a handler has a name")
                    .help(format!("write `message: {ty}`, and take it apart in the body")),
            );
            None
        }
    }
}

/// The name of the context parameter, if it is one.
pub(crate) fn check_context(
    code: Code,
    parameter: &PatType,
    mistakes: &mut Mistakes,
) -> Option<Ident> {
    let ty = ungroup(&parameter.ty);
    let fits = match ty {
        Type::Reference(reference) => reference.mutability.is_some(),
        _ => false,
    };
    if fits {
        return Some(match &*parameter.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            _ => Ident::new("cx", Span::mixed_site()),
        });
    }
    let inner = match ty {
        Type::Reference(reference) => ungroup(&reference.elem),
        other => other,
    };
    let found = source(ty);
    let (sentence, help) = if is_context(inner) {
        (
            format!("the context is taken by `&mut`; found `{found}`"),
            "write `cx: &mut Context<Self>`".to_owned(),
        )
    } else if code == Code::E003 {
        (
            format!("a handler takes one message; `{found}` is a second one"),
            "put both into one message, or write a handler for each".to_owned(),
        )
    } else {
        (
            format!("a hook does not take a `{found}`"),
            "write `(&mut self, cx: &mut Context<Self>)`".to_owned(),
        )
    };
    mistakes.report(Mistake::at(code, &parameter.ty, sentence).help(help));
    None
}

/// Nothing comes after the context.
pub(crate) fn check_no_more<'a>(
    code: Code,
    mut parameters: impl Iterator<Item = &'a PatType>,
    mistakes: &mut Mistakes,
) {
    if let Some(parameter) = parameters.next() {
        mistakes.report(
            Mistake::at(code, parameter, "nobody would supply this parameter").help(
                "the context comes last: put what is needed into the message or into the actor",
            ),
        );
    }
}

/// How the runtime calls `method`.
pub(crate) fn call(method: &Method, receiver: Token![self], context: Option<Ident>) -> Call {
    Call {
        cfgs: cfgs(&method.attributes),
        allows: method.attributes_called("allow"),
        method: method.signature.ident.clone(),
        receiver,
        is_async: method.signature.asyncness.is_some(),
        context,
    }
}

/// Where a mistake in what a method returns is reported.
pub(crate) fn returns(signature: &Signature) -> Span {
    match &signature.output {
        ReturnType::Default => signature.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    }
}

fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "Context"),
        _ => false,
    }
}

/// Without the invisible parentheses that a `macro_rules!` puts around a type.
pub(crate) fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(group) => ungroup(&group.elem),
        other => other,
    }
}

impl Role {
    /// The attribute, by its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Role::Handler => "handler",
            Role::OnStart => "on_start",
            Role::OnStop => "on_stop",
            Role::OnRestart => "on_restart",
            Role::Requires => "requires",
            Role::Ensures => "ensures",
            Role::Invariant => "invariant",
        }
    }
}
