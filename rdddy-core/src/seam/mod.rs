//! Everything that could differ between two runs: who runs next, time, randomness, spawned work.
//!
//! Production uses tokio. A [`Simulation`] does all of it in one thread, in virtual time, by a
//! seed. This is the only module that names tokio's clock and spawner.

mod beside;
mod clock;
mod deadlines;
mod entropy;
mod idle;
#[cfg(all(test, rdddy_loom))]
mod loom_models;
mod pool;
mod simulation;
pub(crate) mod sync;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use beside::{beside, first, side_by_side};
pub(crate) use clock::Sleep;
pub(crate) use entropy::mix;
pub(crate) use pool::Pool;
pub use simulation::{Choice, CrashPlan, Schedule, Simulation, SimulationOptions, Stalled};

use crate::message::{MessageId, Timestamp};
use deadlines::Deadlines;
use entropy::Entropy;

/// A boxed future that can move between threads.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// Something that has work: an actor's cell.
pub(crate) trait Run: Send + Sync {
    /// Works for a while; true when there is more to do and the caller should schedule it again.
    fn run(self: Arc<Self>) -> Option<Runnable>;
}

pub(crate) type Runnable = Arc<dyn Run>;

/// Whether tokio's timers and sockets work on this thread.
#[inline]
pub(crate) fn inside_runtime() -> bool {
    tokio::task::try_id().is_some() || tokio::runtime::Handle::try_current().is_ok()
}

/// The one source of scheduling, time, randomness and spawned work of a system.
pub(crate) struct Seam {
    backend: Backend,
    entropy: Entropy,
}

enum Backend {
    Tokio {
        pool: Arc<Pool>,
        runtime: tokio::runtime::Handle,
        started: clock::Started,
        deadlines: Arc<Deadlines>,
    },
    Simulated(Arc<Simulation>),
}

impl Seam {
    /// On the tokio runtime of the caller; `None` outside of one.
    pub(crate) fn tokio() -> Option<Self> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let pool = Pool::start(&runtime);
        let started = clock::Started::now();
        let deadlines = Deadlines::start(&runtime, started);
        let backend = Backend::Tokio { pool, runtime, started, deadlines };
        Some(Seam { backend, entropy: Entropy::from_system() })
    }

    pub(crate) fn simulated(simulation: Arc<Simulation>) -> Self {
        let entropy = Entropy::seeded(simulation.draw_seed());
        Seam { backend: Backend::Simulated(simulation), entropy }
    }

    #[inline]
    pub(crate) fn schedule(&self, runnable: Runnable) {
        match &self.backend {
            Backend::Tokio { pool, .. } => pool.schedule(runnable),
            Backend::Simulated(simulation) => simulation.schedule(runnable),
        }
    }

    /// Whether this thread should not wait here: it is going to run another cell next, or it is the
    /// only one, or time is not real.
    #[inline]
    pub(crate) fn has_next(&self) -> bool {
        match &self.backend {
            Backend::Tokio { pool, .. } => pool.has_next(),
            Backend::Simulated(_) => true,
        }
    }

    /// The simulation, if this is one.
    #[inline]
    pub(crate) fn simulation(&self) -> Option<&Arc<Simulation>> {
        match &self.backend {
            Backend::Tokio { .. } => None,
            Backend::Simulated(simulation) => Some(simulation),
        }
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.backend {
            Backend::Tokio { runtime, .. } => drop(runtime.spawn(task)),
            Backend::Simulated(simulation) => simulation.spawn(Box::pin(task)),
        }
    }

    /// Runs `work` where it may block. In a simulation that is here and now.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        match &self.backend {
            Backend::Tokio { runtime, .. } => runtime.spawn_blocking(work).await.ok(),
            Backend::Simulated(_) => Some(work()),
        }
    }

    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        match &self.backend {
            Backend::Tokio { runtime, .. } => Sleep::tokio(runtime, duration),
            Backend::Simulated(simulation) => Sleep::simulated(simulation, duration),
        }
    }

    /// Completes `duration` after `now`, a time since the start: for deadlines that are hardly ever
    /// reached.
    #[inline]
    pub(crate) fn deadline(&self, now: Duration, duration: Duration) -> Sleep {
        match &self.backend {
            Backend::Tokio { deadlines, .. } => Sleep::deadline(deadlines, now, duration),
            Backend::Simulated(simulation) => Sleep::simulated(simulation, duration),
        }
    }

    /// Time since the system was started.
    #[inline]
    pub(crate) fn elapsed(&self) -> Duration {
        match &self.backend {
            Backend::Tokio { started, .. } => started.elapsed(),
            Backend::Simulated(simulation) => simulation.elapsed(),
        }
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        match &self.backend {
            Backend::Tokio { .. } => clock::wall(),
            Backend::Simulated(simulation) => Timestamp(simulation.wall_clock()),
        }
    }

    /// A random number below `bound`.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.entropy.below(bound)
    }

    /// A new id of a message, as RFC 9562 has it for UUIDs of version 7: the time in milliseconds, then
    /// chance. Ids that are made one after the other are neighbours in an index.
    pub(crate) fn message_id(&self) -> MessageId {
        let chance = self.draw_u128();
        let version_and_variant = (0x7 << 76) | (0b10 << 62);
        let kept = !((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1);
        let millis = self.timestamp().0.as_millis() & ((1 << 48) - 1);
        MessageId((millis << 80) | (chance & kept) | version_and_variant)
    }

    pub(crate) fn draw_u128(&self) -> u128 {
        self.entropy.next_u128()
    }

    /// Lets the runners end. Cells scheduled later stay where they are.
    pub(crate) fn close(&self) {
        if let Backend::Tokio { pool, deadlines, .. } = &self.backend {
            pool.close();
            deadlines.close();
        }
    }

    /// The number of threads that run actors.
    pub(crate) fn workers(&self) -> usize {
        match &self.backend {
            Backend::Tokio { pool, .. } => pool.runners(),
            Backend::Simulated(_) => 1,
        }
    }
}
