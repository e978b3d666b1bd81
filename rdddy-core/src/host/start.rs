//! Hosting as a part of a system: configured with it, found in it.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use super::error::{ExecuteError, HostError};
use super::execute::{Execute, Executed, Order, Origin};
use super::named::ExecuteNamed;
use super::process::{Process, QueryRoute, Running};
use super::routes::{AggregateEntry, OwnsCommands, Routes};
use super::surroundings::Surroundings;
use super::upcasters::Upcasters;
use crate::domain::{KeyStore, Keyed};
use crate::message::MessageId;
use crate::runtime::{
    ActorSystem, ErrorReport, Extend, Extension, StartError, System, SystemBuilder,
};
use crate::store::{DocumentStore, EventStore, Position};

/// What a system is to host, while it is configured.
#[derive(Default)]
pub(crate) struct HostConfig {
    store: Option<Arc<dyn EventStore>>,
    keys: Option<Arc<dyn KeyStore>>,
    documents: Option<Arc<dyn DocumentStore>>,
    entries: Vec<AggregateEntry>,
    processes: Vec<Box<dyn Process>>,
}

/// What a system hosts.
struct Host {
    around: Surroundings,
    routes: Routes,
    processes: OnceLock<Processes>,
}

/// The processes of a system, and the queries that they answer.
#[derive(Default)]
struct Processes {
    running: BTreeMap<TypeId, Arc<dyn Running>>,
    queries: BTreeMap<TypeId, QueryRoute>,
}

impl Host {
    fn stop_processes(&self) {
        let processes = self.processes.get();
        processes.into_iter().flat_map(|all| all.running.values()).for_each(|one| one.stop());
    }
}

/// A system that nobody holds any more lets go of what it hosts.
impl Drop for Host {
    fn drop(&mut self) {
        self.stop_processes();
    }
}

/// The process of this type that a system runs.
pub(crate) fn process<R: 'static + Send + Sync>(
    system: &System,
    type_id: TypeId,
) -> Option<Arc<R>> {
    let extension = system.extension()?;
    let host = extension.as_any().downcast_ref::<Host>()?;
    let running = host.processes.get()?.running.get(&type_id)?;
    Arc::clone(running).as_any().downcast().ok()
}

/// Who answers queries of this type, as it has said.
pub(crate) fn answerer<T: Clone + 'static>(system: &System, query: TypeId) -> Option<T> {
    let extension = system.extension()?;
    let host = extension.as_any().downcast_ref::<Host>()?;
    host.processes.get()?.queries.get(&query)?.answerer.downcast_ref::<T>().cloned()
}

/// Who executes a command of this type that was read by its name.
pub(super) fn named(system: &System, command: TypeId) -> Option<ExecuteNamed> {
    system.extension()?.as_any().downcast_ref::<Host>()?.routes.named(command)
}

/// The store and the keys of a system that has a store.
pub(super) fn surroundings(system: &System) -> Option<Surroundings> {
    Some(system.extension()?.as_any().downcast_ref::<Host>()?.around.clone())
}

impl Extension for Host {
    fn drain(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.stop_processes();
        Box::pin(self.around.busy.drained())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Extend for HostConfig {
    fn start(self: Box<Self>, system: &Arc<System>) -> Result<(), StartError> {
        let HostConfig { store, keys, documents, entries, processes } = *self;
        let failed = |error: HostError| StartError::Host(ErrorReport::of(error));
        // Without a store nothing is hosted, and a command says so.
        let Some(store) = store else {
            return if processes.is_empty() { Ok(()) } else { Err(failed(HostError::NoStore)) };
        };
        let documents = documents.or_else(|| store.documents());
        let entries: Vec<_> =
            inventory::iter::<AggregateEntry>.into_iter().copied().chain(entries).collect();
        let mut upcasters = Upcasters::default();
        entries.iter().for_each(|entry| entry.add_upcasters(&mut upcasters));
        let around = Surroundings {
            store,
            keys,
            documents,
            upcasters: Arc::new(upcasters),
            busy: Arc::default(),
        };
        let routes = Routes::to(entries.into_iter(), &around).map_err(failed)?;
        let host = Arc::new(Host { around, routes, processes: OnceLock::new() });
        system.set_extension(Some(Arc::clone(&host) as _));
        let mut all = Processes::default();
        let mut names = BTreeSet::new();
        for process in processes {
            let (name, found_by) = (process.name(), process.found_by());
            if !names.insert(name) {
                return Err(failed(HostError::ProcessTwice { process: name }));
            }
            let running = process.start(system, &host.around).map_err(failed)?;
            for route in Arc::clone(&running).queries() {
                let (query, second) = (route.name, route.owner);
                if let Some(first) = all.queries.insert(route.query, route) {
                    let first = first.owner;
                    return Err(failed(HostError::TwoAnswers { query, first, second }));
                }
            }
            all.running.insert(found_by, running);
        }
        // Nobody else sets it.
        let _ = host.processes.set(all);
        Ok(())
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl SystemBuilder {
    fn host(mut self, configure: impl FnOnce(&mut HostConfig)) -> Self {
        if let Some(config) = self.extension::<HostConfig>() {
            configure(config);
        }
        self
    }

    /// Where the events of aggregates live. With a store, the system hosts every aggregate that the
    /// linker has collected.
    pub fn store(self, store: impl EventStore) -> Self {
        self.host(|config| config.store = Some(Arc::new(store)))
    }

    /// With what personal data is encrypted: see [`Personal`](crate::domain::Personal). Keep a share, to
    /// have it forget somebody.
    pub fn keys(self, keys: Arc<dyn KeyStore>) -> Self {
        self.host(|config| config.keys = Some(keys))
    }

    /// Where read models live, and how far they have read; beside the events, unless this says
    /// otherwise.
    pub fn documents(self, documents: impl DocumentStore) -> Self {
        self.host(|config| config.documents = Some(Arc::new(documents)))
    }

    pub(crate) fn process(self, process: impl Process + 'static) -> Self {
        self.host(|config| config.processes.push(Box::new(process)))
    }

    /// Also hosts `A`, of which the linker may not know: it does not look into crates that nothing
    /// else refers to.
    pub fn aggregate<A: OwnsCommands>(self) -> Self {
        self.host(|config| config.entries.push(AggregateEntry::of::<A>()))
    }
}

impl ActorSystem {
    /// Has the aggregate that the command's `#[key]` names decide about it, and waits until what it
    /// decided is durable.
    ///
    /// Commands of one aggregate are decided one after the other, in the order in which they come,
    /// each on the state after the one before. When others write to the same aggregate from
    /// elsewhere, the decision is taken anew on what they left, a few times.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`]: the aggregate's own error, or why it could not decide.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the command may be carried out or not; see
    /// [`ActorSystem::execute_as`].
    pub async fn execute<C: Keyed>(&self, command: C) -> Executed<C> {
        let metadata = self.inner().command_metadata(None);
        self.execute_order(Order { command, metadata, once: false, process: None }).await
    }

    /// The same, once, however often it is called with this id: the answer is stored with the events,
    /// and later calls get it again. That needs a reply that implements serde's traits.
    ///
    /// # Errors
    ///
    /// As for [`ActorSystem::execute`], and [`ExecuteError::ReplyNotStorable`].
    pub async fn execute_as<C: Keyed>(&self, id: MessageId, command: C) -> Executed<C> {
        let metadata = self.inner().command_metadata(Some(id));
        self.execute_order(Order { command, metadata, once: true, process: None }).await
    }

    async fn execute_order<C: Keyed>(&self, order: Order<C>) -> Executed<C> {
        let executor = self.executor::<C>()?;
        let committed = executor.execute(Arc::clone(self.inner()), order).await?;
        self.held_up(&committed.position).await;
        Ok(committed)
    }

    /// Waits for what a command waits for whose events end at `position`.
    async fn held_up(&self, position: &Position) {
        let Some(extension) = self.inner().extension() else { return };
        let Some(host) = extension.as_any().downcast_ref::<Host>() else { return };
        let processes = host.processes.get();
        for process in processes.into_iter().flat_map(|all| all.running.values()) {
            if let Some(until) = process.hold_up(position) {
                until.await;
            }
        }
    }

    /// Carries out the command of a process, once.
    pub(super) async fn execute_from<C: Keyed>(&self, origin: Origin, command: C) -> Executed<C> {
        let Origin { process, id, cause } = origin;
        let metadata = cause.caused(id, self.inner().seam().timestamp());
        let process = Some(process);
        self.execute_order(Order { command, metadata, once: true, process }).await
    }

    fn executor<C: Keyed>(&self) -> Result<Arc<dyn Execute<C>>, ExecuteError<C>> {
        let system = self.inner();
        if system.has_ended() {
            return Err(ExecuteError::ShuttingDown);
        }
        let extension = system.extension().ok_or(ExecuteError::NoStore)?;
        let host = extension.as_any().downcast_ref::<Host>().ok_or(ExecuteError::NoStore)?;
        host.routes.executor::<C>().cloned().ok_or(ExecuteError::NoOwner)
    }

    /// The keys of personal data that the system was started with.
    #[must_use]
    pub fn keys(&self) -> Option<Arc<dyn KeyStore>> {
        surroundings(self.inner())?.keys
    }

    /// The store that the system was started with.
    #[must_use]
    pub fn store(&self) -> Option<Arc<dyn EventStore>> {
        Some(surroundings(self.inner())?.store)
    }
}
