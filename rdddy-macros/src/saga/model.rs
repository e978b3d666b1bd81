//! A saga as the expansion sees it.

use std::time::Duration;

use proc_macro2::Ident;
use syn::{Attribute, LitStr, Type};

use crate::process::{Hearing, RetryOptions};
use crate::support::krate::Private;

/// A saga.
pub(super) struct Model {
    pub(super) private: Private,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) self_type: Type,
    pub(super) type_name: String,
    pub(super) name: String,
    pub(super) version: u32,
    /// The name of the tag, where it stands.
    pub(super) key: Ident,
    pub(super) starts_on: Vec<Type>,
    pub(super) undoes_in_parallel: bool,
    pub(super) begins_at_head: bool,
    pub(super) methods: Methods,
}

/// The methods of the block, in its order.
#[derive(Default)]
pub(super) struct Methods {
    pub(super) steps: Vec<StepMethod>,
    pub(super) compensations: Vec<Compensation>,
    pub(super) handlers: Vec<Hearing>,
    pub(super) aborts: Vec<Hearing>,
    pub(super) ends: Vec<Hearing>,
    pub(super) timeout: Option<TimeoutMethod>,
}

/// A step.
pub(super) struct StepMethod {
    pub(super) hearing: Hearing,
    /// What it returns.
    pub(super) returns: Type,
    pub(super) options: StepOptions,
}

/// What the attribute of a step says.
#[derive(Default)]
pub(super) struct StepOptions {
    pub(super) compensate: Option<Ident>,
    pub(super) irreversible: Option<LitStr>,
    pub(super) pivot: Option<Ident>,
    pub(super) retriable: Option<Ident>,
    pub(super) retry: RetryOptions,
}

/// What undoes a step.
pub(super) struct Compensation {
    pub(super) hearing: Hearing,
    pub(super) returns: Type,
}

/// What is done when the time is up.
pub(super) struct TimeoutMethod {
    pub(super) method: Ident,
    pub(super) after: Duration,
}

impl Methods {
    /// All methods that hear events.
    pub(super) fn hearing(&self) -> impl Iterator<Item = &Hearing> {
        let steps = self.steps.iter().map(|step| &step.hearing);
        steps.chain(&self.handlers).chain(&self.aborts).chain(&self.ends)
    }
}
