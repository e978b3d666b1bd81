//! The building blocks of a domain: value objects, entities, typed ids, domain errors.
//!
//! Nothing here runs anything: these are traits that derives implement, and the data they speak of.
//!
//! - [`ValueObject`]: a value that cannot be invalid; [`Rule`] is what makes it valid, as data.
//! - [`Sample`]: how values are drawn from rules, for tests.
//! - [`Entity`]: what is the same by identity; [`Id`], and [`IdSource`] for new ones.
//! - [`Personal`]: what can be forgotten; [`KeyStore`] holds the keys.
//! - [`Aggregate`]: state folded from events; [`Decides`] commands, by a [`Decide`]'s clock and ids.
//! - [`DomainError`]: a refusal of the domain; [`ErrorData`] is how it travels.

mod aggregate;
mod discreet;
mod entity;
mod error;
mod fields;
mod id;
mod personal;
mod rule;
mod sample;
mod value;

pub use crate::message::{ErrorData, Severity};
pub use aggregate::{
    Aggregate, AggregateEvent, AggregateId, Decide, Decided, Decides, Decision, DecisionOf, Emits,
    EventFormat, EventVisitor, IntoDecision, Keyed, KeyedBy, Stored, StoredForm, Upcast,
};
pub use entity::Entity;
pub use error::DomainError;
pub use id::{Id, IdError, IdSource};
pub use personal::{KeyError, KeyStore, Personal, with_keys};
pub use rule::{Bound, Constraint, Field, Rule};
pub use sample::{Dice, Sample};
pub use value::{Invalid, ValueObject};

#[doc(hidden)]
pub use aggregate::Returned;
#[doc(hidden)]
pub use discreet::discreet;
#[doc(hidden)]
pub use fields::{Fields, deserialize_fields};
#[doc(hidden)]
pub use id::{checked_id_text, format_id, parse_id, parse_id_number};
#[doc(hidden)]
pub use value::written;

#[cfg(test)]
mod tests;
