//! [`Input`] to [`Model`]: every rule that looks at more than one method.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use syn::{Attribute, ItemImpl, Type};

use super::block::{Member, Method};
use super::model::{Handler, Hook, Invariant, Model};
use super::parse::{Input, Mark, Role};
use super::{handler, hook, settings};
use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

pub(crate) fn analyze(mut input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let type_name = check_header(&input.block.header, mistakes);
    let settings = settings::analyze(std::mem::take(&mut input.options), mistakes);
    let mut found = Found::default();
    for (member, marks) in input.marked() {
        if let (Some(role), Some(method)) = (role_of(member, &marks, mistakes), as_method(member)) {
            found.add(role, method, &marks, mistakes);
        }
    }
    let header = input.block.header;
    type_name.map(|type_name| Model {
        private: Private::new(input.krate),
        cfgs: cfgs(&header.attrs),
        generics: header.generics,
        self_type: *header.self_ty,
        name: settings.name.clone().unwrap_or_else(|| type_name.to_string()),
        settings,
        handlers: check_one_handler_per_message(found.handlers, mistakes),
        on_start: found.on_start,
        on_stop: found.on_stop,
        on_restart: found.on_restart,
        invariants: found.invariants,
    })
}

/// What the methods of the block are.
#[derive(Default)]
struct Found {
    handlers: Vec<Handler>,
    on_start: Option<Hook>,
    on_stop: Option<Hook>,
    on_restart: Option<Hook>,
    invariants: Vec<Invariant>,
}

impl Found {
    fn add(&mut self, role: &Mark, method: &Method, marks: &[&Mark], mistakes: &mut Mistakes) {
        match role.role {
            Role::Handler => self.handlers.extend(handler::analyze(role, method, marks, mistakes)),
            Role::Invariant => self.invariants.extend(hook::invariant(role, method, mistakes)),
            Role::OnStart => add_hook(&mut self.on_start, role, method, mistakes),
            Role::OnStop => add_hook(&mut self.on_stop, role, method, mistakes),
            Role::OnRestart => add_hook(&mut self.on_restart, role, method, mistakes),
            _ => {}
        }
    }
}

fn add_hook(slot: &mut Option<Hook>, role: &Mark, method: &Method, mistakes: &mut Mistakes) {
    let hook = hook::analyze(role, method, mistakes);
    if let (Some(first), Some(_)) = (slot.as_ref(), &hook) {
        let name = role.role.name();
        let sentence = format!("`#[{name}]` already stands on `{}`", first.call.method);
        mistakes.report(
            Mistake::at(Code::E021, &method.signature.ident, sentence)
                .help("call this method from the first one, and remove the attribute here"),
        );
    } else {
        *slot = hook;
    }
}

/// E019. The block is an inherent one, on a type with a name.
fn check_header(header: &ItemImpl, mistakes: &mut Mistakes) -> Option<Ident> {
    if let Some((path, _)) = &header.trait_ {
        let self_type = source(&header.self_ty);
        mistakes.report(
            Mistake::at(
                Code::E019,
                path,
                "`#[actor]` stands on the impl block of a type, not on that of a trait",
            )
            .help(format!(
                "move the handlers to a block of their own: `#[actor] impl {self_type} {{ .. }}`"
            )),
        );
        return None;
    }
    match &*header.self_ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|segment| segment.ident.clone())
        }
        other => {
            mistakes.report(
                Mistake::at(Code::E019, other, "an actor is a struct or an enum")
                    .help("put it into a struct: `struct OrderDesk(..);`"),
            );
            None
        }
    }
}

/// The one role of a member, if it can have it.
fn role_of<'a>(member: &Member, marks: &[&'a Mark], mistakes: &mut Mistakes) -> Option<&'a Mark> {
    let roles: Vec<_> = marks.iter().copied().filter(|mark| mark.role.is_exclusive()).collect();
    check_is_one_role(&roles, mistakes);
    let handler = roles.iter().find(|mark| mark.role == Role::Handler);
    let Some(role) = handler.or(roles.first()).copied() else {
        check_contract_has_handler(marks, mistakes);
        return None;
    };
    if let Member::Other { .. } = member {
        let name = role.role.name();
        let code = if role.role == Role::Handler { Code::E003 } else { Code::E021 };
        mistakes.report(
            Mistake::at(code, &role.attribute, format!("`#[{name}]` stands on a method"))
                .help("write `fn place(&mut self, message: PlaceOrder) { .. }` below it"),
        );
    }
    Some(role)
}

/// E021. What runs at a turn of the actor's life does not handle messages, and the other way round.
fn check_is_one_role(roles: &[&Mark], mistakes: &mut Mistakes) {
    if let [first, second, ..] = roles {
        let (one, other) = (first.role.name(), second.role.name());
        let sentence = if one == other {
            format!("`#[{one}]` is given twice")
        } else {
            format!("a method is either `#[{one}]` or `#[{other}]`")
        };
        mistakes.report(
            Mistake::at(Code::E021, &second.attribute, sentence)
                .help("remove one of the two; a third method can hold what they share"),
        );
    }
}

/// E021. A condition is checked around the handling of a message, nowhere else.
fn check_contract_has_handler(marks: &[&Mark], mistakes: &mut Mistakes) {
    for mark in marks {
        let name = mark.role.name();
        let sentence = format!("`#[{name}]` is never checked: it stands on a handler");
        mistakes.report(Mistake::at(Code::E021, &mark.attribute, sentence).help(
            "add `#[handler]` to this method, or move the condition to the handler that calls it",
        ));
    }
}

fn as_method(member: &Member) -> Option<&Method> {
    match member {
        Member::Method(method) => Some(method),
        Member::Other { .. } => None,
    }
}

/// E005. The second of two handlers for one message would never be called. Handlers under a `cfg`
/// are left to the compiler, which knows which of them exist.
fn check_one_handler_per_message(handlers: Vec<Handler>, mistakes: &mut Mistakes) -> Vec<Handler> {
    let mut first: BTreeMap<String, Ident> = BTreeMap::new();
    let mut kept = Vec::new();
    for handler in handlers {
        if !handler.call.cfgs.is_empty() {
            kept.push(handler);
            continue;
        }
        let ty = source(&handler.message.ty);
        let method = &handler.call.method;
        match first.get(&ty) {
            None => {
                first.insert(ty, method.clone());
                kept.push(handler);
            }
            Some(earlier) => {
                mistakes.report(
                    Mistake::at(
                        Code::E005,
                        &handler.message.ty,
                        format!("`{ty}` already has a handler in this actor: `{earlier}`"),
                    )
                    .help(format!("let `{earlier}` call `{method}`, and remove `#[handler]` here")),
                );
                mistakes.report(Mistake::at(
                    Code::E005,
                    earlier,
                    format!("the first handler of `{ty}` is here"),
                ));
            }
        }
    }
    kept
}

/// The `cfg` attributes among `attributes`.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}
