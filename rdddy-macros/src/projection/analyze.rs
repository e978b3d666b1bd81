//! The block of a projection to [`Model`].

use proc_macro2::Ident;
use syn::{Attribute, Type};

use super::EXAMPLE;
use super::answer::{Answer, answer, takes_rows};
use crate::actor::analyze::cfgs;
use crate::actor::block::Member;
use crate::process::{
    Hearing, Input, Receiver, Shape, check_header, check_one_per_event, check_one_per_type, hearing,
};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};

/// A projection, as the expansion sees it.
pub(super) struct Model {
    pub(super) private: Private,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) self_type: Type,
    pub(super) type_name: String,
    pub(super) options: Options,
    pub(super) handlers: Vec<Hearing>,
    pub(super) answers: Vec<Answer>,
}

/// What the options say.
pub(super) struct Options {
    pub(super) name: Option<String>,
    pub(super) key: Option<(Ident, Type)>,
    pub(super) version: u32,
    pub(super) mode: Option<Ident>,
}

const HANDLER: Shape = Shape {
    word: "a handler of a projection",
    code: Code::E082,
    receiver: Receiver::Mutable,
    context: "Projected",
    is_async: false,
    event_optional: false,
};

pub(super) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, EXAMPLE, mistakes);
    let options = read(std::mem::take(&mut input.options), mistakes);
    let mut handlers: Vec<Hearing> = Vec::new();
    let mut answers: Vec<Answer> = Vec::new();
    for (member, marks) in input.marked() {
        let Member::Method(method) = member else {
            let at = marks.first().map(|mark| &mark.attribute);
            mistakes.report(
                Mistake::at(Code::E082, at, "`#[handler]` stands on a method")
                    .help("write `fn placed(&mut self, event: &OrderPlaced) { .. }`"),
            );
            continue;
        };
        if let Some(mark) = marks.first().filter(|mark| !mark.arguments().is_empty()) {
            mistakes.report(
                Mistake::at(
                    Code::E082,
                    mark.arguments(),
                    "a handler of a projection has no options",
                )
                .help("write `#[handler]`"),
            );
        }
        if takes_rows(method) {
            answers.extend(answer(method, mistakes));
        } else {
            handlers.extend(hearing(method, HANDLER, mistakes));
        }
    }
    let folds = input.marked().any(|(member, _)| match member {
        Member::Method(method) => !takes_rows(method),
        Member::Other { .. } => true,
    });
    if !folds {
        mistakes.report(
            Mistake::at(
                EXAMPLE.0,
                type_name.as_ref(),
                "a projection without a `#[handler]` of an event has no rows",
            )
            .help("add `#[handler] fn placed(&mut self, event: &OrderPlaced) { .. }`"),
        );
    }
    check_one_per_event(&mut handlers, mistakes);
    check_one_per_type(&mut answers, |answer| (Some(&answer.query), &answer.method), mistakes);
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        type_name,
        options: options?,
        handlers,
        answers,
    })
}

fn read(given: Vec<Given>, mistakes: &mut Mistakes) -> Option<Options> {
    let mut options = Options { name: None, key: None, version: 1, mode: None };
    let mut sound = true;
    for option in given {
        match option.value {
            Value::Text(text) => {
                crate::support::names::check_message_name(&text, mistakes);
                options.name = Some(text.value());
            }
            Value::Typed(tag, ty) => options.key = Some((tag, ty)),
            Value::Word(word) => options.mode = Some(word),
            Value::Whole(number) => match number.base10_parse::<u32>() {
                Ok(version) if version > 0 => options.version = version,
                _ => {
                    sound = false;
                    mistakes.report(
                        Mistake::at(Code::E002, &number, "versions are counted from 1")
                            .help("write `version = 1`"),
                    );
                }
            },
            _ => {}
        }
    }
    sound.then_some(options)
}
