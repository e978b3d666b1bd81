//! A method that hears an event: `fn on_low(&self, event: &StockLow, cx: &Happening<'_>) -> ..`

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Attribute, ReceiverKind, Signature, Type};

use crate::actor::analyze::cfgs;
use crate::actor::block::Method;
use crate::actor::signature::{parameters, returns, ungroup};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

/// What `self` a method may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// `&self`, or none.
    SharedOrNone,
    /// `&mut self`.
    Mutable,
}

/// What such a method looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// The word for it.
    pub(crate) word: &'static str,
    pub(crate) code: Code,
    pub(crate) receiver: Receiver,
    /// The name of the type of the context that it may take, `Happening`.
    pub(crate) context: &'static str,
    /// Whether it may be `async`.
    pub(crate) is_async: bool,
    /// Whether it may go without an event.
    pub(crate) event_optional: bool,
}

/// Whether the context is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Taken,
    Left,
}

/// A method that hears an event.
pub(crate) struct Hearing {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) method: Ident,
    /// Whether it takes `self`.
    pub(crate) has_receiver: bool,
    /// Whether what it returns is to be waited for.
    pub(crate) is_async: bool,
    /// The type of the event; none only where that is allowed.
    pub(crate) event: Option<Type>,
    pub(crate) context: Context,
    pub(crate) returns: Span,
}

/// Reads a method of this shape, and reports what keeps it from being one.
pub(crate) fn hearing(method: &Method, shape: Shape, mistakes: &mut Mistakes) -> Option<Hearing> {
    let signature = &method.signature;
    let name = &signature.ident;
    let mut sound = true;
    let mut report = |at: &dyn ToTokens, sentence: String, help: String| {
        mistakes.report(Mistake::at(shape.code, at.to_token_stream(), sentence).help(help));
        sound = false;
    };
    let mut rest = parameters(signature).peekable();
    let event = rest.next_if(|parameter| !is_reference_to(&parameter.ty, shape.context));
    let of_event = event.map(|event| match ungroup(&event.ty) {
        Type::Reference(reference) => ungroup(&reference.elem).clone(),
        other => other.clone(),
    });
    let text = of_event.as_ref().map_or_else(|| "OrderPlaced".to_owned(), source);
    let this = if shape.receiver == Receiver::Mutable { "&mut self" } else { "&self" };
    let waits = if shape.is_async && signature.asyncness.is_some() { "async " } else { "" };
    let whole = format!("write `{waits}fn {name}({this}, event: &{text}) ..`");
    if let Some(token) = signature.asyncness.as_ref().filter(|_| !shape.is_async) {
        let sentence = format!("`{name}` is async: {} is a function of its event", shape.word);
        report(token, sentence, "remove `async`; what has to wait is a `#[task]`".to_owned());
    }
    if !receiver_fits(signature, shape.receiver) {
        let sentence = match shape.receiver {
            Receiver::SharedOrNone => format!("{} changes nothing: `&self`", shape.word),
            Receiver::Mutable => format!("{} takes `&mut self`", shape.word),
        };
        match signature.receiver() {
            Some(receiver) => report(receiver, sentence, whole.clone()),
            None => report(name, sentence, whole.clone()),
        }
    }
    if !signature.generics.params.is_empty() {
        let sentence = format!("{} hears one type of event", shape.word);
        report(&signature.generics, sentence, whole.clone());
    }
    match event {
        Some(event) if !is_shared(&event.ty) => {
            let sentence = "an event is shared, and taken by reference".to_owned();
            report(&event.ty, sentence, format!("write `event: &{text}`"));
        }
        None if !shape.event_optional => {
            let sentence = format!("`{name}` hears an event, and takes none");
            report(name, sentence, whole.clone());
        }
        _ => {}
    }
    let context = match rest.next() {
        Some(_) if event.is_none() => Context::Taken,
        Some(parameter) if is_reference_to(&parameter.ty, shape.context) => Context::Taken,
        Some(parameter) => {
            let sentence = format!("{} does not take a `{}`", shape.word, source(&parameter.ty));
            report(parameter, sentence, format!("write `cx: &{}<'_>`", shape.context));
            Context::Left
        }
        None => Context::Left,
    };
    if let Some(parameter) = rest.next() {
        let sentence = "nobody would supply this parameter".to_owned();
        report(parameter, sentence, whole);
    }
    sound.then(|| Hearing {
        cfgs: cfgs(&method.attributes),
        method: name.clone(),
        has_receiver: signature.receiver().is_some(),
        is_async: signature.asyncness.is_some(),
        event: of_event,
        context,
        returns: returns(signature),
    })
}

fn receiver_fits(signature: &Signature, wanted: Receiver) -> bool {
    match signature.receiver().map(|receiver| &receiver.kind) {
        None => wanted == Receiver::SharedOrNone,
        Some(ReceiverKind::Reference(_, _, mutability)) => {
            mutability.is_some() == (wanted == Receiver::Mutable)
        }
        Some(_) => false,
    }
}

fn is_shared(ty: &Type) -> bool {
    matches!(ungroup(ty), Type::Reference(reference) if reference.mutability.is_none())
}

fn is_reference_to(ty: &Type, name: &str) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            match ungroup(&reference.elem) {
                Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == name),
                _ => false,
            }
        }
        _ => false,
    }
}
