#![doc = include_str!("../README.md")]

pub use rdddy_core::{
    domain, host, limits, message, model, process, runtime, simulation, store, view,
};
#[doc(inline)]
pub use rdddy_macros::{
    Command, DomainError, Entity, Event, Id, Query, ValueObject, abort, actor, aggregate, apply,
    bounded_context, compensation, end, ensures, handler, invariant, on_restart, on_start, on_stop,
    policy, projection, render, requires, saga, step, task, timeout, upcast, view,
};
#[cfg(feature = "postgres")]
#[doc(no_inline)]
pub use rdddy_postgres as postgres;
#[cfg(feature = "postgres")]
#[doc(inline)]
pub use rdddy_postgres::PostgresStore;
#[cfg(feature = "embedded")]
#[doc(no_inline)]
pub use rdddy_sqlite as embedded;
#[cfg(feature = "keys")]
#[doc(inline)]
pub use rdddy_sqlite::EmbeddedKeys;
#[cfg(feature = "embedded")]
#[doc(inline)]
pub use rdddy_sqlite::EmbeddedStore;
#[doc(inline)]
pub use runtime::{
    Actor, ActorRef, ActorSystem, AskError, BoxError, Context, Props, SendError, SystemEvent,
};

#[doc(hidden)]
pub use rdddy_core::__private;

/// What a `main` or a test returns: any error will do.
pub type Result<T, E = BoxError> = std::result::Result<T, E>;

/// Everything that an actor and its users usually need.
pub mod prelude {
    pub use crate::domain::{
        Aggregate, Decide, Decided, DomainError, Entity, ErrorData, Id, IdError, IdSource, Invalid,
        KeyStore, Personal, Severity, ValueObject,
    };
    pub use crate::host::{Committed, ExecuteError};
    pub use crate::message::{self, Metadata};
    pub use crate::process::{
        Happening, Policy, Projected, Projection, Row, Rows, RowsError, Saga, SagaContext,
        SagaState, Task, TaskContext, Timeout,
    };
    pub use crate::runtime::{
        Actor, ActorConfig, ActorId, ActorRef, ActorSystem, AskError, Capacity, Context,
        DeadReason, EventHandler, Failure, Handler, Overflow, Pool, Props, PublishError, Recipient,
        RestartPolicy, Router, Routing, SendError, StopReason, Strategy, SystemEvent, Terminated,
    };
    pub use crate::view::{View, ViewContext};
    pub use rdddy_macros::{
        Command, DomainError, Entity, Event, Id, Query, ValueObject, abort, actor, aggregate,
        apply, bounded_context, compensation, end, ensures, handler, invariant, on_restart,
        on_start, on_stop, policy, projection, render, requires, saga, step, task, timeout, upcast,
        view,
    };
}
