//! How messages are processed: actors, their mailboxes, supervision, publishing.
//!
//! The life of one message: [`ActorRef::tell`] offers it to the actor's mailbox; the push that finds
//! the actor idle schedules its cell on a runner; the runner takes the message out, polls the
//! handler, and enters into the books how it ended. `ARCHITECTURE.md` follows it step by step.

mod actor;
mod config;
mod context;
mod error;
mod event;
mod forward;
mod handler;
mod hook;
mod id;
mod props;
mod tasks;

mod actor_ref;
mod actor_system;
mod ask;
mod builder;
mod recipient;
mod recorder;
mod router;
mod shutdown;
mod subscription;
mod tell;
mod tree;

mod any_cell;
mod blocking;
mod bus;
mod cell;
mod deliver;
mod envelope;
mod extra;
mod frame;
mod handling;
mod in_place;
mod ledger;
mod lifecycle;
mod observe;
mod offer;
mod registry;
mod reply;
mod settle;
mod spawn;
mod subject;
mod supervision;
mod system;
mod turn;
mod untyped;
mod wait_graph;
mod watch;

mod blocks;
mod lazy;
mod mailbox;
mod parking;
mod signals;

#[cfg(all(test, rdddy_loom))]
pub(crate) mod loom_models;

pub use crate::message::{ContractBreach, ContractKind};
pub use actor::{Actor, Hooks};
pub use actor_ref::{ActorRef, AnyActorRef, AskItself, SelfRef, WeakActorRef};
pub use actor_system::{ActorSystem, SendToError};
pub use ask::Ask;
pub(crate) use builder::Extend;
pub use builder::SystemBuilder;
pub use config::{ActorConfig, Backoff, Capacity, Exhausted, Overflow, RestartPolicy, Strategy};
pub use context::Context;
pub use error::{
    AskError, BadConfig, BoxError, ErrorReport, LookupError, PublishDecodedError, PublishError,
    SendError, SpawnError, StartError,
};
pub use event::{ActorIdentity, DeadReason, Failure, StopReason, SystemEvent, Terminated};
pub use forward::Forward;
pub(crate) use frame::panic_message;
pub use handler::{
    EventHandler, EventOutcome, Handler, HandlerEntry, HandlerOptions, IntoEventOutcome,
    IntoOutcome, Lane, Outcome,
};
pub use hook::IntoHookResult;
pub use id::{ActorId, ActorPath};
pub use ledger::Counters;
pub use observe::{HandlingTime, Metrics};
pub use props::{IntoProps, Props};
pub use recipient::Recipient;
pub use recorder::{GivenCommand, Recorded, Recorder};
pub use router::{Pool, Router, Routing};
pub use shutdown::{DrainReport, Termination};
pub use subscription::{Heard, Subscription, WaitFor};
pub(crate) use system::{Extension, System};
pub use tasks::{TaskError, TaskHandle};
pub use tell::Tell;
pub use tree::{Branch, Tree};
