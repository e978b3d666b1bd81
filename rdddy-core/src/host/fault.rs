//! What goes wrong with aggregates, as events.

use super::error::HostReadError;
use crate::message::{ContractBreach, Event, EventScope, Kind, Message, Sealed};
use crate::runtime::Failure;

/// Something went wrong with an aggregate. Published for whoever watches the system.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AggregateFault {
    /// The category of the aggregate: `sales.Order`.
    pub category: &'static str,
    /// Which one.
    pub key: String,
    /// What went wrong.
    pub kind: FaultKind,
}

/// What went wrong with an aggregate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FaultKind {
    /// A contract did not hold. Nothing was stored.
    Breach(ContractBreach),
    /// Deciding or applying panicked. Nothing was stored.
    Failed(Failure),
    /// A snapshot could not be used; the aggregate was folded from its events instead.
    Snapshot(String),
    /// It could not be read.
    Unreadable(HostReadError),
}

impl Sealed for AggregateFault {}

impl Message for AggregateFault {
    const KIND: Kind = Kind::Event;
    const VERSION: u32 = 1;

    fn name() -> &'static str {
        "rdddy.AggregateFault"
    }
}

impl Event for AggregateFault {
    const SCOPE: EventScope = EventScope::Domain;
}
