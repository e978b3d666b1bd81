//! Configuring and starting a system.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::actor_system::ActorSystem;
use super::config::ActorConfig;
use super::error::StartError;
use super::recorder::Recorder;
use super::spawn;
use super::system::{Parts, System, SystemInvariant};
use crate::model;
use crate::seam::{Seam, Simulation};

/// A system to be configured and started.
#[must_use = "a system runs once it is started"]
pub struct SystemBuilder {
    in_place: bool,
    causality: bool,
    observe: bool,
    root: ActorConfig,
    recorders: Vec<Arc<dyn Recorder>>,
    invariants: Vec<SystemInvariant>,
    entries: Vec<model::MessageEntry>,
    simulation: Option<Arc<Simulation>>,
    extension: Option<Box<dyn Extend>>,
}

/// Something that runs on top of a system, while it is configured.
pub(crate) trait Extend: Send {
    /// Starts it, on a system that has just been made.
    fn start(self: Box<Self>, system: &Arc<System>) -> Result<(), StartError>;
    fn as_any(&mut self) -> &mut dyn Any;
}

impl SystemBuilder {
    pub(crate) fn new() -> Self {
        SystemBuilder {
            in_place: true,
            causality: false,
            observe: false,
            root: ActorConfig::new(),
            recorders: Vec::new(),
            invariants: Vec::new(),
            entries: Vec::new(),
            simulation: None,
            extension: None,
        }
    }

    /// The extension, made if there is none. There is one type of extension.
    pub(crate) fn extension<X: Extend + Default + 'static>(&mut self) -> Option<&mut X> {
        let extension = self.extension.get_or_insert_with(|| Box::<X>::default());
        extension.as_any().downcast_mut()
    }

    /// Whether an idle actor may handle an ask or an event on the thread of whoever sends it. It
    /// may, unless this says otherwise.
    pub fn ask_in_place(mut self, allowed: bool) -> Self {
        self.in_place = allowed;
        self
    }

    /// Whether every message gets metadata, so that causes can be followed.
    pub fn causality(mut self, on: bool) -> Self {
        self.causality = on;
        self
    }

    /// Whether handlers are observed: each runs in a `tracing` span `rdddy.handle`, and its time
    /// is counted in [`ActorSystem::metrics`]. They are not, unless this says otherwise.
    ///
    /// The span has the fields `actor` and `message.name`, and for a message with metadata also
    /// `message.id`, `message.correlation` and `message.causation`.
    pub fn observe(mut self, on: bool) -> Self {
        self.observe = on;
        self
    }

    /// By which rules the root supervises: back-off, intensity and period. Its restart budget is one
    /// for each actor, because those have nothing to do with one another.
    pub fn root(mut self, config: ActorConfig) -> Self {
        self.root = config;
        self
    }

    /// Adds a listener to everything that is published.
    pub fn recorder(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.recorders.push(recorder);
        self
    }

    /// Adds a condition on the whole system, checked after each handled message. It is meant for
    /// tests and simulations: it runs on the actors' threads.
    pub fn invariant(
        mut self,
        name: &'static str,
        holds: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        self.invariants.push(SystemInvariant { name, holds: Box::new(holds) });
        self
    }

    /// Makes a message type known to the decoder, beside those that the linker has collected.
    pub fn register(mut self, entry: model::MessageEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Runs in a simulation instead of on tokio.
    pub fn simulation(mut self, simulation: &Arc<Simulation>) -> Self {
        self.simulation = Some(Arc::clone(simulation));
        self
    }

    /// Starts the system.
    ///
    /// # Errors
    ///
    /// [`StartError`] outside of a tokio runtime, and when the configuration cannot work or two
    /// message types have one name.
    #[expect(clippy::unused_async, reason = "durable systems open their store here")]
    pub async fn start(self) -> Result<ActorSystem, StartError> {
        if let Some(bad) = spawn::validate(&self.root) {
            return Err(bad.into());
        }
        let mut messages = model::Registry::linked()?;
        for entry in self.entries {
            messages.add(entry)?;
        }
        let in_place = self.in_place && self.simulation.is_none();
        let seam = match self.simulation {
            Some(simulation) => Seam::simulated(simulation),
            None => Seam::tokio().ok_or(StartError::NoRuntime)?,
        };
        let system = System::new(Parts {
            seam,
            in_place,
            causality: self.causality,
            observe: self.observe,
            root: self.root,
            recorders: self.recorders,
            invariants: self.invariants,
            messages,
        });
        let owned = ActorSystem::owning(Arc::clone(&system));
        if let Some(extension) = self.extension {
            extension.start(&system)?;
        }
        Ok(owned)
    }
}

impl fmt::Debug for SystemBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemBuilder").field("root", &self.root).finish_non_exhaustive()
    }
}
