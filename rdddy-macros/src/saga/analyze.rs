//! The block of a saga to [`Model`].

use std::time::Duration;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{LitStr, ReturnType, Type};

use super::model::{Compensation, Methods, Model, StepMethod, StepOptions, TimeoutMethod};
use super::options::STEP;
use super::{EXAMPLE, check};
use crate::actor::analyze::cfgs;
use crate::actor::block::{Member, Method};
use crate::actor::signature::{parameters, ungroup};
use crate::actor::{Mark, Role};
use crate::process::{Input, Receiver, RetryOptions, Shape, check_header, hearing, positive, time};
use crate::support::codes::Code;
use crate::support::duration;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Value;
use crate::support::text::source;

pub(super) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, EXAMPLE, mistakes);
    let mut settings = Settings::default();
    for option in std::mem::take(&mut input.options) {
        settings.add(option.name(), option.value, mistakes);
    }
    let mut methods = Methods::default();
    for (member, marks) in input.marked() {
        add(&mut methods, member, &marks, mistakes);
    }
    check::needs(&settings, &methods, type_name.as_ref(), mistakes);
    check::order(&methods, mistakes);
    check::compensations(&methods, mistakes);
    check::one_hearing_per_event(&methods, mistakes);
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        name: settings.name.unwrap_or_else(|| type_name.clone()),
        type_name,
        version: settings.version.unwrap_or(1),
        key: settings.key?,
        starts_on: settings.starts_on,
        undoes_in_parallel: settings.undoes_in_parallel,
        begins_at_head: settings.begins_at_head,
        methods,
    })
}

/// What the attribute of a saga says.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) starts_on: Vec<Type>,
    pub(super) key: Option<Ident>,
    version: Option<u32>,
    name: Option<String>,
    undoes_in_parallel: bool,
    begins_at_head: bool,
}

impl Settings {
    fn add(&mut self, name: &str, value: Value, mistakes: &mut Mistakes) {
        match (name, value) {
            ("starts_on", Value::Type(Type::Tuple(tuple))) => {
                self.starts_on.extend(tuple.elems);
            }
            ("starts_on", Value::Type(ty)) => self.starts_on.push(ty),
            ("key", Value::Path(path)) => match path.get_ident() {
                Some(key) => self.key = Some(key.clone()),
                None => mistakes.report(
                    Mistake::at(Code::E002, path, "`key` is the name of a tag")
                        .help("write `key = order`"),
                ),
            },
            ("compensate", Value::Word(word)) => self.undoes_in_parallel = word == "parallel",
            ("begin", Value::Word(word)) => self.begins_at_head = word == "head",
            ("version", Value::Whole(version)) => self.version = positive(&version, mistakes),
            ("name", Value::Text(name)) => {
                crate::support::names::check_message_name(&name, mistakes);
                self.name = Some(name.value());
            }
            _ => {}
        }
    }
}

const fn shape(word: &'static str, event_optional: bool) -> Shape {
    let receiver = Receiver::Mutable;
    let context = "SagaContext";
    Shape { word, code: Code::E077, receiver, context, is_async: false, event_optional }
}

fn add(methods: &mut Methods, member: &Member, marks: &[&Mark], mistakes: &mut Mistakes) {
    let Some(mark) = marks.first() else { return };
    if let Some(second) = marks.get(1) {
        let (one, other) = (mark.role.name(), second.role.name());
        let sentence = format!("a method is either `#[{one}]` or `#[{other}]`");
        mistakes
            .report(Mistake::at(Code::E077, &second.attribute, sentence).help("write two methods"));
    }
    let Member::Method(method) = member else {
        let sentence = format!("`#[{}]` stands on a method", mark.role.name());
        mistakes.report(
            Mistake::at(Code::E077, &mark.attribute, sentence)
                .help("write `fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock { .. }`"),
        );
        return;
    };
    let plain = |word, mistakes: &mut Mistakes| {
        without_arguments(mark, mistakes);
        hearing(method, shape(word, false), mistakes)
    };
    match mark.role {
        Role::Handler => methods.handlers.extend(plain("a handler of a saga", mistakes)),
        Role::Abort => methods.aborts.extend(plain("what aborts a saga", mistakes)),
        Role::End => methods.ends.extend(plain("what ends a saga", mistakes)),
        Role::Step => methods.steps.extend(step(mark, method, mistakes)),
        Role::Compensation => {
            without_arguments(mark, mistakes);
            let heard = hearing(method, shape("a compensation", true), mistakes);
            let returns = command_of(method, "a compensation", mistakes);
            let found = heard.zip(returns);
            methods
                .compensations
                .extend(found.map(|(hearing, returns)| Compensation { hearing, returns }));
        }
        Role::Timeout => timeout(methods, mark, method, mistakes),
        _ => {}
    }
}

fn without_arguments(mark: &Mark, mistakes: &mut Mistakes) {
    if !mark.arguments().is_empty() {
        let name = mark.role.name();
        let sentence = format!("`#[{name}]` has no options");
        mistakes.report(
            Mistake::at(Code::E077, mark.arguments(), sentence).help(format!("write `#[{name}]`")),
        );
    }
}

fn step(mark: &Mark, method: &Method, mistakes: &mut Mistakes) -> Option<StepMethod> {
    let (options, on) = step_options(mark, mistakes);
    let hearing = hearing(method, shape("a step", false), mistakes);
    let returns = command_of(method, "a step", mistakes);
    if let (Some(on), Some(event)) = (&on, hearing.as_ref().and_then(|h| h.event.as_ref()))
        && source(on) != source(event)
    {
        let sentence = format!("the step acts on `{}`: its parameter says so", source(event));
        mistakes.report(
            Mistake::at(Code::E077, on, sentence)
                .help(format!("write `on = {}`, or leave it out", source(event))),
        );
    }
    Some(StepMethod { hearing: hearing?, returns: returns?, options })
}

/// What the method returns: a command.
fn command_of(method: &Method, word: &str, mistakes: &mut Mistakes) -> Option<Type> {
    match &method.signature.output {
        ReturnType::Type(_, ty) => Some(Type::clone(ty)),
        ReturnType::Default => {
            let name = &method.signature.ident;
            let sentence = format!("{word} returns the command that it wants given");
            mistakes.report(
                Mistake::at(Code::E077, name, sentence)
                    .help(format!("write `fn {name}(..) -> ReserveStock`, or an `Option` of it")),
            );
            None
        }
    }
}

fn step_options(mark: &Mark, mistakes: &mut Mistakes) -> (StepOptions, Option<Type>) {
    let (mut options, mut on) = (StepOptions::default(), None);
    for given in STEP.parse(mark.arguments(), mistakes) {
        match (given.name(), given.value) {
            ("on", Value::Type(ty)) => on = Some(ty),
            ("compensate", Value::Path(path)) => {
                options.compensate = path.get_ident().cloned();
                if options.compensate.is_none() {
                    mistakes.report(
                        Mistake::at(Code::E079, path, "a compensation is a method of this block")
                            .help("write `compensate = release`"),
                    );
                }
            }
            ("irreversible", Value::Text(reason)) => options.irreversible = Some(reason),
            ("pivot", _) => options.pivot = Some(given.key),
            ("retriable", _) => options.retriable = Some(given.key),
            ("retry", Value::Arguments(tokens)) => {
                options.retry = RetryOptions::parse(tokens, mistakes);
            }
            _ => {}
        }
    }
    (options, on)
}

/// `#[timeout("15m")] fn expired(&mut self) -> Timeout`
fn timeout(methods: &mut Methods, mark: &Mark, method: &Method, mistakes: &mut Mistakes) {
    let signature = &method.signature;
    let name = &signature.ident;
    let after = match syn::parse2::<LitStr>(mark.arguments()) {
        Ok(text) => time(&text, duration::parse, mistakes),
        Err(_) => {
            mistakes.report(
                Mistake::at(Code::E077, &mark.attribute, "`#[timeout]` says after how long")
                    .help("write `#[timeout(\"15m\")]`"),
            );
            None
        }
    };
    let returns = match &signature.output {
        ReturnType::Type(_, ty) => match ungroup(ty) {
            Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "Timeout"),
            _ => false,
        },
        ReturnType::Default => false,
    };
    let fits = signature.receiver().is_some()
        && parameters(signature).next().is_none()
        && signature.asyncness.is_none()
        && returns;
    if !fits {
        let sentence = format!("`{name}` says what is to be done when the time is up");
        mistakes.report(
            Mistake::at(Code::E077, signature.to_token_stream(), sentence)
                .help(format!("write `fn {name}(&mut self) -> Timeout`")),
        );
        return;
    }
    if methods.timeout.is_some() {
        let sentence = "a saga has one `#[timeout]`";
        mistakes.report(
            Mistake::at(Code::E077, &mark.attribute, sentence)
                .help("return `Timeout::Wait(..)` from the first, to be called again later"),
        );
        return;
    }
    methods.timeout = after.map(|after: Duration| TimeoutMethod { method: name.clone(), after });
}
