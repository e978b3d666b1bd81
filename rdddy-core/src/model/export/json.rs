//! The domain map as JSON.
//!
//! Keys are written in alphabetical order, because `serde_json` keeps either that order or the
//! written one, depending on what another crate asks of it.

use serde_json::{Value, json};

use super::in_order;
use crate::message::EventScope;
use crate::model::entry::{ActorEntry, MessageEntry, MessageUse};
use crate::model::map::{DomainMap, Use, Uses};

pub(in crate::model) fn render(map: &DomainMap) -> String {
    let uses = map.uses();
    let json = json!({
        "actors": map.actors().map(actor).collect::<Vec<_>>(),
        "contexts": map.contexts(),
        "messages": map.messages().map(|entry| message(entry, &uses)).collect::<Vec<_>>(),
    });
    format!("{json:#}\n")
}

fn actor(entry: &ActorEntry) -> Value {
    json!({
        "asks": uses(entry.asks),
        "context": entry.context(),
        "file": entry.location.file,
        "handles": uses(entry.handles),
        "line": entry.location.line,
        "module": entry.module,
        "name": entry.name,
    })
}

fn message(entry: &MessageEntry, uses: &Uses<'_>) -> Value {
    let type_id = (entry.type_id)();
    json!({
        "askers": paths(uses.askers_of(type_id)),
        "context": entry.context(),
        "decodable": (entry.codec)().is_some(),
        "file": entry.location.file,
        "handlers": paths(uses.handlers_of(type_id)),
        "kind": entry.kind.to_string(),
        "line": entry.location.line,
        "name": (entry.name)(),
        "scope": entry.scope.map(scope),
        "shared": entry.shared,
        "version": entry.version,
    })
}

fn uses(uses: &[MessageUse]) -> Vec<Value> {
    let by_name = in_order(uses).into_iter();
    by_name
        .map(|used| json!({ "line": used.line, "name": (used.name)(), "version": used.version }))
        .collect()
}

fn paths(uses: &[Use<'_>]) -> Vec<String> {
    uses.iter().map(|(actor, _)| actor.path()).collect()
}

fn scope(scope: EventScope) -> &'static str {
    match scope {
        EventScope::Domain => "domain",
        EventScope::External => "external",
        EventScope::Integration => "integration",
        EventScope::Ui => "ui",
    }
}
