//! Which message was sent because of which: events and the commands and queries between them.

use std::collections::BTreeMap;

use rdddy_core::message::{MessageId, Metadata};

/// Every message that had metadata, by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct Causes(BTreeMap<MessageId, Sent>);

/// What is known of a sent message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) id: MessageId,
    pub(super) name: &'static str,
    cause: Option<MessageId>,
}

impl Causes {
    pub(super) fn note(&mut self, name: &'static str, metadata: &Metadata) {
        let sent = Sent { id: metadata.message, name, cause: metadata.causation };
        self.0.insert(metadata.message, sent);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The messages that a message goes back to, the nearest first. A message is older than what
    /// it causes, so there is no cycle.
    pub(super) fn of(&self, message: MessageId) -> impl Iterator<Item = Sent> {
        let cause = |sent: &Sent| self.0.get(&sent.cause?).copied();
        let first = self.0.get(&message).and_then(cause);
        std::iter::successors(first, move |sent| cause(sent))
    }
}
