//! All that has happened in a system: the events of its store, and the commands that led to them.

use std::collections::BTreeMap;

use rdddy_core::message::MessageId;
use rdddy_core::store::{EventQuery, EventStore, MemoryStore, Position, StoredEvent};

use crate::at_once::at_once;
use crate::log::{EventLog, Given};

const PAGE: usize = 1000;

/// See the module.
pub(super) struct Happened {
    pub(super) events: Vec<StoredEvent>,
    pub(super) commands: Vec<Given>,
    event_places: BTreeMap<MessageId, usize>,
    command_places: BTreeMap<MessageId, usize>,
}

impl Happened {
    pub(super) fn read(disk: &MemoryStore, log: &EventLog) -> Self {
        let (events, commands) = (read_all(disk), log.commands());
        let event_places = events.iter().enumerate().map(|(nth, stored)| (stored.event.id, nth));
        let command_places = commands.iter().enumerate().map(|(nth, given)| (given.id, nth));
        Happened {
            event_places: event_places.collect(),
            command_places: command_places.collect(),
            events,
            commands,
        }
    }

    /// Which of the events this is.
    pub(super) fn event(&self, id: MessageId) -> Option<usize> {
        self.event_places.get(&id).copied()
    }

    /// Which of the commands has led to this event.
    pub(super) fn command_of(&self, stored: &StoredEvent) -> Option<usize> {
        self.command_places.get(&stored.event.metadata.causation?).copied()
    }

    /// The place of the first event that each command has led to.
    pub(super) fn first_events(&self) -> BTreeMap<usize, usize> {
        let mut first = BTreeMap::new();
        for (nth, stored) in self.events.iter().enumerate() {
            if let Some(command) = self.command_of(stored) {
                first.entry(command).or_insert(nth);
            }
        }
        first
    }
}

/// An event of the domain, not one that a process writes for itself.
pub(super) fn is_of_domain(stored: &StoredEvent) -> bool {
    !stored.event.name.starts_with("rdddy.")
}

/// What cannot be read is not there: the store lives in memory, where it always can.
fn read_all(disk: &MemoryStore) -> Vec<StoredEvent> {
    let (mut all, mut after) = (Vec::new(), Position::START);
    while let Some(Ok(page)) = at_once(disk.read(&EventQuery::all(), &after, PAGE)) {
        all.extend(page.events);
        after = page.reached;
        if page.at_head {
            break;
        }
    }
    all
}
