//! A log as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rdddy_core::message::MessageId;
use rdddy_core::model::Registry;
use rdddy_core::runtime::{ActorId, SystemEvent};

use super::causes::Causes;
use super::entry::Entry;
use super::{EventLog, system_event};
use crate::{limits, panics};

/// Writes entries, with the names of their publishers and the numbers of their causes.
pub(crate) struct Render {
    entries: Vec<Entry>,
    causes: Causes,
    actors: BTreeMap<ActorId, String>,
    numbers: BTreeMap<MessageId, usize>,
    registry: Registry,
}

impl Render {
    pub(crate) fn of(log: &EventLog) -> Self {
        let (entries, causes) = {
            let written = log.written();
            (written.entries.clone(), written.causes.clone())
        };
        let mut actors = BTreeMap::new();
        let mut numbers = BTreeMap::new();
        for entry in &entries {
            if let Some(SystemEvent::Started { actor }) = entry.event().downcast_ref() {
                actors.insert(actor.id, actor.path.to_string());
            }
            if let Some(id) = entry.id() {
                numbers.insert(id, entry.number());
            }
        }
        // Without the registry, events are shown by their names.
        let registry = Registry::linked().unwrap_or_default();
        Render { entries, causes, actors, numbers, registry }
    }

    /// The same, with the messages that one system knows.
    pub(crate) fn with_registry(mut self, registry: &Registry) -> Self {
        self.registry = registry.clone();
        self
    }

    /// The last entries, as many as are reported.
    pub(crate) fn all(&self) -> String {
        let left_out = self.entries.len().saturating_sub(limits::REPORTED_EVENTS);
        let mut text = String::new();
        if left_out > 0 {
            let _ = writeln!(text, "  .. {left_out} earlier ones");
        }
        for entry in self.entries.iter().skip(left_out) {
            self.line(entry, &mut text);
        }
        if self.entries.is_empty() {
            text.push_str("  none\n");
        }
        text
    }

    /// All entries, unless a report shows them anyway.
    pub(crate) fn all_here(&self) -> String {
        if panics::are_reported() { String::new() } else { format!("events:\n{}", self.all()) }
    }

    /// The entries of one type, and all of them unless a report shows them anyway.
    pub(crate) fn some(&self, entries: &[Entry], name: &str) -> String {
        if entries.is_empty() {
            return format!("there is no `{name}`\n{}", self.all_here());
        }
        let mut text = format!("every `{name}`:\n");
        for entry in entries.iter().take(limits::REPORTED_EVENTS) {
            self.line(entry, &mut text);
        }
        text.push_str(&self.all_here());
        text
    }

    fn line(&self, entry: &Entry, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = write!(text, "  #{:<4} {:>9} ", entry.number(), format!("{:?}", entry.at()));
        match entry.event().downcast_ref::<SystemEvent>() {
            Some(event) => system_event::describe(event, text),
            None => self.event(entry, text),
        }
        if let Some(publisher) = entry.publisher() {
            match self.actors.get(&publisher) {
                Some(path) => text.extend(["  by ", path]),
                None => text.push_str(&format!("  by {publisher}")),
            }
        }
        self.because(entry, text);
        text.push('\n');
    }

    /// The name of an event, and its content as far as it can be written.
    fn event(&self, entry: &Entry, text: &mut String) {
        text.push_str(entry.name());
        if let Ok(json) = self.registry.encode_json(entry.event()) {
            let json = String::from_utf8_lossy(&json);
            text.push(' ');
            let shown = json.floor_char_boundary(limits::REPORTED_EVENT_BYTES);
            text.push_str(&json[..shown]);
            if shown < json.len() {
                text.push('…');
            }
        }
    }

    /// What an event goes back to: messages that were sent, up to the nearest published event.
    fn because(&self, entry: &Entry, text: &mut String) {
        let Some(id) = entry.id() else { return };
        let mut link = "  because of ";
        for cause in self.causes.of(id) {
            text.push_str(link);
            link = " < ";
            if let Some(number) = self.numbers.get(&cause.id) {
                let _ = write!(text, "#{number}");
                return;
            }
            text.push_str(cause.name);
        }
    }
}
