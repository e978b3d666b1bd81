//! How often something is tried, and how long the pauses are.

use std::time::Duration;

use crate::limits;
use crate::runtime::System;

/// How often something is tried, and how long the pauses are: twice as long after each attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts, the first one included.
    pub max: u32,
    /// The longest first pause.
    pub first: Duration,
    /// The longest pause of all.
    pub longest: Duration,
}

impl Retry {
    /// As the limits say.
    pub const DEFAULT: Retry = Retry {
        max: limits::SAGA_ATTEMPTS,
        first: limits::FOLLOW_RETRY,
        longest: limits::FOLLOW_RETRY_MAX,
    };

    /// With so many attempts.
    #[must_use]
    pub const fn attempts(self, max: u32) -> Self {
        Retry { max, ..self }
    }

    /// With pauses from `first` to `longest`.
    #[must_use]
    pub const fn backoff(self, first: Duration, longest: Duration) -> Self {
        Retry { first, longest, ..self }
    }

    /// How long to wait after the attempt with this number, counted from 1: between half of the pause
    /// and all of it.
    pub(super) fn pause(self, system: &System, attempt: u32) -> Duration {
        let longest = self.first.saturating_mul(1 << attempt.saturating_sub(1).min(20));
        let longest = longest.min(self.longest);
        let half = u64::try_from(longest.as_micros() / 2).unwrap_or(u64::MAX);
        longest / 2 + Duration::from_micros(system.seam().below(half.max(1)))
    }
}
