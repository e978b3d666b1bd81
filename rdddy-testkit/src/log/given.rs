//! The commands that aggregates were given.

use std::collections::BTreeMap;

use rdddy_core::message::MessageId;
use rdddy_core::runtime::GivenCommand;

/// One command, however often it was given: a process that dies gives it again in its next life.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) id: MessageId,
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) key: String,
    /// The process that has given it, if it was one.
    pub(crate) process: Option<&'static str>,
    /// The message that it follows from.
    pub(crate) cause: Option<MessageId>,
    /// Why it was not carried out, if the last answer says so.
    pub(crate) failure: Option<String>,
}

/// All of them, in the order in which they were given first.
#[derive(Clone, Debug, Default)]
pub(super) struct AllGiven {
    commands: Vec<Given>,
    places: BTreeMap<MessageId, usize>,
}

impl AllGiven {
    pub(super) fn note(&mut self, command: &GivenCommand<'_>) {
        let metadata = command.metadata;
        self.places.entry(metadata.message).or_insert_with(|| {
            self.commands.push(Given {
                id: metadata.message,
                name: command.name,
                category: command.category,
                key: command.key.to_owned(),
                process: command.process,
                cause: metadata.causation,
                failure: None,
            });
            self.commands.len() - 1
        });
    }

    pub(super) fn answered(&mut self, id: MessageId, failure: Option<&str>) {
        let place = self.places.get(&id);
        if let Some(given) = place.and_then(|place| self.commands.get_mut(*place)) {
            given.failure = failure.map(str::to_owned);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    pub(super) fn all(&self) -> &[Given] {
        &self.commands
    }
}
