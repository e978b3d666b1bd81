//! The block of a view to [`Model`].

use quote::ToTokens;
use syn::{Attribute, Type};

use super::EXAMPLE;
use super::render::{Render, render};
use crate::actor::Role;
use crate::actor::analyze::cfgs;
use crate::actor::block::Member;
use crate::process::{Hearing, Input, Receiver, Shape, check_header, check_one_per_event, hearing};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Value;

/// A view, as the expansion sees it.
pub(super) struct Model {
    pub(super) private: Private,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) self_type: Type,
    pub(super) type_name: String,
    pub(super) name: String,
    pub(super) render: Render,
    pub(super) handlers: Vec<Hearing>,
}

const HANDLER: Shape = Shape {
    word: "a handler of a view",
    code: Code::E112,
    receiver: Receiver::SharedOrNone,
    context: "ViewContext",
    is_async: false,
    event_optional: false,
};

pub(super) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let generics = &input.block.header.generics;
    if !generics.params.is_empty() {
        let sentence = "a view is one type, known by its name";
        mistakes.report(
            Mistake::at(EXAMPLE.0, generics.to_token_stream(), sentence)
                .help(format!("write `impl {} {{ .. }}`", EXAMPLE.1)),
        );
        return None;
    }
    let type_name = check_header(&input.block.header, EXAMPLE, mistakes);
    let mut name = None;
    for option in std::mem::take(&mut input.options) {
        if let Value::Text(text) = option.value {
            crate::support::names::check_message_name(&text, mistakes);
            name = Some(text.value());
        }
    }
    let (mut rendered, mut handlers) = (None, Vec::new());
    let mut has_render = false;
    for (member, marks) in input.marked() {
        let Member::Method(method) = member else {
            let at = marks.first().map(|mark| &mark.attribute);
            mistakes.report(
                Mistake::at(Code::E112, at, "this attribute stands on a method")
                    .help("write `async fn render(&self, cx: &ViewContext<'_>) -> String { .. }`"),
            );
            continue;
        };
        if let Some(mark) = marks.iter().find(|mark| !mark.arguments().is_empty()) {
            let word = mark.role.name();
            mistakes.report(
                Mistake::at(Code::E112, mark.arguments(), format!("`#[{word}]` has no options"))
                    .help(format!("write `#[{word}]`")),
            );
        }
        let renders = marks.iter().any(|mark| mark.role == Role::Render);
        match (renders, has_render) {
            (false, _) => handlers.extend(hearing(method, HANDLER, mistakes)),
            (true, false) => {
                has_render = true;
                rendered = render(method, mistakes);
            }
            (true, true) => mistakes.report(
                Mistake::at(Code::E112, &method.signature.ident, "a view has one `#[render]`")
                    .help("let the first one call this one, and remove the attribute"),
            ),
        }
    }
    if !has_render {
        mistakes.report(
            Mistake::at(EXAMPLE.0, type_name.as_ref(), "a view without a `#[render]` shows nothing")
                .help(
                "add `#[render] async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<String> { .. }`",
            ),
        );
    }
    check_one_per_event(&mut handlers, mistakes);
    if let Some(handler) =
        handlers.iter().find(|handler| handler.context == crate::process::Context::Taken)
    {
        mistakes.report(
            Mistake::at(
                Code::E112,
                &handler.method,
                "what is to be done follows from the event alone",
            )
            .help("remove the parameter: an aggregate knows what is possible, and decides"),
        );
    }
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        name: name.unwrap_or_else(|| type_name.clone()),
        type_name,
        render: rendered?,
        handlers,
    })
}
