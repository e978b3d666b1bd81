//! What has happened, in one order: commands, their events, and what sagas come to.

use std::collections::BTreeMap;

use rdddy_core::message::MessageId;
use rdddy_core::store::StoredEvent;
use serde_json::Value;

use super::happened::{Happened, is_of_domain};
use super::written::short;

/// Before it lie so many events and commands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub(super) events: usize,
    pub(super) commands: usize,
}

/// What the test has asked for itself.
pub(super) type Asked = BTreeMap<MessageId, Request>;

/// A command that the test gave, or what somebody did at a view.
pub(super) struct Request {
    /// The events there were before.
    pub(super) events: usize,
    /// What was done, if it is not a command.
    pub(super) input: Option<&'static str>,
}

/// One thing that has happened, by its place among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Command(usize),
    Event(usize),
    /// Of the saga to whose stream this event belongs.
    Turn {
        at: usize,
        words: String,
    },
}

/// What has happened since `mark`: a command comes right before its first event. Where it led to none,
/// it comes after the events there were when it was `asked` for, or after what it follows from.
pub(super) fn since(mark: Mark, happened: &Happened, asked: &Asked) -> Vec<Moment> {
    let mut moments = Vec::new();
    let first_events = happened.first_events();
    let intents = happened.events.iter().zip(0..);
    let intents = intents.filter_map(|(stored, nth)| Some((intended(stored)?, nth)));
    let intents: BTreeMap<_, usize> = intents.collect();
    let mut latest = mark.events;
    for (nth, given) in happened.commands.iter().enumerate().skip(mark.commands) {
        let cause = given.cause.and_then(|cause| happened.event(cause));
        let of_test = asked.get(&given.id).or_else(|| asked.get(&given.cause?));
        // The rank of what comes before an event, and after one.
        let (place, rank) = match (first_events.get(&nth), of_test) {
            (Some(first), _) => (*first, 0),
            (None, Some(asked)) => (asked.events, 0),
            (None, None) => (
                intents.get(&given.id).copied().unwrap_or_else(|| latest.max(cause.unwrap_or(0))),
                2,
            ),
        };
        latest = latest.max(place);
        moments.push((place, rank, Moment::Command(nth)));
    }
    for (nth, stored) in happened.events.iter().enumerate().skip(mark.events) {
        if is_of_domain(stored) {
            moments.push((nth, 1, Moment::Event(nth)));
        } else if let Some(words) = turn(stored) {
            moments.push((nth, 1, Moment::Turn { at: nth, words }));
        }
    }
    moments.sort();
    moments.into_iter().map(|(_, _, moment)| moment).collect()
}

/// Whose stream it is: an aggregate or a process, and which one.
pub(super) fn who(category: &str, key: &str) -> String {
    let category = short(category);
    // The results of a task have streams of their own, each with the id of an event.
    if key.is_empty() || key.parse::<MessageId>().is_ok() {
        category.to_owned()
    } else {
        format!("{category} {key}")
    }
}

/// The event that a saga has heard, if that is what it wrote down.
pub(super) fn heard(stored: &StoredEvent) -> Option<MessageId> {
    let of_saga = &*stored.event.name == "rdddy.SagaHeard";
    text_of(of_saga.then_some(stored)?, "id")?.parse().ok()
}

/// The command that a saga was about to give, if that is what it wrote down.
fn intended(stored: &StoredEvent) -> Option<MessageId> {
    const INTENTS: [&str; 2] = ["rdddy.SagaStepIntended", "rdddy.SagaCompensationIntended"];
    let record: Value = INTENTS
        .contains(&&*stored.event.name)
        .then(|| serde_json::from_slice(&stored.event.data).ok())??;
    record.get("command")?.get("id")?.as_str()?.parse().ok()
}

/// What a saga has come to, if that is what it wrote down.
fn turn(stored: &StoredEvent) -> Option<String> {
    let because = || text_of(stored, "why").map_or_else(String::new, |why| format!(": {why}"));
    Some(match &*stored.event.name {
        "rdddy.SagaCompensating" => format!("compensates{}", because()),
        "rdddy.SagaStuck" => format!("needs an operator{}", because()),
        "rdddy.SagaGivenUp" => format!("is given up{}", because()),
        "rdddy.SagaCompleted" => "is completed".to_owned(),
        "rdddy.SagaUndone" => "is compensated".to_owned(),
        _ => return None,
    })
}

fn text_of(stored: &StoredEvent, field: &str) -> Option<String> {
    let record: Value = serde_json::from_slice(&stored.event.data).ok()?;
    Some(record.get(field)?.as_str()?.to_owned())
}
