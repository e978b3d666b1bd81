//! Many schedules of one test.

mod exhaustive;
mod shrink;

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use rdddy_core::simulation::{Choice, CrashPlan, Schedule};

use crate::limits;
use crate::replay::Replay;
use crate::report::{FailureReport, TestName};
use crate::run::{Plan, Ran, once};
use crate::verdict::Verdict;
use crate::world::World;

/// Runs `body` under many schedules, until one fails: the test [`macro@crate::explore`] as a
/// function, for whoever wants to look at the result.
///
/// ```
/// use rdddy_testkit::{Exploration, explore};
/// # use rdddy::prelude::*;
/// # #[derive(Event, Debug)]
/// # struct Began(char);
/// # #[derive(Command, Debug)]
/// # struct Begin;
/// # struct Runner(char);
/// # #[actor]
/// # impl Runner {
/// #     #[handler]
/// #     async fn begin(&mut self, _: Begin, cx: &mut Context<Self>) {
/// #         cx.publish(Began(self.0)).await.unwrap();
/// #     }
/// # }
///
/// // A test that takes for granted that the first one told is the first to begin.
/// let explored = explore(Exploration::seeds(100), async |world| {
///     let (a, b) = (world.spawn(Runner('a')).await, world.spawn(Runner('b')).await);
///     a.tell(Begin).await.unwrap();
///     b.tell(Begin).await.unwrap();
///     world.settle().await;
///     assert_eq!(world.events().first::<Began>().0, 'a');
/// });
/// let failure = explored.failure().unwrap();
/// assert!(failure.to_string().contains("replay: RDDDY_REPLAY="));
/// ```
pub fn explore<T: Verdict>(
    exploration: Exploration,
    body: impl AsyncFn(&mut World) -> T,
) -> Explored<T> {
    exploration.run(&body)
}

/// Which schedules are tried.
#[derive(Clone, Debug)]
#[must_use = "an exploration is given to `explore`"]
pub struct Exploration {
    schedules: Schedules,
    crashes: Option<CrashPlan>,
    steps_max: u64,
    shrink_runs_max: u32,
    test: Option<TestName>,
}

#[derive(Clone, Debug)]
enum Schedules {
    Once(Schedule),
    /// The seeds below this one.
    Seeds(u64),
    /// All, unless there are more than this many.
    All(u64),
}

impl Exploration {
    fn new(schedules: Schedules) -> Self {
        Exploration {
            schedules,
            crashes: None,
            steps_max: limits::STEPS_MAX,
            shrink_runs_max: limits::SHRINK_RUNS_MAX,
            test: None,
        }
    }

    /// This schedule alone, as it is.
    pub fn once(schedule: Schedule) -> Self {
        Exploration::new(Schedules::Once(schedule)).shrink_runs_max(0)
    }

    /// The schedules of the seeds below `seeds`.
    pub fn seeds(seeds: u64) -> Self {
        Exploration::new(Schedules::Seeds(seeds))
    }

    /// All schedules, unless there are more than [`limits::SCHEDULES_MAX`].
    pub fn exhaustive() -> Self {
        Exploration::new(Schedules::All(limits::SCHEDULES_MAX))
    }

    /// The schedule that `replay` names, and nothing else.
    pub fn replay(replay: Replay) -> Self {
        Exploration::seeds(1).narrowed(replay)
    }

    /// At most this many schedules.
    pub fn at_most(mut self, schedules: u64) -> Self {
        match &mut self.schedules {
            Schedules::Once(_) => {}
            Schedules::Seeds(max) => *max = schedules.min(*max),
            Schedules::All(max) => *max = schedules,
        }
        self
    }

    /// Actors crash, too, as `plan` says. Where all schedules are tried, a message is either handled
    /// or not: there `one_in` counts as 2.
    pub fn crashes(mut self, plan: CrashPlan) -> Self {
        self.crashes = Some(plan);
        self
    }

    /// A run of more than this many steps counts as endless.
    pub fn steps_max(mut self, steps: u64) -> Self {
        self.steps_max = steps;
        self
    }

    /// At most this many runs are spent on shortening a failing schedule.
    pub fn shrink_runs_max(mut self, runs: u32) -> Self {
        self.shrink_runs_max = runs;
        self
    }

    pub(crate) fn named(mut self, test: TestName) -> Self {
        self.test = Some(test);
        self
    }

    /// The same, but only the schedule that `replay` names.
    pub(crate) fn narrowed(mut self, replay: Replay) -> Self {
        if let Some(at_most) = replay.crashes {
            let plan = self.crash_plan().unwrap_or(limits::CRASHES);
            self.crashes = Some(CrashPlan { at_most, ..plan });
        } else {
            self.crashes = self.crash_plan();
        }
        self.schedules = Schedules::Once(replay.schedule);
        self.shrink_runs_max = 0;
        self
    }

    fn crash_plan(&self) -> Option<CrashPlan> {
        match self.schedules {
            Schedules::All(_) => self.crashes.map(|plan| CrashPlan { one_in: 2, ..plan }),
            Schedules::Once(_) | Schedules::Seeds(_) => self.crashes,
        }
    }

    fn plan(&self, schedule: Schedule) -> Plan {
        let test = self.test.as_ref().map(|test| test.path.clone());
        Plan { schedule, crashes: self.crash_plan(), steps_max: self.steps_max, test }
    }

    pub(crate) fn run<T: Verdict>(self, body: &impl AsyncFn(&mut World) -> T) -> Explored<T> {
        let mut search = Search {
            exploration: &self,
            body,
            distinct: BTreeSet::new(),
            latest: Vec::new(),
            tried: 0,
        };
        let (found, cut_short) = match &self.schedules {
            Schedules::Once(schedule) => (search.attempt(schedule.clone()), false),
            Schedules::Seeds(seeds) => (search.seeds(*seeds), false),
            Schedules::All(at_most) => search.all(*at_most),
        };
        let (schedules, distinct) = (search.tried, search.distinct.len() as u64);
        let (last, failure) = match found {
            Attempt::Passed(out) => (out, None),
            Attempt::Failed(report) => (None, Some(report)),
        };
        Explored { schedules, distinct, cut_short, last, failure }
    }
}

/// An exploration under way.
struct Search<'a, B> {
    exploration: &'a Exploration,
    body: &'a B,
    /// Hashes of the choices of each run.
    distinct: BTreeSet<u64>,
    /// The choices of the latest run.
    latest: Vec<Choice>,
    tried: u64,
}

/// How the attempts so far went.
enum Attempt<T> {
    /// What the last one returned, if there was one.
    Passed(Option<T>),
    Failed(Box<FailureReport>),
}

impl<T: Verdict, B: AsyncFn(&mut World) -> T> Search<'_, B> {
    fn seeds(&mut self, seeds: u64) -> Attempt<T> {
        let mut last = Attempt::Passed(None);
        for seed in 0..seeds {
            last = self.attempt(Schedule::Seeded(seed));
            if let Attempt::Failed(_) = last {
                break;
            }
        }
        last
    }

    fn attempt(&mut self, schedule: Schedule) -> Attempt<T> {
        let plan = self.exploration.plan(schedule);
        let ran = self.once(&plan);
        self.latest = ran.choices;
        match ran.ended {
            Ok(out) => Attempt::Passed(Some(out)),
            Err(failed) => {
                let (broken, scene) = *failed;
                let choices = std::mem::take(&mut self.latest);
                let found = shrink::Found { plan, choices, broken, scene };
                let at_most = self.exploration.shrink_runs_max;
                Attempt::Failed(Box::new(self.report(shrink::shrink(found, at_most, self.body))))
            }
        }
    }

    fn once(&mut self, plan: &Plan) -> Ran<T> {
        let ran = once(plan, self.body);
        self.tried += 1;
        self.distinct.insert(fingerprint(&ran.choices));
        ran
    }

    fn report(&self, found: shrink::Found) -> FailureReport {
        let asked = self.exploration.crash_plan().map(|plan| plan.at_most);
        let used = found.plan.crashes.map(|plan| plan.at_most);
        FailureReport {
            broken: found.broken,
            replay: Replay {
                schedule: found.plan.schedule,
                crashes: if used == asked { None } else { used },
            },
            schedules: self.tried,
            scene: found.scene,
            test: self.exploration.test.clone(),
        }
    }
}

fn fingerprint(choices: &[Choice]) -> u64 {
    let mut hasher = DefaultHasher::new();
    choices.len().hash(&mut hasher);
    choices.iter().for_each(|choice| choice.taken.hash(&mut hasher));
    hasher.finish()
}

/// What an exploration has found.
#[must_use = "an exploration that fails does not panic by itself"]
pub struct Explored<T = ()> {
    schedules: u64,
    distinct: u64,
    cut_short: bool,
    last: Option<T>,
    failure: Option<Box<FailureReport>>,
}

impl<T> Explored<T> {
    /// How many schedules were tried.
    #[must_use]
    pub fn schedules(&self) -> u64 {
        self.schedules
    }

    /// How many of them made different choices.
    #[must_use]
    pub fn distinct(&self) -> u64 {
        self.distinct
    }

    /// Whether there are schedules that were not tried, although all were to be.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.cut_short
    }

    /// The failure, if one was found.
    #[must_use]
    pub fn failure(&self) -> Option<&FailureReport> {
        self.failure.as_deref()
    }

    pub(crate) fn into_last(self) -> Option<T> {
        self.last
    }
}

impl<T> fmt::Debug for Explored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explored")
            .field("schedules", &self.schedules)
            .field("distinct", &self.distinct)
            .field("cut_short", &self.cut_short)
            .field("failure", &self.failure.as_ref().map(|report| &report.broken))
            .finish_non_exhaustive()
    }
}
