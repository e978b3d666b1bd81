//! Where state and decisions meet the store.
//!
//! - [`Repository`]: the state of an aggregate, now or formerly, and its [`History`].
//! - [`Boundary`]: a decision that depends on events of many streams, a dynamic consistency boundary.

mod boundary;
mod load;
mod repository;

pub use boundary::{
    Agreed, Boundary, Consider, DecideError, DecisionModel, Facts, Fold, IntoFacts,
};
pub use load::{LoadError, Loaded};
pub use repository::{History, Past, Repository};
