//! One run of a test under one schedule, and a test as it is called by its attribute.

use rdddy_core::runtime::ActorSystem;
use rdddy_core::simulation::{Choice, CrashPlan, Schedule, Simulation, SimulationOptions, Stalled};

use crate::explore::{Exploration, explore};
use crate::log::Render;
use crate::options::Options;
use crate::replay::Replay;
use crate::report::{Broken, FailureReport, Scene, TestName};
use crate::verdict::Verdict;
use crate::world::World;
use crate::{balance, panics};

/// Runs `body` in a world in which the first that can run goes next, and then checks the world: the
/// test [`macro@crate::test`] as a function.
///
/// ```
/// use std::time::Duration;
///
/// rdddy_testkit::simulate(async |world| {
///     world.advance(Duration::from_secs(3600)).await;
///     assert_eq!(world.elapsed(), Duration::from_secs(3600));
/// });
/// ```
///
/// # Panics
///
/// When the test fails, with a report.
pub fn simulate<T: Verdict>(body: impl AsyncFn(&mut World) -> T) {
    let explored = explore(Exploration::once(Schedule::InOrder), body);
    if let Some(report) = explored.failure() {
        fail(report);
    }
}

/// A test, as its attribute calls it.
///
/// # Panics
///
/// When the test fails, with a report.
pub fn run<T: Verdict>(
    package: &str,
    path: &str,
    options: Options,
    body: impl AsyncFn(&mut World) -> T,
) -> T {
    let exploration = match Replay::requested() {
        Ok(Some(replay)) => options.exploration().narrowed(replay),
        Ok(None) => options.exploration(),
        Err(bad) => refuse(&bad.to_string()),
    };
    let test = TestName { package: package.to_owned(), path: path.to_owned() };
    let explored = exploration.named(test).run(&body);
    if let Some(report) = explored.failure() {
        fail(report);
    }
    if explored.is_cut_short() && !options.is_bounded() {
        refuse(&format!(
            "there are more than {} schedules: test fewer messages at a time, or say how many \
             schedules are enough: `explore(exhaustive, seeds = 50000)`",
            explored.schedules(),
        ));
    }
    match explored.into_last() {
        Some(out) => out,
        None => refuse("no schedule was tried"),
    }
}

/// Fails the test with a report. The panic hook has nothing to add to it.
#[expect(clippy::print_stderr, reason = "this is where a test says why it failed")]
fn fail(report: &FailureReport) -> ! {
    eprintln!("{report}");
    std::panic::resume_unwind(Box::new(report.to_string()))
}

#[expect(clippy::panic, reason = "a test that cannot be run as it is written fails")]
fn refuse(reason: &str) -> ! {
    panic!("{reason}")
}

/// How one run is done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) schedule: Schedule,
    pub(crate) crashes: Option<CrashPlan>,
    pub(crate) steps_max: u64,
    /// The path of the test.
    pub(crate) test: Option<String>,
}

impl Plan {
    /// Whether nothing is left to chance.
    fn is_in_order(&self) -> bool {
        matches!(self.schedule, Schedule::InOrder) && self.crashes.is_none()
    }
}

/// How one run went.
pub(crate) struct Ran<T> {
    pub(crate) choices: Vec<Choice>,
    pub(crate) ended: Result<T, Box<(Broken, Scene)>>,
}

/// Runs `body` once.
pub(crate) fn once<T: Verdict>(plan: &Plan, body: &impl AsyncFn(&mut World) -> T) -> Ran<T> {
    let mut options = SimulationOptions::default();
    options.schedule = plan.schedule.clone();
    options.crashes = plan.crashes;
    options.steps_max = plan.steps_max;
    let simulation = Simulation::new(options);
    let mut world = World::new(&simulation);
    let watched = panics::watch(|| judge(plan, &simulation, &mut world, body));
    let mut caught = watched.panics;
    let judged = watched.out.unwrap_or_else(|| {
        let said = caught.pop().unwrap_or_else(|| "panicked".to_owned());
        Err(Broken::Panic(said))
    });
    let choices = simulation.choices();
    let ended = judged.map_err(|broken| Box::new((broken, scene(&world, caught))));
    // What still runs holds the system, and is held by it.
    simulation.clear();
    drop(world);
    simulation.clear();
    Ran { choices, ended }
}

/// Runs the body, then checks the world it leaves behind.
fn judge<T: Verdict>(
    plan: &Plan,
    simulation: &std::sync::Arc<Simulation>,
    world: &mut World,
    body: &impl AsyncFn(&mut World) -> T,
) -> Result<T, Broken> {
    let out = simulation.run(body(world)).map_err(Broken::Stalled)?;
    if let Some(defect) = out.defect() {
        return Err(Broken::Error(defect));
    }
    simulation.run(world.settle()).map_err(Broken::Stalled)?;
    if let Some((name, actor)) = world.broken_invariant() {
        return Err(Broken::Invariant { name, actor });
    }
    world.stories().conclude(plan.test.as_deref(), plan.is_in_order());
    if let Some(system) = world.started() {
        shut_down(simulation, system).map_err(Broken::Stalled)?;
        if let Some(books) = balance::imbalance(system) {
            return Err(Broken::Unbalanced { books });
        }
    }
    Ok(out)
}

/// Ends the system, so that what waits for time or for one another ends one way or the other.
fn shut_down(simulation: &std::sync::Arc<Simulation>, system: &ActorSystem) -> Result<(), Stalled> {
    simulation.run(async {
        system.shutdown().await;
        simulation.settled().await;
    })
}

fn scene(world: &World, panics: Vec<String>) -> Scene {
    let render = Render::of(world.events());
    let Some(system) = world.started() else {
        return Scene { elapsed: world.elapsed(), panics, ..Scene::default() };
    };
    Scene {
        elapsed: world.elapsed(),
        events: render.with_registry(system.messages()).all(),
        tree: system.tree().to_string(),
        panics,
    }
}
