//! Randomness: ids, jitter, random routing, and every choice of a simulation.

use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use super::sync::lock;

/// `SplitMix64`, by Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
/// Good enough to spread load and to draw ids; not for secrets.
#[derive(Debug)]
pub(crate) struct Entropy(Mutex<u64>);

impl Entropy {
    pub(crate) fn seeded(seed: u64) -> Self {
        Entropy(Mutex::new(seed))
    }

    /// Seeded by the operating system.
    pub(crate) fn from_system() -> Self {
        Self::seeded(RandomState::new().hash_one(0x7264_6464_7921_u64))
    }

    pub(crate) fn next_u64(&self) -> u64 {
        let mut state = lock(&self.0);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(*state)
    }

    /// A number below `bound`; 0 when `bound` is 0. Its bias is below `bound` / 2⁶⁴.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    pub(crate) fn next_u128(&self) -> u128 {
        (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())
    }
}

/// The finalizer of `SplitMix64`.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
