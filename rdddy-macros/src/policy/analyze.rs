//! The block of a policy to [`Model`].

use syn::{Attribute, Type};

use super::EXAMPLE;
use crate::actor::analyze::cfgs;
use crate::actor::block::Member;
use crate::process::{Hearing, Input, Receiver, Shape, check_header, check_one_per_event, hearing};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Value;

/// A policy, as the expansion sees it.
pub(super) struct Model {
    pub(super) private: Private,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) self_type: Type,
    pub(super) type_name: String,
    pub(super) name: String,
    pub(super) reports_refusals: bool,
    pub(super) begins_at_head: bool,
    pub(super) handlers: Vec<Hearing>,
}

const HANDLER: Shape = Shape {
    word: "a handler of a policy",
    code: Code::E072,
    receiver: Receiver::SharedOrNone,
    context: "Happening",
    is_async: false,
    event_optional: false,
};

pub(super) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, EXAMPLE, mistakes);
    let (mut name, mut reports_refusals, mut begins_at_head) = (None, false, false);
    for option in std::mem::take(&mut input.options) {
        match (option.name(), option.value) {
            (_, Value::Text(text)) => {
                crate::support::names::check_message_name(&text, mistakes);
                name = Some(text.value());
            }
            ("begin", Value::Word(word)) => begins_at_head = word == "head",
            (_, Value::Word(word)) => reports_refusals = word == "report",
            _ => {}
        }
    }
    let mut handlers: Vec<Hearing> = Vec::new();
    for (member, marks) in input.marked() {
        let Member::Method(method) = member else {
            let at = marks.first().map(|mark| &mark.attribute);
            mistakes.report(
                Mistake::at(Code::E072, at, "`#[handler]` stands on a method")
                    .help("write `fn on_low(event: &StockLow) -> OrderCopies { .. }`"),
            );
            continue;
        };
        if let Some(mark) = marks.first().filter(|mark| !mark.arguments().is_empty()) {
            mistakes.report(
                Mistake::at(Code::E072, mark.arguments(), "a handler of a policy has no options")
                    .help("write `#[handler]`; to leave an event alone, return `None`"),
            );
        }
        handlers.extend(hearing(method, HANDLER, mistakes));
    }
    if handlers.is_empty() && input.marked().next().is_none() {
        mistakes.report(
            Mistake::at(
                EXAMPLE.0,
                type_name.as_ref(),
                "a policy without a `#[handler]` does nothing",
            )
            .help("add `#[handler] fn on_low(event: &StockLow) -> OrderCopies { .. }`"),
        );
    }
    check_one_per_event(&mut handlers, mistakes);
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        name: name.unwrap_or_else(|| type_name.clone()),
        type_name,
        reports_refusals,
        begins_at_head,
        handlers,
    })
}
