//! Value objects, entities, typed ids and domain errors, as their users see them.

mod entity;
mod error;
mod id;
mod value;
