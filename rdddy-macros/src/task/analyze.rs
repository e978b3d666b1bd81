//! The block of a task to [`Model`].

use std::time::Duration;

use syn::{Attribute, Type};

use super::EXAMPLE;
use crate::actor::analyze::cfgs;
use crate::actor::block::Member;
use crate::process::{
    Hearing, Input, Receiver, RetryOptions, Shape, check_header, check_one_per_event, hearing,
    positive, time,
};
use crate::support::codes::Code;
use crate::support::duration;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};

/// A task, as the expansion sees it.
pub(super) struct Model {
    pub(super) private: Private,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) self_type: Type,
    pub(super) type_name: String,
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) handlers: Vec<Hearing>,
}

/// What the attribute says.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) timeout: Option<Duration>,
    pub(super) retry: RetryOptions,
    pub(super) concurrency: Option<u32>,
    pub(super) begins_at_head: bool,
    name: Option<String>,
}

const SHAPE: Shape = Shape {
    word: "a handler of a task",
    code: Code::E092,
    receiver: Receiver::SharedOrNone,
    context: "TaskContext",
    is_async: true,
    event_optional: false,
};

const METHOD: &str = "async fn send(&self, event: &OrderShipped) -> ConfirmationSent { .. }";

pub(super) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, EXAMPLE, mistakes);
    let mut settings = Settings::default();
    for option in std::mem::take(&mut input.options) {
        settings.add(option, mistakes);
    }
    let mut handlers: Vec<Hearing> = Vec::new();
    for (member, marks) in input.marked() {
        let Member::Method(method) = member else {
            let at = marks.first().map(|mark| &mark.attribute);
            mistakes.report(
                Mistake::at(Code::E092, at, "`#[handler]` stands on a method")
                    .help(format!("write `{METHOD}`")),
            );
            continue;
        };
        if let Some(mark) = marks.first().filter(|mark| !mark.arguments().is_empty()) {
            mistakes.report(
                Mistake::at(Code::E092, mark.arguments(), "a handler of a task has no options")
                    .help("write `#[handler]`; the options stand in `#[task(..)]`"),
            );
        }
        handlers.extend(hearing(method, SHAPE, mistakes));
    }
    if handlers.is_empty() && input.marked().next().is_none() {
        let sentence = "a task without a `#[handler]` does nothing";
        let help = format!("add `#[handler] {METHOD}`");
        mistakes.report(Mistake::at(EXAMPLE.0, type_name.as_ref(), sentence).help(help));
    }
    check_one_per_event(&mut handlers, mistakes);
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        name: settings.name.take().unwrap_or_else(|| type_name.clone()),
        type_name,
        settings,
        handlers,
    })
}

impl Settings {
    fn add(&mut self, option: Given, mistakes: &mut Mistakes) {
        match (option.name(), option.value) {
            ("timeout", Value::Text(text)) => {
                self.timeout = time(&text, duration::parse, mistakes);
            }
            ("retry", Value::Arguments(tokens)) => {
                self.retry = RetryOptions::parse(tokens, mistakes);
            }
            ("concurrency", Value::Whole(most)) => self.concurrency = positive(&most, mistakes),
            ("begin", Value::Word(word)) => self.begins_at_head = word == "head",
            ("name", Value::Text(name)) => {
                crate::support::names::check_message_name(&name, mistakes);
                self.name = Some(name.value());
            }
            _ => {}
        }
    }
}
