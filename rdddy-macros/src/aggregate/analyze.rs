//! [`Input`] to [`Model`]: every rule that looks at more than one method.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, ItemImpl, LitInt, Type};

use super::method;
use super::model::{Apply, Decision, Model, Upcast};
use super::options::SNAPSHOT;
use super::parse::Input;
use crate::actor::analyze::cfgs;
use crate::actor::block::{Member, Method};
use crate::actor::hook;
use crate::actor::{Invariant, Mark, Role};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, Value};
use crate::support::text::source;

pub(crate) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, mistakes);
    let settings = settings(std::mem::take(&mut input.options), mistakes);
    let id = settings.id.or_else(|| {
        check_has_id(type_name.as_ref(), mistakes);
        None
    });
    let mut found = Found::default();
    for (member, marks) in input.marked() {
        found.add(member, &marks, mistakes);
    }
    check_versions(&found.upcasts, mistakes);
    let header = input.block.header;
    let type_name = type_name?.to_string();
    Some(Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        self_type: *header.self_ty,
        name: settings.name.unwrap_or_else(|| type_name.clone()),
        type_name,
        id: id?,
        snapshot_every: settings.snapshot_every,
        is_state_stored: settings.is_state_stored,
        handlers: check_one_per_type(
            found.handlers,
            |handler| (&handler.ty, &handler.method, &handler.cfgs),
            Code::E005,
            ("handler", "call"),
            mistakes,
        ),
        applies: check_one_per_type(
            found.applies,
            |apply| (&apply.ty, &apply.method, &apply.cfgs),
            Code::E066,
            ("`#[apply]` method", "call"),
            mistakes,
        ),
        upcasts: found.upcasts,
        invariants: found.invariants,
    })
}

#[derive(Default)]
struct Settings {
    id: Option<Type>,
    name: Option<String>,
    snapshot_every: Option<u32>,
    is_state_stored: bool,
}

fn settings(options: Vec<Given>, mistakes: &mut Mistakes) -> Settings {
    let mut settings = Settings::default();
    check_snapshot_has_a_use(&options, mistakes);
    for option in options {
        match (option.name(), option.value) {
            ("id", Value::Type(ty)) => settings.id = Some(ty),
            ("name", Value::Text(name)) => {
                crate::support::names::check_message_name(&name, mistakes);
                settings.name = Some(name.value());
            }
            ("snapshot", Value::Arguments(tokens)) => {
                settings.snapshot_every = snapshot(&option.key, tokens, mistakes);
            }
            ("stored", Value::Word(what)) => settings.is_state_stored = what == "state",
            _ => {}
        }
    }
    settings
}

/// E002. A state that is stored with every event is its own snapshot.
fn check_snapshot_has_a_use(options: &[Given], mistakes: &mut Mistakes) {
    let of_state =
        options.iter().any(|option| matches!(&option.value, Value::Word(what) if what == "state"));
    let snapshot = options.iter().find(|option| option.name() == "snapshot");
    if let (true, Some(snapshot)) = (of_state, snapshot) {
        let sentence = "an aggregate whose state is stored needs no snapshots";
        mistakes.report(
            Mistake::at(Code::E002, &snapshot.key, sentence)
                .help("remove `snapshot(..)`, or `stored = state`"),
        );
    }
}

fn snapshot(key: &Ident, tokens: TokenStream, mistakes: &mut Mistakes) -> Option<u32> {
    let every = SNAPSHOT.parse(tokens, mistakes).into_iter().find_map(|given| match given.value {
        Value::Whole(every) => Some(every),
        _ => None,
    });
    match every {
        Some(every) => count(&every).or_else(|| {
            mistakes.report(
                Mistake::at(Code::E002, every, "a snapshot is made after at least one event")
                    .help("write `snapshot(every = 100)`"),
            );
            None
        }),
        None => {
            mistakes.report(
                Mistake::at(Code::E002, key, "`snapshot` says after how many events")
                    .help("write `snapshot(every = 100)`"),
            );
            None
        }
    }
}

fn count(literal: &LitInt) -> Option<u32> {
    literal.base10_parse().ok().filter(|count| *count > 0)
}

/// What the methods of the block are.
#[derive(Default)]
struct Found {
    handlers: Vec<Decision>,
    applies: Vec<Apply>,
    upcasts: Vec<Upcast>,
    invariants: Vec<Invariant>,
}

impl Found {
    fn add(&mut self, member: &Member, marks: &[&Mark], mistakes: &mut Mistakes) {
        let mut roles = marks.iter().copied().filter(|mark| mark.role.is_exclusive());
        let Some(role) = roles.next() else {
            for mark in marks {
                let name = mark.role.name();
                let sentence = format!("`#[{name}]` is never checked: it stands on a handler");
                mistakes.report(
                    Mistake::at(Code::E021, &mark.attribute, sentence)
                        .help("add `#[handler]` to this method"),
                );
            }
            return;
        };
        if let Some(second) = roles.next() {
            let (one, other) = (role.role.name(), second.role.name());
            let sentence = format!("a method is either `#[{one}]` or `#[{other}]`");
            mistakes.report(
                Mistake::at(Code::E021, &second.attribute, sentence)
                    .help("a handler decides and returns events; `#[apply]` changes the state"),
            );
        }
        let Some(method) = as_method(member) else {
            let name = role.role.name();
            let sentence = format!("`#[{name}]` stands on a method");
            mistakes.report(
                Mistake::at(Code::E065, &role.attribute, sentence)
                    .help("write `fn place(&self, command: PlaceOrder) -> OrderPlaced { .. }`"),
            );
            return;
        };
        match role.role {
            Role::Handler => self.handlers.extend(method::decision(role, method, marks, mistakes)),
            Role::Apply => self.applies.extend(method::apply(role, method, mistakes)),
            Role::Upcast => self.upcasts.extend(method::upcast(role, method, mistakes)),
            Role::Invariant => self.invariants.extend(hook::invariant(role, method, mistakes)),
            _ => {}
        }
    }
}

fn as_method(member: &Member) -> Option<&Method> {
    match member {
        Member::Method(method) => Some(method),
        Member::Other { .. } => None,
    }
}

/// E067. The block is an inherent one, on one type.
fn check_header(header: &ItemImpl, mistakes: &mut Mistakes) -> Option<Ident> {
    let mut report = |at: TokenStream, sentence: &str| {
        mistakes.report(Mistake::at(Code::E067, at, sentence).help("write `impl Order { .. }`"));
        None
    };
    if let Some((path, _)) = &header.trait_ {
        let at = quote::ToTokens::to_token_stream(path);
        return report(at, "`#[aggregate]` stands on the impl block of a type, not of a trait");
    }
    if !header.generics.params.is_empty() {
        let at = quote::ToTokens::to_token_stream(&header.generics);
        return report(at, "an aggregate is one type: its events are stored under one name");
    }
    match &*header.self_ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|segment| segment.ident.clone())
        }
        other => {
            report(quote::ToTokens::to_token_stream(other), "an aggregate is a struct or an enum")
        }
    }
}

/// E067. Without it, nobody could say which one a command is for.
fn check_has_id(type_name: Option<&Ident>, mistakes: &mut Mistakes) {
    let name = type_name.map_or_else(|| "Order".to_owned(), ToString::to_string);
    let sentence = format!("`{name}` does not say what tells one from another");
    mistakes.report(
        Mistake::at(Code::E067, type_name, sentence)
            .help(format!("write `#[aggregate(id = {name}Id)]`")),
    );
}

/// The second of two methods for one type would never be called. Those under a `cfg` are left to the
/// compiler, which knows which of them exist.
fn check_one_per_type<T>(
    all: Vec<T>,
    of: impl Fn(&T) -> (&Type, &Ident, &[Attribute]),
    code: Code,
    (what, call): (&str, &str),
    mistakes: &mut Mistakes,
) -> Vec<T> {
    let mut first: BTreeMap<String, Ident> = BTreeMap::new();
    let mut kept = Vec::new();
    for one in all {
        let (ty, method, cfgs) = of(&one);
        if !cfgs.is_empty() {
            kept.push(one);
            continue;
        }
        let text = source(ty);
        if let Some(earlier) = first.get(&text) {
            let sentence = format!("`{text}` already has a {what} here: `{earlier}`");
            mistakes.report(
                Mistake::at(code, ty, sentence)
                    .help(format!("let `{earlier}` {call} `{method}`, and remove the attribute")),
            );
            continue;
        }
        first.insert(text, method.clone());
        kept.push(one);
    }
    kept
}

/// E068. Old events climb one version at a time, so no step may be missing. Of an event with a step
/// under a `cfg`, nobody here knows which there are.
fn check_versions(upcasts: &[Upcast], mistakes: &mut Mistakes) {
    let mut versions: BTreeMap<String, Vec<&Upcast>> = BTreeMap::new();
    for upcast in upcasts {
        versions.entry(source(&upcast.event)).or_default().push(upcast);
    }
    versions.retain(|_, steps| steps.iter().all(|upcast| upcast.cfgs.is_empty()));
    for (event, mut steps) in versions {
        steps.sort_by_key(|upcast| upcast.from);
        for pair in steps.windows(2) {
            let [lower, upper] = pair else { continue };
            if upper.from == lower.from {
                let sentence = format!("version {} of `{event}` has two `#[upcast]`s", upper.from);
                mistakes.report(
                    Mistake::at(Code::E068, &upper.function, sentence).help("remove one of them"),
                );
            } else if upper.from > lower.from + 1 {
                let missing = lower.from + 1;
                let sentence = format!("nothing brings version {missing} of `{event}` to the next");
                mistakes.report(Mistake::at(Code::E068, &upper.function, sentence).help(format!(
                    "add `#[upcast(event = {event}, from = {missing})] fn ..(json: Value) -> Value`"
                )));
            }
        }
    }
}
