//! What a decision may know beside the state.

use std::cell::Cell;
use std::fmt;

use super::Aggregate;
use crate::domain::IdSource;
use crate::message::{Metadata, Timestamp};

/// What a decision may know beside the state and the command. All of it is given, so that the
/// decision can be repeated exactly.
pub struct Decide<A: Aggregate> {
    id: A::Id,
    version: u64,
    now: Timestamp,
    metadata: Metadata,
    /// Where its ids begin, and how many there were.
    ids: (u128, Cell<u64>),
}

impl<A: Aggregate> Decide<A> {
    /// For a decision on the aggregate `id` at `version`, taken `now`; `seed` is where its ids come
    /// from.
    #[must_use]
    pub fn new(id: A::Id, version: u64, now: Timestamp, metadata: Metadata, seed: u128) -> Self {
        Decide { id, version, now, metadata, ids: (seed, Cell::new(0)) }
    }

    /// The aggregate's id.
    #[must_use]
    pub fn id(&self) -> &A::Id {
        &self.id
    }

    /// How many events have happened to the aggregate: 0 before the first.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the decision is taken.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is known about the command beside its content.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

impl<A: Aggregate> IdSource for Decide<A> {
    fn next_id(&self) -> u128 {
        let (seed, given) = &self.ids;
        let nth = given.get();
        given.set(nth + 1);
        mix(*seed, nth)
    }
}

/// The `nth` number that follows from `seed`: two rounds of `SplitMix64`
/// (<https://doi.org/10.1145/2714064.2660195>), one for each half.
fn mix(seed: u128, nth: u64) -> u128 {
    let half = |seed: u64| {
        let mut z = seed.wrapping_add((nth + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    let (high, low) = (half((seed >> 64) as u64), half(seed as u64));
    u128::from(high) << 64 | u128::from(low)
}

impl<A: Aggregate> fmt::Debug for Decide<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decide<{}>({} at version {})", A::NAME, self.id, self.version)
    }
}
