//! A whole system in one thread, in virtual time, one choice at a time.
//!
//! Every choice — which runnable actor or task goes next, whether an actor crashes before its next
//! message — is drawn from the [`Schedule`] and recorded, so that a run can be repeated, varied
//! and shortened.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::entropy::Entropy;
use super::sync::lock;
use super::{Runnable, Task};

/// Where the choices of a simulation come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schedule {
    /// The first runnable goes next: no interleaving is explored.
    InOrder,
    /// By a pseudorandom sequence.
    Seeded(u64),
    /// By these choices, then in order. Each is the index of the chosen alternative.
    Scripted(Vec<u32>),
}

/// One choice that a simulation made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The index of the alternative that was taken.
    pub taken: u32,
    /// How many alternatives there were.
    pub of: u32,
}

/// Crashes of actors to inject: before a message is handled, one time in `one_in`, at most `at_most`
/// times in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrashPlan {
    /// How rare they are.
    pub one_in: u32,
    /// How many there are at most.
    pub at_most: u32,
}

/// How a simulation runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimulationOptions {
    /// Where choices come from.
    pub schedule: Schedule,
    /// Crashes to inject.
    pub crashes: Option<CrashPlan>,
    /// Steps after which the run counts as endless.
    pub steps_max: u64,
    /// The virtual wall-clock time at the start, since the Unix epoch.
    pub epoch: Duration,
}

impl Default for SimulationOptions {
    fn default() -> Self {
        SimulationOptions {
            schedule: Schedule::InOrder,
            crashes: None,
            steps_max: 1_000_000,
            epoch: Duration::from_secs(1_700_000_000),
        }
    }
}

/// Why a simulation could not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stalled {
    /// Nothing can run, no timer is set, and the body has not finished.
    Deadlock,
    /// The run took more steps than it may.
    Endless {
        /// How many it took.
        steps: u64,
    },
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stalled::Deadlock => {
                f.write_str("deadlock: nothing can run, no timer is set, and the test still waits")
            }
            Stalled::Endless { steps } => write!(f, "endless: not finished after {steps} steps"),
        }
    }
}

impl std::error::Error for Stalled {}

/// A deterministic executor for a whole system.
pub struct Simulation {
    state: Mutex<State>,
    seeds: Entropy,
    steps_max: u64,
}

struct State {
    now: Duration,
    /// What the wall clock showed at the start, or would have shown before it was set.
    epoch: Duration,
    ready: VecDeque<Ready>,
    tasks: BTreeMap<u64, Task>,
    next_task: u64,
    timers: BTreeMap<(Duration, u64), Waker>,
    next_timer: u64,
    settling: Vec<Waker>,
    /// How often nothing could run, and somebody waited for that.
    settled: u64,
    schedule: Schedule,
    draws: Entropy,
    choices: Vec<Choice>,
    crashes: Option<CrashPlan>,
    steps: u64,
}

enum Ready {
    Cell(Runnable),
    Task(u64),
    /// The body of the run.
    Body,
}

enum Work {
    Cell(Runnable),
    Task(u64, Task),
    Body,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}

impl Simulation {
    /// A simulation at its beginning.
    #[must_use]
    pub fn new(options: SimulationOptions) -> Arc<Self> {
        let seed = match &options.schedule {
            Schedule::Seeded(seed) => *seed,
            Schedule::InOrder | Schedule::Scripted(_) => 0,
        };
        Arc::new(Simulation {
            state: Mutex::new(State {
                now: Duration::ZERO,
                epoch: options.epoch,
                ready: VecDeque::new(),
                tasks: BTreeMap::new(),
                next_task: 0,
                timers: BTreeMap::new(),
                next_timer: 0,
                settling: Vec::new(),
                settled: 0,
                schedule: options.schedule,
                draws: Entropy::seeded(seed),
                choices: Vec::new(),
                crashes: options.crashes,
                steps: 0,
            }),
            // Apart from the schedule's: a scripted run draws the same ids as the seeded one.
            seeds: Entropy::seeded(0x5eed),
            steps_max: options.steps_max,
        })
    }

    /// Runs `body` and everything it sets going until `body` has finished.
    ///
    /// # Errors
    ///
    /// [`Stalled`] when `body` can never finish, or does not within the allowed steps.
    pub fn run<T>(self: &Arc<Self>, body: impl Future<Output = T>) -> Result<T, Stalled> {
        let mut body = pin!(body);
        let wakeable = Wakeable::new(self, None);
        let waker = Waker::from(Arc::clone(&wakeable));
        waker.wake_by_ref();
        loop {
            match self.next()? {
                Work::Cell(cell) => {
                    if let Some(again) = cell.run() {
                        self.schedule(again);
                    }
                }
                Work::Task(id, task) => self.poll_task(id, task),
                Work::Body => {
                    wakeable.queued.store(false, Ordering::Release);
                    if let Poll::Ready(out) = body.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Ok(out);
                    }
                }
            }
        }
    }

    fn poll_task(self: &Arc<Self>, id: u64, mut task: Task) {
        let waker = Waker::from(Wakeable::new(self, Some(id)));
        let pending = task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending();
        if pending {
            lock(&self.state).tasks.insert(id, task);
        }
    }

    /// Takes what runs next, moving time forward when nothing is ready.
    fn next(&self) -> Result<Work, Stalled> {
        loop {
            let mut state = lock(&self.state);
            if state.ready.is_empty() {
                // Due without time moving on: all of one moment at once, so that their order is a
                // choice.
                let due = state.take_due();
                if !due.is_empty() {
                    drop(state);
                    due.into_iter().for_each(Waker::wake);
                    continue;
                }
                if !state.settling.is_empty() {
                    let settling = std::mem::take(&mut state.settling);
                    state.settled += 1;
                    drop(state);
                    settling.into_iter().for_each(Waker::wake);
                    continue;
                }
                let Some((&(due, _), _)) = state.timers.first_key_value() else {
                    return Err(Stalled::Deadlock);
                };
                state.now = state.now.max(due);
                continue;
            }
            state.steps += 1;
            if state.steps > self.steps_max {
                return Err(Stalled::Endless { steps: self.steps_max });
            }
            let alternatives = u32::try_from(state.ready.len()).unwrap_or(u32::MAX);
            let taken = state.choose(alternatives);
            match state.ready.remove(taken as usize) {
                Some(Ready::Cell(cell)) => return Ok(Work::Cell(cell)),
                Some(Ready::Body) => return Ok(Work::Body),
                Some(Ready::Task(id)) => {
                    // A task that was woken twice, or has ended since, is no longer there.
                    if let Some(task) = state.tasks.remove(&id) {
                        return Ok(Work::Task(id, task));
                    }
                }
                None => {}
            }
        }
    }

    /// Waits until nothing can run without time moving on.
    pub async fn settled(self: &Arc<Self>) {
        let mut asked_at = None;
        std::future::poll_fn(|cx| {
            let mut state = lock(&self.state);
            // Whoever waits for something else, too, is also polled for that.
            if *asked_at.get_or_insert(state.settled) < state.settled {
                return Poll::Ready(());
            }
            state.settling.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Waits for `duration` of virtual time.
    pub fn sleep(self: &Arc<Self>, duration: Duration) -> impl Future<Output = ()> + Send + use<> {
        VirtualSleep::new(self, duration)
    }

    /// Virtual time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        lock(&self.state).now
    }

    /// The choices made so far.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        lock(&self.state).choices.clone()
    }

    /// The steps taken so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        lock(&self.state).steps
    }

    /// Sets the wall clock ahead by `by`. Virtual time does not change.
    pub fn wall_clock_jumps_ahead(&self, by: Duration) {
        let mut state = lock(&self.state);
        state.epoch = state.epoch.saturating_add(by);
    }

    /// Sets the wall clock back by `by`, to the Unix epoch at most. Virtual time does not change.
    pub fn wall_clock_jumps_back(&self, by: Duration) {
        let mut state = lock(&self.state);
        state.epoch = state.epoch.saturating_sub(by);
    }

    /// What the wall clock shows, as the time since the Unix epoch.
    #[must_use]
    pub fn wall_clock(&self) -> Duration {
        let state = lock(&self.state);
        state.epoch.saturating_add(state.now)
    }

    pub(super) fn draw_seed(&self) -> u64 {
        self.seeds.next_u64()
    }

    pub(super) fn schedule(&self, runnable: Runnable) {
        lock(&self.state).ready.push_back(Ready::Cell(runnable));
    }

    pub(super) fn spawn(&self, task: Task) {
        let mut state = lock(&self.state);
        let id = state.next_task;
        state.next_task += 1;
        state.tasks.insert(id, task);
        state.ready.push_back(Ready::Task(id));
    }

    /// Whether the actor about to handle a message crashes instead.
    pub(crate) fn crashes_now(&self) -> bool {
        let mut state = lock(&self.state);
        let Some(plan) = state.crashes.filter(|plan| plan.at_most > 0 && plan.one_in > 0) else {
            return false;
        };
        let crashes = state.choose(plan.one_in) == 1 % plan.one_in;
        if crashes {
            state.crashes = Some(CrashPlan { at_most: plan.at_most - 1, ..plan });
        }
        crashes
    }

    /// One of `of` alternatives, chosen and recorded as all other choices are; 0 is the usual one. For
    /// what goes wrong outside of the system: its store, its process.
    pub fn choose(&self, of: u32) -> u32 {
        lock(&self.state).choose(of)
    }

    /// Drops everything that waits, so that what it holds is released.
    pub fn clear(&self) {
        let (ready, tasks, timers) = {
            let mut state = lock(&self.state);
            (
                std::mem::take(&mut state.ready),
                std::mem::take(&mut state.tasks),
                std::mem::take(&mut state.timers),
            )
        };
        drop((ready, tasks, timers));
    }
}

impl State {
    /// The wakers of all timers that are due.
    fn take_due(&mut self) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some(timer) = self.timers.first_entry()
            && timer.key().0 <= self.now
        {
            due.push(timer.remove());
        }
        due
    }

    fn choose(&mut self, of: u32) -> u32 {
        if of <= 1 {
            return 0;
        }
        let taken = match &self.schedule {
            Schedule::InOrder => 0,
            Schedule::Seeded(_) => u32::try_from(self.draws.below(u64::from(of))).unwrap_or(0),
            Schedule::Scripted(script) => {
                script.get(self.choices.len()).copied().unwrap_or(0).min(of - 1)
            }
        };
        self.choices.push(Choice { taken, of });
        taken
    }
}

/// Puts a task, or the body, back among what is ready.
struct Wakeable {
    simulation: Weak<Simulation>,
    /// `None` for the body.
    what: Option<u64>,
    queued: AtomicBool,
}

impl Wakeable {
    fn new(simulation: &Arc<Simulation>, what: Option<u64>) -> Arc<Self> {
        let simulation = Arc::downgrade(simulation);
        Arc::new(Wakeable { simulation, what, queued: AtomicBool::new(false) })
    }
}

impl Wake for Wakeable {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(simulation) = self.simulation.upgrade()
            && !self.queued.swap(true, Ordering::AcqRel)
        {
            let ready = self.what.map_or(Ready::Body, Ready::Task);
            lock(&simulation.state).ready.push_back(ready);
        }
    }
}

/// Completes when virtual time has moved on far enough.
#[derive(Debug)]
pub(crate) struct VirtualSleep {
    simulation: Arc<Simulation>,
    due: Duration,
    timer: Option<u64>,
}

impl VirtualSleep {
    pub(super) fn new(simulation: &Arc<Simulation>, duration: Duration) -> Self {
        let due = simulation.elapsed().saturating_add(duration);
        VirtualSleep { simulation: Arc::clone(simulation), due, timer: None }
    }
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let simulation = Arc::clone(&self.simulation);
        let mut state = lock(&simulation.state);
        if state.now >= self.due {
            return Poll::Ready(());
        }
        let timer = *self.timer.get_or_insert_with(|| {
            state.next_timer += 1;
            state.next_timer
        });
        let replaced = state.timers.insert((self.due, timer), cx.waker().clone());
        // A waker may own a cell, and what a cell owns may come back here when it is dropped.
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for VirtualSleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            let waker = lock(&self.simulation.state).timers.remove(&(self.due, timer));
            drop(waker);
        }
    }
}
