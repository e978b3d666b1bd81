//! Contracts on the handling of messages, and their breach.

use std::fmt;

use serde::Serialize;

/// Which contract did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ContractKind {
    /// `#[requires]`: the state or the message did not allow the handling.
    Requires,
    /// `#[ensures]`: the handler did not do what it promises.
    Ensures,
    /// `#[invariant]`: the state is not one that there may be.
    Invariant,
}

/// A contract that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractBreach {
    /// Which kind of contract.
    pub kind: ContractKind,
    /// The condition, as it is written, or the sentence that names it.
    pub condition: &'static str,
    /// The method that it stands on.
    pub method: &'static str,
}

impl fmt::Display for ContractBreach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ContractKind::Requires => "requires",
            ContractKind::Ensures => "ensures",
            ContractKind::Invariant => "invariant",
        };
        write!(f, "{kind} `{}` of `{}` does not hold", self.condition, self.method)
    }
}
