//! What goes wrong with aggregates, as events.

use super::error::HostReadError;
use crate::message::{ContractBreach, Event, EventScope, Kind, Message, Sealed};
use crate::runtime::{ErrorReport, Failure};
use serde::{Serialize, Serializer};

/// Something went wrong with an aggregate. Published for whoever watches the system.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A contract did not hold. Nothing was stored.
    Breach(ContractBreach),
    /// Deciding or applying panicked. Nothing was stored.
    Failed(Failure),
    /// A snapshot could not be used; the aggregate was folded from its events instead.
    Snapshot(String),
    /// It could not be read.
    #[serde(serialize_with = "as_report")]
    Unreadable(HostReadError),
}

fn as_report<S: Serializer>(error: &HostReadError, serializer: S) -> Result<S::Ok, S::Error> {
    ErrorReport::of_ref(error).serialize(serializer)
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
