//! The keys that wait for somebody to look at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::message::{Event, EventScope, Kind, Message, MessageId, Sealed, Timestamp};
use crate::store::{Position, Write};

/// A key whose event could not be handled. Its later events wait behind it; those of other keys do
/// not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Parked {
    /// The key.
    pub key: String,
    /// Where the event stands.
    pub position: Position,
    /// Where to read from, to find it and what waits behind it.
    pub after: Position,
    /// The event.
    pub event: MessageId,
    /// Its stable name.
    pub name: String,
    /// What went wrong.
    pub error: String,
    /// When.
    pub at: Timestamp,
}

/// A key has been parked. Published for whoever watches the system.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ParkedFault {
    /// The policy, saga or projection.
    pub process: Arc<str>,
    /// What is parked, and why.
    pub parked: Parked,
}

impl Sealed for ParkedFault {}

impl Message for ParkedFault {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.ParkedFault"
    }
}

impl Event for ParkedFault {
    const SCOPE: EventScope = EventScope::Domain;
}

/// All parked keys of one reader. Documents keep them, by key.
pub(crate) struct Parking {
    table: String,
    parked: BTreeMap<String, Parked>,
}

impl Parking {
    pub(crate) fn table(reader: &str) -> String {
        format!("rdddy.parked/{reader}")
    }

    pub(super) fn new(reader: &str) -> Self {
        Parking { table: Parking::table(reader), parked: BTreeMap::new() }
    }

    /// One that was parked before.
    pub(super) fn load(&mut self, document: &[u8]) -> serde_json::Result<()> {
        let parked: Parked = serde_json::from_slice(document)?;
        self.parked.insert(parked.key.clone(), parked);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Parked> {
        self.parked.get(key)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Parked> {
        self.parked.values()
    }

    /// Parks a key, unless it is parked; what is to be written for that.
    pub(super) fn park(&mut self, parked: Parked) -> serde_json::Result<Write> {
        let write = Write::put(&self.table, &parked.key, serde_json::to_vec(&parked)?);
        self.parked.insert(parked.key.clone(), parked);
        Ok(write)
    }

    /// Lets a key go on; what is to be written for that.
    pub(super) fn unpark(&mut self, key: &str) -> Write {
        self.parked.remove(key);
        Write::remove(&self.table, key)
    }
}
