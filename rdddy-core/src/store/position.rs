//! Where an event stands: in the whole store, and in its stream.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place in the order in which a store's events become visible.
///
/// It is opaque: a store may have several partitions with an order each, so the only question is
/// whether one position has reached another. It is serialized as text, for checkpoints and tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position(u64);

impl Position {
    /// Before the first event of every store.
    pub const START: Position = Position(0);

    /// Whether everything visible at `other` is visible at this position, too.
    #[must_use]
    pub fn reached(&self, other: &Position) -> bool {
        self.0 >= other.0
    }

    /// The position of the `sequence`-th event, counted from 1. For stores only.
    #[must_use]
    pub const fn from_sequence(sequence: u64) -> Self {
        Position(sequence)
    }

    /// What [`Position::from_sequence`] was given. For stores only.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Position {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Position).map_err(|_| D::Error::custom("not a position of a store"))
    }
}

/// How many events a stream has, or the how many-th one of it is, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

impl Version {
    /// That of a stream without events.
    pub const NONE: Version = Version(0);

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Version(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
