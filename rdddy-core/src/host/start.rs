//! Hosting as a part of a system: configured with it, found in it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::error::ExecuteError;
use super::execute::{Executed, Order};
use super::hosted::Surroundings;
use super::routes::{AggregateEntry, OwnsCommands, Routes};
use crate::domain::{KeyStore, Keyed};
use crate::message::MessageId;
use crate::runtime::{
    ActorSystem, ErrorReport, Extend, Extension, StartError, System, SystemBuilder,
};
use crate::store::EventStore;

/// What a system is to host, while it is configured.
#[derive(Default)]
pub(crate) struct HostConfig {
    store: Option<Arc<dyn EventStore>>,
    keys: Option<Arc<dyn KeyStore>>,
    entries: Vec<AggregateEntry>,
}

/// What a system hosts.
struct Host {
    around: Surroundings,
    routes: Routes,
}

/// The store and the keys of a system that has a store.
pub(super) fn surroundings(system: &System) -> Option<Surroundings> {
    Some(system.extension()?.as_any().downcast_ref::<Host>()?.around.clone())
}

impl Extension for Host {
    fn drain(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.around.busy.drained())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Extend for HostConfig {
    fn start(self: Box<Self>, system: &Arc<System>) -> Result<(), StartError> {
        let HostConfig { store, keys, entries } = *self;
        // Without a store nothing is hosted, and a command says so.
        let Some(store) = store else { return Ok(()) };
        let around = Surroundings { store, keys, busy: Arc::default() };
        let linked = inventory::iter::<AggregateEntry>.into_iter().copied();
        let routes = Routes::to(linked.chain(entries), &around);
        let routes = routes.map_err(|error| StartError::Host(ErrorReport::of(error)))?;
        system.set_extension(Some(Arc::new(Host { around, routes })));
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
        self.execute_order(Order { command, id: None }).await
    }

    /// The same, once, however often it is called with this id: the answer is stored with the events,
    /// and later calls get it again. That needs a reply that implements serde's traits.
    ///
    /// # Errors
    ///
    /// As for [`ActorSystem::execute`], and [`ExecuteError::ReplyNotStorable`].
    pub async fn execute_as<C: Keyed>(&self, id: MessageId, command: C) -> Executed<C> {
        self.execute_order(Order { command, id: Some(id) }).await
    }

    async fn execute_order<C: Keyed>(&self, order: Order<C>) -> Executed<C> {
        let system = self.inner();
        if system.has_ended() {
            return Err(ExecuteError::ShuttingDown);
        }
        let executor = {
            let extension = system.extension().ok_or(ExecuteError::NoStore)?;
            let host = extension.as_any().downcast_ref::<Host>().ok_or(ExecuteError::NoStore)?;
            Arc::clone(host.routes.executor::<C>().ok_or(ExecuteError::NoOwner)?)
        };
        executor.execute(Arc::clone(system), order).await
    }

    /// The store that the system was started with.
    #[must_use]
    pub fn store(&self) -> Option<Arc<dyn EventStore>> {
        Some(surroundings(self.inner())?.store)
    }
}
