//! What all methods that the runtime calls have in common: a `self` that is borrowed, no parameters
//! of type, and the context, if it is taken, at the end.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatType, ReceiverKind, ReturnType, Safety, Signature, Token, Type};

use super::analyze::cfgs;
use super::block::Method;
use super::model::Call;
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

/// What kind of method: the word for it, and the code of a mistake in its shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) word: &'static str,
    pub(crate) code: Code,
}

pub(crate) const HANDLER: Shape = Shape { word: "a handler", code: Code::E003 };
pub(crate) const HOOK: Shape = Shape { word: "a hook", code: Code::E021 };
pub(crate) const INVARIANT: Shape = Shape { word: "an invariant", code: Code::E021 };

impl Shape {
    /// Checks what stands before the parameters, and `self`. What the runtime can call nevertheless
    /// is callable.
    pub(crate) fn check(self, method: &Method, mistakes: &mut Mistakes) -> Call {
        let signature = &method.signature;
        let callable = [
            self.check_is_safe(signature, mistakes),
            self.check_is_one_method(signature, mistakes),
            self.check_borrows_self(signature, mistakes),
        ];
        let receiver = signature.receiver().map(|receiver| receiver.self_token);
        Call {
            cfgs: cfgs(&method.attributes),
            allows: method.attributes_called("allow"),
            method: signature.ident.clone(),
            receiver: receiver.unwrap_or(Token![self](Span::call_site())),
            is_async: signature.asyncness.is_some(),
            is_callable: callable.iter().all(|callable| *callable),
            context: None,
        }
    }

    /// The runtime keeps no promises that it does not know of.
    fn check_is_safe(self, signature: &Signature, mistakes: &mut Mistakes) -> bool {
        let at = match (&signature.safety, &signature.abi) {
            (Safety::Unsafe(token), _) => token.to_token_stream(),
            (_, Some(abi)) => abi.to_token_stream(),
            _ => return true,
        };
        let sentence = format!("{} is an ordinary method: the runtime calls it", self.word);
        let remove = format!("remove `{}`", source(&at));
        mistakes.report(Mistake::at(self.code, at, sentence).help(remove));
        false
    }

    /// Nobody would choose the types of a generic method.
    fn check_is_one_method(self, signature: &Signature, mistakes: &mut Mistakes) -> bool {
        if signature.generics.params.is_empty() {
            return true;
        }
        let sentence = format!("{} has no type parameters: nobody would choose them", self.word);
        mistakes.report(
            Mistake::at(self.code, &signature.generics, sentence)
                .help("write one method per type, or make the actor generic: `impl<T> Worker<T>`"),
        );
        false
    }

    /// The actor is there before the call, and after it.
    fn check_borrows_self(self, signature: &Signature, mistakes: &mut Mistakes) -> bool {
        let name = &signature.ident;
        let (at, sentence) = match signature.receiver() {
            Some(receiver) if matches!(receiver.kind, ReceiverKind::Reference(..)) => return true,
            Some(receiver) => (
                receiver.to_token_stream(),
                format!("{} borrows its actor: `{name}` would consume it", self.word),
            ),
            None => (
                name.to_token_stream(),
                format!("{} has an actor: `{name}` does not take `self`", self.word),
            ),
        };
        let rest = parameters(signature)
            .fold(String::new(), |all, parameter| format!("{all}, {}", source(parameter)));
        mistakes.report(
            Mistake::at(self.code, at, sentence)
                .help(format!("write `fn {name}(&mut self{rest})`")),
        );
        false
    }

    /// Checks the parameters that are left: none, or the context.
    pub(crate) fn check_rest<'a>(
        self,
        call: &mut Call,
        mut rest: impl Iterator<Item = &'a PatType>,
        mistakes: &mut Mistakes,
    ) {
        let Some(parameter) = rest.next() else { return };
        if self.check_context(parameter, mistakes) {
            call.context = Some(match &*parameter.pat {
                Pat::Ident(pattern) => pattern.ident.clone(),
                _ => Ident::new("cx", Span::mixed_site()),
            });
        } else {
            call.is_callable = false;
        }
        if let Some(parameter) = rest.next() {
            call.is_callable = false;
            mistakes.report(
                Mistake::at(self.code, parameter, "nobody would supply this parameter")
                    .help("put what it is into the message, or into the actor"),
            );
        }
    }

    fn check_context(self, parameter: &PatType, mistakes: &mut Mistakes) -> bool {
        let ty = ungroup(&parameter.ty);
        let inner = match ty {
            Type::Reference(reference) if reference.mutability.is_some() => return true,
            Type::Reference(reference) => ungroup(&reference.elem),
            other => other,
        };
        let found = source(ty);
        let mistake = if is_context(inner) {
            Mistake::at(
                self.code,
                ty,
                format!("the context is borrowed by `&mut`; found `{found}`"),
            )
            .help("write `cx: &mut Context<Self>`")
        } else if self.code == Code::E003 {
            Mistake::at(
                self.code,
                ty,
                format!("a handler takes one message; `{found}` is a second one"),
            )
            .help("put both into one message, or write a handler for each")
        } else {
            Mistake::at(self.code, ty, format!("{} does not take a `{found}`", self.word))
                .help("write `(&mut self, cx: &mut Context<Self>)`")
        };
        mistakes.report(mistake);
        false
    }
}

/// The parameters after `self`.
pub(crate) fn parameters(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    })
}

/// Where a mistake in what a method returns is reported.
pub(crate) fn returns(signature: &Signature) -> Span {
    match &signature.output {
        ReturnType::Default => signature.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    }
}

/// Whether this is the type of the context.
pub(crate) fn is_context(ty: &Type) -> bool {
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
