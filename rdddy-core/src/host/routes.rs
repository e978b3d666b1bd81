//! Which aggregate decides about which command.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::HostError;
use super::execute::Execute;
use super::hosted::Hosted;
use super::named::{ExecuteNamed, execute_named};
use super::surroundings::Surroundings;
use super::upcasters::Upcasters;
use crate::domain::{Aggregate, Decides, KeyedBy};
use crate::message::Command;
use crate::model::SourceLocation;

/// An aggregate, and the commands that it decides about: its `#[aggregate]` block as a list.
pub trait OwnsCommands: Aggregate {
    /// Where the block stands.
    const LOCATION: SourceLocation;

    /// Adds each command of the block to `table`.
    fn commands(table: &mut CommandTable<'_, Self>);
}

/// Takes the commands of an aggregate: see [`OwnsCommands`].
#[derive(Debug)]
pub struct CommandTable<'a, A: Aggregate> {
    routes: &'a mut Routes,
    hosted: Arc<Hosted<A>>,
    location: SourceLocation,
}

impl<A: Aggregate> CommandTable<'_, A> {
    /// The aggregate decides about `C`.
    pub fn add<C: KeyedBy<A::Id>>(&mut self)
    where
        A: Decides<C>,
    {
        let executor = Arc::clone(&self.hosted) as Arc<dyn Execute<C>>;
        let route = Route {
            owner: A::NAME,
            location: self.location,
            executor: Box::new(executor),
            named: execute_named::<C>,
        };
        self.routes.add(TypeId::of::<C>(), C::name(), route);
    }
}

/// An aggregate type, as the linker collects it.
#[derive(Clone, Copy, Debug)]
pub struct AggregateEntry {
    type_id: fn() -> TypeId,
    register: fn(&mut Routes, &Surroundings),
    add_upcasters: fn(&mut Upcasters),
}

inventory::collect!(AggregateEntry);

impl AggregateEntry {
    /// The entry of `A`.
    #[must_use]
    pub const fn of<A: OwnsCommands>() -> Self {
        AggregateEntry {
            type_id: TypeId::of::<A>,
            register: register::<A>,
            add_upcasters: Upcasters::add::<A>,
        }
    }

    pub(super) fn add_upcasters(&self, upcasters: &mut Upcasters) {
        (self.add_upcasters)(upcasters);
    }
}

fn register<A: OwnsCommands>(routes: &mut Routes, surroundings: &Surroundings) {
    let hosted = Hosted::<A>::new(surroundings.clone());
    A::commands(&mut CommandTable { routes, hosted, location: A::LOCATION });
}

/// Who executes one command.
struct Route {
    owner: &'static str,
    location: SourceLocation,
    /// An `Arc<dyn Execute<C>>` for the command's type.
    executor: Box<dyn Any + Send + Sync>,
    /// The same, for one that was read by its name.
    named: ExecuteNamed,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Routes {
    by_command: BTreeMap<TypeId, Route>,
    errors: Vec<HostError>,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.by_command.values().map(|route| route.owner)).finish()
    }
}

impl Routes {
    /// The routes to all of `entries`, each once.
    pub(crate) fn to(
        entries: impl Iterator<Item = AggregateEntry>,
        surroundings: &Surroundings,
    ) -> Result<Self, HostError> {
        let mut routes = Routes::default();
        let mut seen = std::collections::BTreeSet::new();
        for entry in entries {
            if seen.insert((entry.type_id)()) {
                (entry.register)(&mut routes, surroundings);
            }
        }
        match routes.errors.pop() {
            Some(error) => Err(error),
            None => Ok(routes),
        }
    }

    fn add(&mut self, type_id: TypeId, command: &'static str, route: Route) {
        if let Some(first) = self.by_command.get(&type_id) {
            self.errors.push(HostError::TwoOwners {
                command,
                first: first.owner,
                first_location: first.location,
                second: route.owner,
                second_location: route.location,
            });
            return;
        }
        self.by_command.insert(type_id, route);
    }

    /// Who executes a `C`.
    pub(crate) fn executor<C: Command>(&self) -> Option<&Arc<dyn Execute<C>>> {
        self.by_command.get(&TypeId::of::<C>())?.executor.downcast_ref()
    }

    /// Who executes a command of this type that was read by its name.
    pub(crate) fn named(&self, command: TypeId) -> Option<ExecuteNamed> {
        Some(self.by_command.get(&command)?.named)
    }
}
