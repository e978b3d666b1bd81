//! What the attributes `#[test]` and `#[explore]` say.

use rdddy_core::simulation::Schedule;

use crate::explore::Exploration;
use crate::limits;

/// What an attribute says about how often, and under which schedules, its test is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    explores: bool,
    seed: Option<u64>,
    seeds: Option<u64>,
    crashes: bool,
    exhaustive: bool,
}

impl Options {
    /// One run, in which the first that can run goes next.
    #[must_use]
    pub fn test() -> Self {
        Options::default()
    }

    /// As many seeds as is usual.
    #[must_use]
    pub fn explore() -> Self {
        Options { explores: true, ..Options::default() }
    }

    /// One run, by this seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The seeds below this number.
    #[must_use]
    pub fn seeds(mut self, seeds: u64) -> Self {
        self.seeds = Some(seeds);
        self
    }

    /// Actors crash, too.
    #[must_use]
    pub fn crashes(mut self) -> Self {
        self.crashes = true;
        self
    }

    /// All schedules.
    #[must_use]
    pub fn exhaustive(mut self) -> Self {
        self.exhaustive = true;
        self
    }

    /// Whether it says how many schedules are enough.
    pub(crate) fn is_bounded(&self) -> bool {
        self.seeds.is_some()
    }

    pub(crate) fn exploration(&self) -> Exploration {
        let exploration = match (self.exhaustive, self.seeds, self.seed) {
            (true, at_most, _) => {
                Exploration::exhaustive().at_most(at_most.unwrap_or(limits::SCHEDULES_MAX))
            }
            (false, Some(seeds), _) => Exploration::seeds(seeds),
            (false, None, None) if self.explores => Exploration::seeds(limits::SEEDS),
            (false, None, Some(seed)) => Exploration::once(Schedule::Seeded(seed)),
            (false, None, None) => Exploration::once(Schedule::InOrder),
        };
        if self.crashes { exploration.crashes(limits::CRASHES) } else { exploration }
    }
}
