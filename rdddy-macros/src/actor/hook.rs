//! E021: what hooks and invariants look like.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{LitStr, Pat, PatType, ReturnType, Signature, Type};

use super::analyze::cfgs;
use super::block::Method;
use super::handler::{call, check_context, check_function, check_no_more, returns, typed, ungroup};
use super::model::{Hook, Invariant};
use super::parse::{Mark, Role};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};

/// A method with `#[on_start]`, `#[on_stop]` or `#[on_restart]`.
pub(crate) fn analyze(role: &Mark, method: &Method, mistakes: &mut Mistakes) -> Option<Hook> {
    let signature = &method.signature;
    check_no_arguments(role, mistakes);
    let receiver = check_function(Code::E021, "hook", signature, mistakes);
    let mut parameters = typed(signature).peekable();
    let mut failure = None;
    if role.role == Role::OnRestart {
        failure = parameters.next_if(|parameter| is_shared(parameter)).map(name);
    }
    let context =
        parameters.next().and_then(|parameter| check_context(Code::E021, parameter, mistakes));
    check_no_more(Code::E021, parameters, mistakes);
    if role.role == Role::OnStop {
        check_returns_nothing(signature, mistakes);
    }
    Some(Hook { call: call(method, receiver?, context), failure, returns: returns(signature) })
}

/// A method with `#[invariant]`.
pub(crate) fn invariant(
    role: &Mark,
    method: &Method,
    mistakes: &mut Mistakes,
) -> Option<Invariant> {
    let signature = &method.signature;
    let name = &signature.ident;
    let arguments = role.arguments();
    let sentence = if arguments.is_empty() {
        Some(name.to_string())
    } else {
        match syn::parse2::<LitStr>(arguments.clone()) {
            Ok(sentence) => Some(sentence.value()),
            Err(_) => {
                mistakes.report(
                    Mistake::at(Code::E021, arguments, "an invariant is named by a sentence")
                        .help("write `#[invariant(\"a placed order has a quantity\")]`"),
                );
                None
            }
        }
    };
    let receiver = check_function(Code::E021, "invariant", signature, mistakes);
    let is_mutable = signature.receiver().is_some_and(is_by_mut);
    let returns_bool = match &signature.output {
        ReturnType::Type(_, ty) => ty.to_token_stream().to_string() == "bool",
        ReturnType::Default => false,
    };
    let plain = signature.asyncness.is_none() && typed(signature).next().is_none();
    if receiver.is_some() && (is_mutable || !returns_bool || !plain) {
        let sentence = format!("the invariant `{name}` is more than a condition on the state");
        mistakes.report(
            Mistake::at(Code::E021, signature, sentence)
                .help(format!("write `fn {name}(&self) -> bool`")),
        );
        return None;
    }
    receiver?;
    Some(Invariant { cfgs: cfgs(&method.attributes), method: name.clone(), sentence: sentence? })
}

fn check_no_arguments(role: &Mark, mistakes: &mut Mistakes) {
    let arguments = role.arguments();
    if !arguments.is_empty() {
        let name = role.role.name();
        let sentence = format!("`#[{name}]` has no options");
        mistakes.report(
            Mistake::at(Code::E002, arguments, sentence).help(format!("write `#[{name}]`")),
        );
    }
}

/// Nobody is left to hear how the end went.
fn check_returns_nothing(signature: &Signature, mistakes: &mut Mistakes) {
    if let ReturnType::Type(_, ty) = &signature.output
        && !matches!(ungroup(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
    {
        let sentence =
            format!("`{}` runs at the end: nobody would hear what it returns", signature.ident);
        mistakes.report(
            Mistake::at(Code::E021, ty, sentence).help("return nothing, and log what went wrong"),
        );
    }
}

fn is_by_mut(receiver: &syn::Receiver) -> bool {
    matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_)))
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
