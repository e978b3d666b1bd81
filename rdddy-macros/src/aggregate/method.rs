//! What the methods of an aggregate look like.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Pat, PatType, ReceiverKind, ReturnType, Signature, Token, Type};

use super::model::{Apply, Decision, Upcast};
use super::options::UPCAST;
use crate::actor::analyze::cfgs;
use crate::actor::block::Method;
use crate::actor::signature::{parameters, returns, ungroup};
use crate::actor::{Mark, Message, Passing};
use crate::contract;
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Value;
use crate::support::text::source;

/// `fn place(&self, command: PlaceOrder, cx: &Decide<Self>) -> ..`
pub(crate) fn decision(
    role: &Mark,
    method: &Method,
    marks: &[&Mark],
    mistakes: &mut Mistakes,
) -> Option<Decision> {
    let signature = &method.signature;
    let name = &signature.ident;
    let mut parameters = parameters(signature);
    let command = parameters.next();
    let written = command.map_or_else(|| "command: PlaceOrder".to_owned(), source);
    let shape = format!("write `fn {name}(&self, {written}) -> ..`");
    let mut report = |at: &dyn ToTokens, sentence: String, help: &str| {
        let at = at.to_token_stream();
        mistakes.report(Mistake::at(Code::E065, at, sentence).help(help.to_owned()));
    };
    if !role.arguments().is_empty() {
        let help = "write `#[handler]`";
        report(&role.arguments(), "a deciding handler has no options".into(), help);
    }
    let mut sound = true;
    if let Some(token) = &signature.asyncness {
        let sentence = format!("`{name}` is async: a decision is a function of what it is given");
        report(token, sentence, "remove `async`; ask and wait before the command is given");
        sound = false;
    }
    let receiver = signature.receiver().map(|receiver| receiver.self_token);
    match signature.receiver() {
        Some(_) if is_borrowed(signature, false) => {}
        Some(receiver) => {
            let sentence = format!("`{name}` decides, and leaves the state alone: `&self`");
            report(receiver, sentence, "return events, and change the state in `#[apply]`");
            sound = false;
        }
        None => {
            report(name, format!("`{name}` decides on a state: it takes `&self`"), &shape);
            sound = false;
        }
    }
    let Some(command) = command else {
        report(name, format!("`{name}` decides about a command, and takes none"), &shape);
        return None;
    };
    if let Type::Reference(reference) = ungroup(&command.ty) {
        let ty = source(&reference.elem);
        let help = format!("write `command: {ty}`");
        report(&command.ty, "a command is taken by value".to_owned(), &help);
        sound = false;
    }
    let context = parameters.next().and_then(|parameter| {
        if is_decide(&parameter.ty) {
            return Some(pattern(parameter, "cx"));
        }
        let sentence = format!("a handler does not take a `{}`", source(&parameter.ty));
        report(parameter, sentence, "write `cx: &Decide<Self>`");
        sound = false;
        None
    });
    if let Some(parameter) = parameters.next() {
        let help = "put what it is into the command";
        report(parameter, "nobody would supply this parameter".into(), help);
        sound = false;
    }
    let (command, ty) = (pattern(command, "command"), Type::clone(&command.ty));
    // Promises are checked after the events, on a copy of the command: it is still there.
    let message = Message { name: command.clone(), ty: ty.clone(), passing: Passing::Shared };
    let promised: Vec<_> = with_role(marks, crate::actor::Role::Ensures);
    let required: Vec<_> = with_role(marks, crate::actor::Role::Requires);
    let mut contracts = contract::analyze(&required, None, mistakes);
    contracts.ensures.extend(contract::analyze(&promised, Some(&message), mistakes).take_ensures());
    let promises = contracts.take_ensures();
    for promise in &promises {
        let at = promise.olds.first().map(|(_, old)| old.clone());
        let at = at.or_else(|| promise.result.as_ref().map(ToTokens::to_token_stream));
        if let Some(at) = at {
            let sentence = "a promise is about the state after the events, and the command";
            mistakes.report(
                Mistake::at(Code::E021, at, sentence)
                    .help("write `#[ensures(self.placed)]`, without `old` and `result`"),
            );
            sound = false;
        }
    }
    sound.then(|| Decision {
        cfgs: cfgs(&method.attributes),
        method: name.clone(),
        receiver: receiver.unwrap_or(Token![self](Span::call_site())),
        command,
        ty,
        context,
        returns: returns(signature),
        contracts,
        promises,
    })
}

fn with_role<'a>(marks: &[&'a Mark], role: crate::actor::Role) -> Vec<&'a Mark> {
    marks.iter().copied().filter(|mark| mark.role == role).collect()
}

/// `fn placed(&mut self, event: &OrderPlaced)`
pub(crate) fn apply(role: &Mark, method: &Method, mistakes: &mut Mistakes) -> Option<Apply> {
    let signature = &method.signature;
    let name = &signature.ident;
    let mut parameters = parameters(signature);
    let event = parameters.next();
    let of_event = event.map(|event| match ungroup(&event.ty) {
        Type::Reference(reference) => ungroup(&reference.elem).clone(),
        other => other.clone(),
    });
    let text = of_event.as_ref().map_or_else(|| "OrderPlaced".to_owned(), source);
    let shared = event.is_some_and(|event| {
        matches!(ungroup(&event.ty), Type::Reference(reference) if reference.mutability.is_none())
    });
    let silent = match &signature.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => {
            matches!(ungroup(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
        }
    };
    let plain = signature.asyncness.is_none() && signature.generics.params.is_empty();
    let alone = parameters.next().is_none() && role.arguments().is_empty();
    let is_callable = is_borrowed(signature, true) && shared && silent && plain && alone;
    if !is_callable {
        let sentence = if silent {
            format!("`{name}` changes the state as one event says, and nothing else")
        } else {
            format!("`{name}` cannot refuse: its event has happened")
        };
        mistakes.report(
            Mistake::at(Code::E066, signature, sentence)
                .help(format!("write `#[apply] fn {name}(&mut self, event: &{text}) {{ .. }}`")),
        );
    }
    of_event.map(|ty| Apply {
        cfgs: cfgs(&method.attributes),
        method: name.clone(),
        ty,
        is_callable,
        text: format!("{}{}", source(signature), source(&method.body)),
    })
}

/// `fn placed_1(json: Value) -> Value`
pub(crate) fn upcast(role: &Mark, method: &Method, mistakes: &mut Mistakes) -> Option<Upcast> {
    let signature = &method.signature;
    let name = &signature.ident;
    let (mut event, mut from) = (None, None);
    for option in UPCAST.parse(role.arguments(), mistakes) {
        match option.value {
            Value::Type(ty) => event = Some(ty),
            Value::Whole(version) => {
                from = version.base10_parse().ok().filter(|version| *version > 0);
            }
            _ => {}
        }
    }
    let returns = matches!(signature.output, ReturnType::Type(..));
    let plain = signature.asyncness.is_none() && signature.receiver().is_none();
    if let (Some(event), Some(from), 1, true, true) =
        (event, from, parameters(signature).count(), returns, plain)
    {
        let cfgs = cfgs(&method.attributes);
        return Some(Upcast { cfgs, function: name.clone(), event, from });
    }
    let sentence = format!("`{name}` brings the JSON of one version of an event to the next");
    mistakes.report(Mistake::at(Code::E068, name, sentence).help(format!(
        "write `#[upcast(event = OrderPlaced, from = 1)] fn {name}(json: Value) -> Value`"
    )));
    None
}

fn is_borrowed(signature: &Signature, mutably: bool) -> bool {
    signature.receiver().is_some_and(|receiver| match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some() == mutably,
        _ => false,
    })
}

fn is_decide(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            match ungroup(&reference.elem) {
                Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "Decide"),
                _ => false,
            }
        }
        _ => false,
    }
}

fn pattern(parameter: &PatType, otherwise: &str) -> Ident {
    match &*parameter.pat {
        Pat::Ident(pattern) => pattern.ident.clone(),
        _ => Ident::new(otherwise, Span::mixed_site()),
    }
}
