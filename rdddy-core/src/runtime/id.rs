//! Who an actor is.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// Identifies one actor of a system, across its restarts. Later actors have larger ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ActorId(u64);

impl ActorId {
    /// The `sequence`th actor of a system, in `slot` of its registry.
    pub(crate) fn new(sequence: u32, slot: u32) -> Self {
        ActorId((u64::from(sequence) << 32) | u64::from(slot))
    }

    pub(crate) fn slot(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }

    /// The id as a number, to be written down.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The id that was written down as `number`.
    #[must_use]
    pub const fn from_u64(number: u64) -> Self {
        ActorId(number)
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0 >> 32)
    }
}

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an actor stands in the supervision tree: `/fulfilment/stock#12`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ActorPath(Arc<str>);

impl ActorPath {
    pub(crate) fn child_of(parent: Option<&ActorPath>, name: &str) -> Self {
        let parent = parent.map_or("", ActorPath::as_str);
        ActorPath(format!("{parent}/{name}").into())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last part: the name the actor was spawned with, or its type and id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for ActorPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ActorPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
