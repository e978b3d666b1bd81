//! Sending stored events to others.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::courier::Courier;
use super::outlet::Outlet;
use crate::host::{self, HostError, Process, Running, Surroundings};
use crate::message::{Event, EventScope};
use crate::process::Begin;
use crate::process::follow::{FollowStatus, RunningReader};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::store::Position;

/// What is sent to whom: events with `#[event(integration)]`, to an [`Outlet`].
///
/// Personal data leaves as it is stored: encrypted, where there are keys, and unreadable for others.
/// An event that is meant for others should have none.
pub struct Outbox<O> {
    name: &'static str,
    source: Arc<str>,
    outlet: O,
    names: BTreeMap<&'static str, &'static str>,
    not_for_others: Option<&'static str>,
    begin: Begin,
}

impl<O> fmt::Debug for Outbox<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.name)
    }
}

impl<O: Outlet> Outbox<O> {
    /// Sends to `outlet`, once it is told what. How far it is, is kept under `name`; `source` says to
    /// the others where the events come from, as a URI reference such as `https://shop.example/sales`.
    pub fn new(name: &'static str, source: impl Into<Arc<str>>, outlet: O) -> Self {
        let source = source.into();
        let (names, begin) = (BTreeMap::new(), Begin::First);
        Outbox { name, source, outlet, names, not_for_others: None, begin }
    }

    /// Where it begins, if it has never run: with the first stored event, unless this says otherwise.
    #[must_use]
    pub fn begin(self, begin: Begin) -> Self {
        Outbox { begin, ..self }
    }

    /// Also events of type `E`.
    #[must_use]
    pub fn sends<E: Event>(mut self) -> Self {
        if E::SCOPE != EventScope::Integration {
            self.not_for_others = Some(E::name());
        }
        let formerly = E::FORMERLY.iter().map(|former| (*former, E::name()));
        self.names.extend(formerly.chain([(E::name(), E::name())]));
        self
    }
}

impl<O: Outlet> Process for Outbox<O> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<O>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        let process = self.name;
        if let Some(event) = self.not_for_others {
            return Err(HostError::NotForOthers { process, event });
        }
        if self.names.is_empty() {
            return Err(HostError::NothingToSend { process });
        }
        let courier = Courier::new(process, self.source, self.outlet, self.names, self.begin);
        RunningReader::start(process, system, around, courier)
    }
}

impl SystemBuilder {
    /// Sends events to others: from where it was when it last ran, a new one from the first event.
    pub fn outbox<O: Outlet>(self, outbox: Outbox<O>) -> Self {
        self.process(outbox)
    }
}

impl ActorSystem {
    /// The outbox with an outlet of type `O`, if the system has one.
    #[must_use]
    pub fn outbox<O: Outlet>(&self) -> Option<OutboxHandle<O>> {
        let running = host::running(self.inner(), TypeId::of::<O>())?;
        Some(OutboxHandle { running, outlet: PhantomData })
    }
}

/// An outbox, to be looked after. Clones are cheap.
pub struct OutboxHandle<O> {
    running: Arc<RunningReader>,
    outlet: PhantomData<fn() -> O>,
}

impl<O> Clone for OutboxHandle<O> {
    fn clone(&self) -> Self {
        OutboxHandle { running: Arc::clone(&self.running), outlet: PhantomData }
    }
}

impl<O> fmt::Debug for OutboxHandle<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxHandle").finish_non_exhaustive()
    }
}

impl<O: Outlet> OutboxHandle<O> {
    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> FollowStatus {
        self.running.status()
    }

    /// Waits until everything up to `position` was handed over, or is parked: whether it was when the
    /// outbox ended.
    pub async fn wait_for(&self, position: &Position) -> bool {
        self.running.reached(position).await
    }

    /// Sends again the event that the stream `key` is parked for, and those behind it: whether the
    /// stream goes on. [`FollowStatus::parked`] has the keys.
    pub async fn resume(&self, key: &str) -> bool {
        self.running.resume(key).await
    }
}
