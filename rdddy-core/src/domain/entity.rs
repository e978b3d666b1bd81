//! What is the same by identity.

use std::hash::Hash;

/// Something with an identity: two of them are equal if their ids are, whatever else they hold.
///
/// Implemented by `#[derive(Entity)]`, with `PartialEq`, `Eq` and `Hash`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "an entity is needed here",
    note = "help: add `#[derive(Entity)]` to `{Self}`, and `#[id]` to the field that identifies it"
)]
pub trait Entity: Eq + Hash {
    /// What identifies it.
    type Id: Eq + Hash;

    /// Its id.
    fn id(&self) -> &Self::Id;
}
