//! What generated code calls. Not part of the public interface: it may change in any release.

use std::convert::Infallible;
use std::error::Error;
use std::marker::PhantomData;

pub use inventory;
pub use serde;

#[path = "private/aggregate.rs"]
mod aggregate;

#[path = "private/process.rs"]
mod process;

use crate::limits;

pub use crate::view::{InputOf, IntoRendering, Rendering, View, ViewContext};

pub use crate::domain::{
    Aggregate, AggregateEvent, Decide, Decides, Decision, DecisionOf, Emits, EventFormat,
    EventVisitor, Keyed, Stored, StoredForm, Upcast,
};
pub use crate::host::{AggregateEntry, CommandTable, OwnsCommands};
pub use aggregate::{
    CopyProbe, IntoUpcast, JsonResult, KeptState, STATE_FINGERPRINT, StoredProbe, WithCopy,
    WithStoredForm, WithoutCopy, WithoutStoredForm, decision_of, event_from_json, event_to_json,
    fingerprint, state_form, upcasted,
};

pub use crate::process::{
    Begin, EventRole, EventSet, Happening, Performing, Policy, Projected, Projection,
    ProjectionMode, QueryTable, ReadFormat, Refusals, Retry, Saga, SagaCommand, SagaContext, Step,
    StepCommand, StepKind, Task, TaskContext, TaskOptions, TheRow, Timeout, UndoOrder,
};
pub use process::{
    AnswerOf, ProjectedRow, Reaction, answer_of, commands_of, has_tag, is_input, row_of,
    task_result_of, written_command,
};

pub use crate::domain::{
    Bound, Constraint, Dice, DomainError, Entity, ErrorData, Id, IdError, IdSource, Invalid, Rule,
    Sample, Severity, ValueObject, checked_id_text, deserialize_fields, discreet, format_id,
    parse_id, parse_id_number, written,
};
pub use crate::message::{
    Command, ContextEntry, Event, EventScope, Kind, Message, MessageName, Query, Request, Sealed,
};
pub use crate::model::{
    ActorEntry, CodecProbe, DomainErrorEntry, ErrorCode, MessageEntry, MessageUse, SourceLocation,
    WithCodec, WithoutCodec,
};
pub use crate::runtime::{
    Actor, ActorConfig, Capacity, Context, ContractBreach, ContractKind, ErrorReport, EventHandler,
    EventOutcome, Exhausted, Failure, Handler, HandlerEntry, HandlerOptions, Hooks,
    IntoEventOutcome, IntoHookResult, IntoOutcome, Lane, Outcome, Overflow, RestartPolicy,
    Strategy,
};

/// How the handling of the request `M` ends.
pub type OutcomeOf<M> = Outcome<<M as Request>::Reply, <M as Request>::Error>;

/// How the handling of `M` ended, by what its handler returned.
#[inline]
pub fn outcome_of<M: Request>(returned: impl IntoOutcome<M::Reply, M::Error>) -> OutcomeOf<M> {
    returned.into_outcome()
}

/// How the handling of an event ended, by what its handler returned.
#[inline]
pub fn event_outcome_of(returned: impl IntoEventOutcome) -> EventOutcome {
    returned.into_event_outcome()
}

/// The capacity of a mailbox that is given by a constant; does not compile when it makes no sense.
#[must_use]
#[expect(clippy::panic, reason = "evaluated at compile time only")]
pub const fn mailbox_capacity(capacity: u32) -> u32 {
    if capacity == 0 {
        panic!("rdddy::E002: a mailbox of capacity 0 can never accept a message");
    }
    if capacity > limits::MAILBOX_CAPACITY_MAX {
        panic!("rdddy::E002: a mailbox cannot hold that many messages");
    }
    capacity
}

/// The error as data, if it is an `E`.
#[must_use]
pub fn domain_error_data<E: DomainError + 'static>(
    error: &(dyn Error + 'static),
) -> Option<ErrorData> {
    error.downcast_ref::<E>().map(DomainError::to_data)
}

/// Exists only for messages. Named in generated code before anything else is, so that this is the
/// first thing said about a type that is not one.
#[derive(Debug)]
pub struct IsMessage<M: Message>(PhantomData<M>);

/// Two messages that cannot exist, and that every actor therefore handles.
///
/// With them, there are always several types of message that an actor handles. Of an actor with one
/// handler, the compiler would conclude that whatever is sent to it is meant for that handler, and
/// report mismatched types, rather than a message that the actor does not handle.
#[derive(Debug)]
pub enum Impossible<const WHICH: u8> {}

impl<const WHICH: u8> Sealed for Impossible<WHICH> {}

impl<const WHICH: u8> Message for Impossible<WHICH> {
    const KIND: Kind = Kind::Query;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.Impossible"
    }
}

impl<const WHICH: u8> Request for Impossible<WHICH> {
    type Reply = Infallible;
    type Error = Infallible;
}

#[diagnostic::do_not_recommend]
impl<A: Actor> Handler<Impossible<0>> for A {
    async fn handle(
        &mut self,
        message: Impossible<0>,
        _cx: &mut Context<Self>,
    ) -> OutcomeOf<Impossible<0>> {
        match message {}
    }
}

#[diagnostic::do_not_recommend]
impl<A: Actor> Handler<Impossible<1>> for A {
    async fn handle(
        &mut self,
        message: Impossible<1>,
        _cx: &mut Context<Self>,
    ) -> OutcomeOf<Impossible<1>> {
        match message {}
    }
}
