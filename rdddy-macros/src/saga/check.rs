//! Every rule that looks at more than one method.

use std::collections::BTreeMap;

use proc_macro2::Ident;

use super::EXAMPLE;
use super::analyze::Settings;
use super::model::{Methods, StepMethod};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

/// E076. Without these, there is no saga.
pub(super) fn needs(
    settings: &Settings,
    methods: &Methods,
    type_name: Option<&Ident>,
    mistakes: &mut Mistakes,
) {
    let mut report = |sentence: &str, help: &str| {
        mistakes.report(Mistake::at(EXAMPLE.0, type_name, sentence).help(help));
    };
    if settings.starts_on.is_empty() {
        report(
            "the saga does not say what begins it",
            "write `#[saga(starts_on = OrderPlaced, key = order)]`",
        );
    }
    if settings.key.is_none() {
        report(
            "the saga does not say which of its instances an event is for",
            "write `#[saga(starts_on = OrderPlaced, key = order)]`: `order` is a `#[tag]` of its events",
        );
    }
    if methods.steps.is_empty() {
        report(
            "a saga without steps does nothing",
            "add `#[step(compensate = release)] fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock`",
        );
    }
    for start in &settings.starts_on {
        if !methods.hearing().any(|heard| heard.event.as_ref().map(source) == Some(source(start))) {
            let sentence = format!("no method hears `{}`, which begins the saga", source(start));
            mistakes.report(Mistake::at(EXAMPLE.0, start, sentence).help(format!(
                "add `#[step(..)] fn ..(&mut self, event: &{}) -> ..`, or a `#[handler]`",
                source(start)
            )));
        }
    }
}

/// E078 and E100. What stands before the pivot can be undone, what stands after it never is.
pub(super) fn order(methods: &Methods, mistakes: &mut Mistakes) {
    let steps = &methods.steps;
    let pivot = steps.iter().position(|step| step.options.pivot.is_some());
    for (at, step) in steps.iter().enumerate() {
        let options = &step.options;
        if let (Some(second), Some(first)) = (&options.pivot, pivot)
            && first != at
        {
            let first = &steps[first].hearing.method;
            let sentence = format!("a saga has one point of no return: `{first}` is the pivot");
            mistakes.report(
                Mistake::at(Code::E100, second, sentence)
                    .help("write `retriable` here, or remove the `pivot` there"),
            );
            continue;
        }
        match pivot {
            Some(pivot) if at > pivot => after_pivot(step, &steps[pivot], mistakes),
            Some(pivot) if at == pivot => on_pivot(step, mistakes),
            _ => before_pivot(step, pivot.is_some(), mistakes),
        }
    }
}

fn on_pivot(step: &StepMethod, mistakes: &mut Mistakes) {
    if let Some(retriable) = &step.options.retriable {
        let sentence = "the pivot may be refused, and then all is undone: it is not `retriable`";
        mistakes.report(Mistake::at(Code::E100, retriable, sentence).help("remove `retriable`"));
    }
}

fn before_pivot(step: &StepMethod, has_pivot: bool, mistakes: &mut Mistakes) {
    let name = &step.hearing.method;
    if let Some(retriable) = &step.options.retriable {
        let sentence = if has_pivot {
            format!("`{name}` comes before the pivot: it has to be undone when that is refused")
        } else {
            format!("`{name}` is retriable, and there is no pivot before it")
        };
        mistakes.report(
            Mistake::at(Code::E100, retriable, sentence)
                .help(format!("write `#[step(compensate = undo_{name})]`, or mark the pivot")),
        );
        return;
    }
    if step.options.compensate.is_none() && step.options.irreversible.is_none() {
        let sentence = format!("nothing undoes `{name}` when the saga fails later on");
        mistakes.report(
            Mistake::at(Code::E078, name, sentence)
                .help(format!("write `#[step(compensate = undo_{name})]`"))
                .help("or say why it need not be undone: `#[step(irreversible = \"..\")]`"),
        );
    }
}

fn after_pivot(step: &StepMethod, pivot: &StepMethod, mistakes: &mut Mistakes) {
    let (name, pivot) = (&step.hearing.method, &pivot.hearing.method);
    if let Some(compensate) = &step.options.compensate {
        let sentence = format!("`{name}` comes after the pivot `{pivot}`: nothing is undone there");
        mistakes.report(
            Mistake::at(Code::E100, compensate, sentence)
                .help(format!("write `#[step(retriable)]`, or move `{name}` before `{pivot}`")),
        );
    } else if step.options.retriable.is_none() {
        let sentence = format!("`{name}` comes after the pivot `{pivot}`, and has to succeed");
        mistakes.report(
            Mistake::at(Code::E100, name, sentence)
                .help(format!("write `#[step(retriable)]`, or move `{name}` before `{pivot}`")),
        );
    }
}

/// E079. Each compensation undoes one step, and takes what that has acted on.
pub(super) fn compensations(methods: &Methods, mistakes: &mut Mistakes) {
    let mut used: BTreeMap<String, &Ident> = BTreeMap::new();
    for step in &methods.steps {
        let Some(wanted) = &step.options.compensate else { continue };
        let found = methods.compensations.iter().find(|one| one.hearing.method == *wanted);
        let Some(found) = found else {
            let known: Vec<_> =
                methods.compensations.iter().map(|one| one.hearing.method.to_string()).collect();
            let sentence = format!("there is no `#[compensation]` called `{wanted}` here");
            let event = step.hearing.event.as_ref().map(source).unwrap_or_default();
            let mut mistake = Mistake::at(Code::E079, wanted, sentence);
            if let Some(near) = crate::support::suggest::nearest(
                &wanted.to_string(),
                known.iter().map(String::as_str),
            ) {
                mistake = mistake.help(format!("write `compensate = {near}`"));
            }
            mistakes.report(mistake.help(format!(
                "add `#[compensation] fn {wanted}(&mut self, event: &{event}) -> ..`"
            )));
            continue;
        };
        if let Some(other) = used.insert(wanted.to_string(), &step.hearing.method) {
            let sentence = format!("`{wanted}` already undoes `{other}`");
            mistakes.report(
                Mistake::at(Code::E079, wanted, sentence)
                    .help("write a compensation for each step, which may call the same method"),
            );
        }
        if let (Some(takes), Some(acts_on)) = (&found.hearing.event, &step.hearing.event)
            && source(takes) != source(acts_on)
        {
            let (name, takes_text, acts_on) =
                (&step.hearing.method, source(takes), source(acts_on));
            let sentence = format!(
                "`{wanted}` takes a `{takes_text}`, and `{name}` acts on a `{acts_on}`: what came of \
                 it may not be known when it is undone"
            );
            mistakes.report(
                Mistake::at(Code::E079, takes, sentence)
                    .help(format!("write `event: &{acts_on}`, or leave it out")),
            );
        }
    }
    for one in &methods.compensations {
        let name = &one.hearing.method;
        if !used.contains_key(&name.to_string()) {
            let sentence = format!("`{name}` undoes nothing: no step names it");
            mistakes.report(
                Mistake::at(Code::E079, name, sentence).help(format!(
                    "write `#[step(compensate = {name})]` on the step that it undoes"
                )),
            );
        }
    }
}

/// E005. The second of two methods that only hear one event would never be called.
pub(super) fn one_hearing_per_event(methods: &Methods, mistakes: &mut Mistakes) {
    let mut first: BTreeMap<String, &Ident> = BTreeMap::new();
    for heard in methods.handlers.iter().chain(&methods.aborts).chain(&methods.ends) {
        let Some(ty) = &heard.event else { continue };
        if let Some(earlier) = first.insert(source(ty), &heard.method) {
            let sentence = format!("`{}` is already heard here: `{earlier}`", source(ty));
            mistakes.report(Mistake::at(Code::E005, ty, sentence).help(format!(
                "let `{earlier}` call `{}`, and remove the attribute",
                heard.method
            )));
        }
    }
}
