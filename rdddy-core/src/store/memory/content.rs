//! What a memory store holds. Each operation is one step under a lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::limits;
use crate::message::MessageId;
use crate::store::{
    Append, AppendError, Appended, EventQuery, NothingNew, Page, Position, Snapshot, StoredCommand,
    StoredEvent, StreamName, Version,
};

/// Events that one read looks at, so that a rare match does not hold up writers.
const LOOKED_AT_MAX: usize = 65_536;

#[derive(Default)]
pub(super) struct Content {
    /// In commit order: the event at index `i` stands at position `i + 1`.
    events: Vec<Arc<StoredEvent>>,
    streams: BTreeMap<StreamName, Vec<Arc<StoredEvent>>>,
    commands: BTreeMap<MessageId, StoredCommand>,
    snapshots: BTreeMap<(StreamName, u64), Snapshot>,
}

impl Content {
    pub(super) fn head(&self) -> Position {
        Position::from_sequence(self.events.len() as u64)
    }

    pub(super) fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        let known = append.command.as_ref().and_then(|command| self.commands.get(&command.id));
        if let Some(known) = known {
            return Ok(Appended::Repeated(known.clone()));
        }
        self.check(&append)?;
        let mut versions = Vec::with_capacity(append.streams.len());
        for part in append.streams {
            let mut version = self.version(&part.stream);
            for event in part.events {
                version = version.next();
                let stored = Arc::new(StoredEvent {
                    position: Position::from_sequence(self.events.len() as u64 + 1),
                    stream: part.stream.clone(),
                    version,
                    recorded_at: append.at,
                    event,
                });
                self.streams.entry(part.stream.clone()).or_default().push(Arc::clone(&stored));
                self.events.push(stored);
            }
            versions.push(version);
        }
        append.snapshots.into_iter().for_each(|snapshot| self.save_snapshot(snapshot));
        let position = self.head();
        if let Some(command) = append.command {
            let stored = StoredCommand { position: position.clone(), command };
            self.commands.insert(stored.command.id, stored);
        }
        Ok(Appended::Stored { position, versions })
    }

    fn check(&self, append: &Append) -> Result<(), AppendError> {
        for part in &append.streams {
            let found = self.version(&part.stream);
            let last = self.streams.get(&part.stream).and_then(|events| events.last());
            let other = part
                .expected
                .event()
                .is_some_and(|event| last.is_none_or(|last| last.event.id != event));
            if other || !part.expected.allows(found) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Err(AppendError::Conflict { stream, expected, found });
            }
        }
        let Some(NothingNew { query, after }) = &append.nothing_new else { return Ok(()) };
        let unseen = self.after(after.as_ref().unwrap_or(&Position::START));
        match unseen.iter().find(|stored| query.matches(&stored.stream, &stored.event)) {
            None => Ok(()),
            Some(stored) => Err(AppendError::SomethingNew {
                query: Box::new(query.clone()),
                after: after.clone(),
                found: stored.position.clone(),
            }),
        }
    }

    fn version(&self, stream: &StreamName) -> Version {
        Version(self.streams.get(stream).map_or(0, |events| events.len() as u64))
    }

    fn after(&self, position: &Position) -> &[Arc<StoredEvent>] {
        let skipped = usize::try_from(position.sequence()).unwrap_or(usize::MAX);
        self.events.get(skipped..).unwrap_or_default()
    }

    pub(super) fn read_stream(
        &self,
        stream: &StreamName,
        from: Version,
        limit: usize,
    ) -> Vec<StoredEvent> {
        let skipped = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let events = self.streams.get(stream).and_then(|events| events.get(skipped..));
        let limit = limit.min(limits::READ_PAGE_MAX);
        events.unwrap_or_default().iter().take(limit).map(|event| (**event).clone()).collect()
    }

    pub(super) fn read(&self, query: &EventQuery, after: &Position, limit: usize) -> Page {
        let limit = limit.min(limits::READ_PAGE_MAX);
        let mut page = Page { events: Vec::new(), reached: after.clone(), at_head: false };
        for stored in self.after(after).iter().take(LOOKED_AT_MAX) {
            if page.events.len() >= limit {
                return page;
            }
            if query.matches(&stored.stream, &stored.event) {
                page.events.push((**stored).clone());
            }
            page.reached = stored.position.clone();
        }
        page.at_head = page.reached.reached(&self.head());
        page
    }

    pub(super) fn find_command(&self, id: MessageId) -> Option<StoredCommand> {
        self.commands.get(&id).cloned()
    }

    pub(super) fn load_snapshot(&self, stream: &StreamName, fingerprint: u64) -> Option<Snapshot> {
        self.snapshots.get(&(stream.clone(), fingerprint)).cloned()
    }

    pub(super) fn save_snapshot(&mut self, snapshot: Snapshot) {
        let key = (snapshot.stream.clone(), snapshot.fingerprint);
        if self.snapshots.get(&key).is_none_or(|kept| kept.version <= snapshot.version) {
            self.snapshots.insert(key, snapshot);
        }
    }
}
