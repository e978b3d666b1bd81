//! Why a test failed, for whoever has to find out.

use std::fmt;
use std::time::Duration;

use rdddy_core::simulation::Stalled;

use crate::replay::{self, Replay};

/// What was not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Broken {
    /// The body panicked: an assertion failed.
    Panic(String),
    /// The body returned an error.
    Error(String),
    /// The body, or what it left running, could not go on.
    Stalled(Stalled),
    /// A registered invariant did not hold.
    Invariant {
        /// Its name.
        name: &'static str,
        /// After whose message.
        actor: String,
    },
    /// Messages are not accounted for.
    Unbalanced {
        /// The difference between the sent and the ended, and what is in the books.
        books: String,
    },
}

impl Broken {
    /// Whether it is the same kind of failure, maybe in other words.
    pub(crate) fn is_like(&self, other: &Broken) -> bool {
        match (self, other) {
            (Broken::Stalled(one), Broken::Stalled(other)) => {
                std::mem::discriminant(one) == std::mem::discriminant(other)
            }
            (Broken::Invariant { name: one, .. }, Broken::Invariant { name: other, .. }) => {
                one == other
            }
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Panic(said) => f.write_str(said),
            Broken::Error(said) => write!(f, "the test returned an error: {said}"),
            Broken::Stalled(stalled) => fmt::Display::fmt(stalled, f),
            Broken::Invariant { name, actor } => {
                write!(f, "the invariant \"{name}\" was broken, first after a message of {actor}")
            }
            Broken::Unbalanced { books } => write!(f, "messages are not accounted for: {books}"),
        }
    }
}

/// What the world looked like when it broke.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub(crate) elapsed: Duration,
    pub(crate) events: String,
    pub(crate) tree: String,
    /// Other panics, which the runtime has caught.
    pub(crate) panics: Vec<String>,
}

/// Which test failed.
#[derive(Clone, Debug)]
pub(crate) struct TestName {
    pub(crate) package: String,
    /// With the crate it is in.
    pub(crate) path: String,
}

impl TestName {
    /// The name that the test harness knows the test by.
    fn in_harness(&self) -> &str {
        self.path.split_once("::").map_or(self.path.as_str(), |(_, path)| path)
    }
}

/// Everything about a failure. Its `Display` is the report that a failed test prints.
#[derive(Clone, Debug)]
pub struct FailureReport {
    pub(crate) broken: Broken,
    pub(crate) replay: Replay,
    pub(crate) schedules: u64,
    pub(crate) scene: Scene,
    pub(crate) test: Option<TestName>,
}

impl FailureReport {
    /// What was not as it should be.
    #[must_use]
    pub fn broken(&self) -> &Broken {
        &self.broken
    }

    /// The shortest schedule found under which it happens.
    #[must_use]
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    /// How many schedules were tried until it happened, this one included.
    #[must_use]
    pub fn schedules(&self) -> u64 {
        self.schedules
    }

    /// The log of what was published, as text.
    #[must_use]
    pub fn events(&self) -> &str {
        &self.scene.events
    }
}

impl fmt::Display for FailureReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FailureReport { broken, replay, schedules, scene, test } = self;
        writeln!(f, "{broken}\n")?;
        writeln!(f, "schedule: {replay} (found after {schedules})")?;
        writeln!(f, "virtual time: {:?}", scene.elapsed)?;
        for panic in &scene.panics {
            writeln!(f, "caught meanwhile: {panic}")?;
        }
        writeln!(f, "events:\n{}actors:\n{}", scene.events, scene.tree)?;
        match test {
            Some(test) => write!(
                f,
                "replay: {}='{replay}' cargo test -p {} {} -- --exact",
                replay::VARIABLE,
                test.package,
                test.in_harness(),
            ),
            None => write!(f, "replay: {}='{replay}'", replay::VARIABLE),
        }
    }
}
