//! Who loads aggregates, has them decide, stores what they decided, and tells the world.
//!
//! A system that was given a store hosts the aggregates that own its commands:
//! [`ActorSystem::execute`](crate::runtime::ActorSystem::execute) takes a command to the aggregate that its `#[key]` names. A loaded
//! aggregate has one owner, decides on its state in memory, and goes on to the next command at once;
//! each caller waits until the events of its own command are durable.
//!
//! - [`Repository`]: the state of an aggregate, now or formerly, and its [`History`].
//! - [`Boundary`]: decisions that depend on events of many streams.

mod boundary;
mod busy;
mod committed;
mod deciding;
mod dispatch;
mod entry;
mod error;
mod execute;
mod fault;
mod fold;
mod hosted;
mod loaded;
mod named;
mod process;
mod publish;
mod reach;
mod repository;
mod routes;
mod start;
mod state;
mod surroundings;
mod upcasters;

pub use boundary::{
    Agreed, Boundary, Consider, DecideError, DecisionModel, Facts, Fold, IntoFacts,
};
pub use committed::{Committed, Happened};
pub use dispatch::{AnyCommand, CommandOutcome};
pub use error::{ExecuteError, HostError, HostReadError, StateError};
pub use fault::{AggregateFault, FaultKind};
pub use reach::NoStore;
pub use repository::{History, LoadError, Loaded, Past, Repository};
pub use routes::{AggregateEntry, CommandTable, OwnsCommands};

pub(crate) use busy::Working;
pub(crate) use dispatch::with_causes;
pub(crate) use execute::Origin;
pub(crate) use named::read_command;
pub(crate) use process::{HoldUp, Process, QueryRoute, Running};
pub(crate) use start::{answerer, process as running};
pub(crate) use surroundings::Surroundings;
pub(crate) use upcasters::Upcasters;
