//! The method that makes what is seen: `async fn render(&self, cx: &ViewContext<'_>) -> ..`

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{ReceiverKind, ReturnType, Type};

use crate::actor::block::Method;
use crate::actor::signature::{parameters, returns, ungroup};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};

/// The method that makes what is seen.
pub(super) struct Render {
    pub(super) method: Ident,
    pub(super) is_async: bool,
    /// Whether it takes the context.
    pub(super) takes_context: bool,
    /// What it returns.
    pub(super) output: Type,
    /// Whether that is a `Result`.
    pub(super) may_fail: bool,
    pub(super) returns: Span,
}

/// Reads it, and reports what keeps it from being one.
pub(super) fn render(method: &Method, mistakes: &mut Mistakes) -> Option<Render> {
    let signature = &method.signature;
    let name = &signature.ident;
    let mut sound = true;
    let mut report = |at: &dyn ToTokens, sentence: &str| {
        let help = format!(
            "write `async fn {name}(&self, cx: &ViewContext<'_>) -> rdddy::Result<String>`"
        );
        mistakes.report(Mistake::at(Code::E112, at.to_token_stream(), sentence).help(help));
        sound = false;
    };
    let is_shared = signature.receiver().is_some_and(|receiver| {
        matches!(&receiver.kind, ReceiverKind::Reference(_, _, mutability) if mutability.is_none())
    });
    if !is_shared {
        let sentence = "a view is rendered by `&self`: it remembers nothing";
        match signature.receiver() {
            Some(receiver) => report(receiver, sentence),
            None => report(name, sentence),
        }
    }
    if !signature.generics.params.is_empty() {
        report(&signature.generics, "a view is rendered as one type");
    }
    let mut rest = parameters(signature);
    let context = rest.next();
    if let Some(context) = context
        && !matches!(ungroup(&context.ty), Type::Reference(_))
    {
        report(context, "rendering looks at read models through `cx: &ViewContext<'_>`");
    }
    if let Some(parameter) = rest.next() {
        report(parameter, "nobody would supply this parameter");
    }
    let output = match &signature.output {
        ReturnType::Type(_, ty) => Some((**ty).clone()),
        ReturnType::Default => {
            report(name, "nothing is to be seen: it returns nothing");
            None
        }
    };
    let output = output.filter(|_| sound)?;
    let may_fail = matches!(
        ungroup(&output),
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result")
    );
    Some(Render {
        method: name.clone(),
        is_async: signature.asyncness.is_some(),
        takes_context: context.is_some(),
        output,
        may_fail,
        returns: returns(signature),
    })
}
