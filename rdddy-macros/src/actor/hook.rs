//! E021: what hooks and invariants look like.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{LitStr, Pat, PatType, ReceiverKind, ReturnType, Signature, Type};

use super::block::Method;
use super::model::{Hook, Invariant};
use super::parse::{Mark, Role};
use super::signature::{HOOK, INVARIANT, parameters, returns, ungroup};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};

/// A method with `#[on_start]`, `#[on_stop]` or `#[on_restart]`.
pub(crate) fn analyze(role: &Mark, method: &Method, mistakes: &mut Mistakes) -> Option<Hook> {
    let signature = &method.signature;
    check_has_no_options(role, mistakes);
    let mut call = HOOK.check(method, mistakes);
    let mut rest = parameters(signature).peekable();
    let mut failure = None;
    if role.role == Role::OnRestart {
        failure = rest.next_if(|parameter| is_shared(parameter)).map(name);
    }
    HOOK.check_rest(&mut call, rest, mistakes);
    if role.role == Role::OnStop {
        call.is_callable &= check_returns_nothing(signature, mistakes);
    }
    call.is_callable.then(|| Hook { call, failure, returns: returns(signature) })
}

/// A method with `#[invariant]`.
pub(crate) fn invariant(
    role: &Mark,
    method: &Method,
    mistakes: &mut Mistakes,
) -> Option<Invariant> {
    let name = &method.signature.ident;
    let sentence = match role.arguments() {
        none if none.is_empty() => Some(name.to_string()),
        arguments => match syn::parse2::<LitStr>(arguments.clone()) {
            Ok(sentence) => Some(sentence.value()),
            Err(_) => {
                mistakes.report(
                    Mistake::at(Code::E021, arguments, "an invariant is named by a sentence")
                        .help("write `#[invariant(\"a placed order has a quantity\")]`"),
                );
                None
            }
        },
    };
    let call = INVARIANT.check(method, mistakes);
    let callable = call.is_callable && check_is_condition(&method.signature, mistakes);
    let sentence = sentence.filter(|_| callable)?;
    Some(Invariant { cfgs: call.cfgs, method: call.method, sentence })
}

/// Checking a state does not change it, and is done at once.
fn check_is_condition(signature: &Signature, mistakes: &mut Mistakes) -> bool {
    let changes = signature
        .receiver()
        .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_))));
    let tells = match &signature.output {
        ReturnType::Type(_, ty) => ungroup(ty).to_token_stream().to_string() == "bool",
        ReturnType::Default => false,
    };
    let plain = signature.asyncness.is_none() && parameters(signature).next().is_none();
    if !changes && tells && plain {
        return true;
    }
    let name = &signature.ident;
    let sentence = "an invariant is a condition on the state, and nothing else";
    mistakes.report(
        Mistake::at(Code::E021, signature, sentence)
            .help(format!("write `fn {name}(&self) -> bool`")),
    );
    false
}

fn check_has_no_options(role: &Mark, mistakes: &mut Mistakes) {
    let arguments = role.arguments();
    if !arguments.is_empty() {
        let name = role.role.name();
        mistakes.report(
            Mistake::at(Code::E002, arguments, format!("`#[{name}]` has no options"))
                .help(format!("write `#[{name}]`")),
        );
    }
}

/// Nobody is left to hear how the end went.
fn check_returns_nothing(signature: &Signature, mistakes: &mut Mistakes) -> bool {
    let ReturnType::Type(_, ty) = &signature.output else { return true };
    if matches!(ungroup(ty), Type::Tuple(tuple) if tuple.elems.is_empty()) {
        return true;
    }
    let sentence =
        format!("`{}` runs at the end: nobody would hear what it returns", signature.ident);
    mistakes.report(
        Mistake::at(Code::E021, ty, sentence).help("return nothing, and log what went wrong"),
    );
    false
}

fn is_shared(parameter: &PatType) -> bool {
    matches!(ungroup(&parameter.ty), Type::Reference(reference) if reference.mutability.is_none())
}

fn name(parameter: &PatType) -> Ident {
    match &*parameter.pat {
        Pat::Ident(pattern) => pattern.ident.clone(),
        _ => Ident::new("failure", Span::mixed_site()),
    }
}
