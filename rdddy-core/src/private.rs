//! What generated code refers to. Not for people: it changes without notice.

pub use crate::message::{
    Command, ContextEntry, Event, EventScope, Kind, Message, MessageName, Query, Request, Sealed,
};
pub use crate::model::{
    ActorEntry, CodecProbe, MessageEntry, MessageUse, SourceLocation, WithCodec, WithoutCodec,
};
pub use crate::runtime::{
    Actor, ActorConfig, Capacity, Context, ContractBreach, ContractKind, ErrorReport, EventHandler,
    EventOutcome, Exhausted, Failure, Handler, HandlerEntry, HandlerOptions, Hooks,
    IntoEventOutcome, IntoHookResult, IntoOutcome, Lane, Outcome, Overflow, RestartPolicy,
    Strategy,
};
pub use inventory;

/// The use of this item warns about a call that blocks a runner.
#[deprecated(
    note = "rdddy::W008: this call blocks the thread, and every actor that runs on it; put `#[handler(blocking)]` on the handler"
)]
pub const fn blocking_call() {}
