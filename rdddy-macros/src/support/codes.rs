//! The codes of the mistakes that the macros find.
//!
//! A code is never reused. Each has a page, `docs/errors/<code>.md`, and a case among the
//! compile-fail tests; a test compares the three.

use std::fmt;

/// A code of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// An attribute that belongs inside an `#[actor]` block stands outside of one.
    E001,
    /// An option that does not exist, is repeated, or has a value that makes no sense.
    E002,
    /// A method that cannot be a handler.
    E003,
    /// Two handlers for one message type.
    E005,
    /// A call that blocks its thread, in an async handler.
    W008,
    /// A query that does not say what it answers.
    E018,
    /// `#[actor]` on something that is not an inherent impl block.
    E019,
    /// A function that cannot be a test.
    E020,
    /// A method that cannot be a hook, or a contract that cannot be checked.
    E021,
    /// A type that cannot be a message, or a bad name, context or version.
    E022,
    /// A type that cannot be a value object.
    E040,
    /// A field of a value object that can be set without a check.
    E041,
    /// A rule that does not fit what it is about.
    E042,
    /// A type that cannot be an entity.
    E044,
    /// A type that cannot be an id.
    E046,
    /// A domain error that says two things, or something that cannot be.
    E047,
    /// A method that cannot decide about a command.
    E065,
    /// A method that cannot apply an event, or the second one for it.
    E066,
    /// An `#[aggregate]` that lacks what it needs, or on something that cannot be one.
    E067,
    /// A method that cannot bring an old event up to date.
    E068,
    /// A method that cannot be a handler of a policy.
    E072,
    /// A `#[policy]` without handlers, or on something that cannot be one.
    E073,
    /// A `#[saga]` that lacks what it needs, or on something that cannot be one.
    E076,
    /// A method that cannot be what it is marked as in a saga.
    E077,
    /// A step before the pivot that nothing undoes.
    E078,
    /// A compensation that does not exist, is not used, or takes something else than its step.
    E079,
    /// A method that cannot be a handler of a projection.
    E082,
    /// A `#[projection]` without handlers, or on something that cannot be one.
    E083,
    /// A method that cannot answer a query over rows.
    E084,
    /// A method that cannot be a handler of a task.
    E092,
    /// A `#[task]` without handlers, or on something that cannot be one.
    E093,
    /// Two pivots, or a step on the wrong side of one.
    E100,
    /// A method that cannot render a view, or be a handler of one.
    E112,
    /// A `#[view]` without a `#[render]`, or on something that cannot be one.
    E114,
}

#[cfg(test)]
impl Code {
    pub(crate) const ALL: [Code; 34] = [
        Code::E001,
        Code::E002,
        Code::E003,
        Code::E005,
        Code::W008,
        Code::E018,
        Code::E019,
        Code::E020,
        Code::E021,
        Code::E022,
        Code::E040,
        Code::E041,
        Code::E042,
        Code::E044,
        Code::E046,
        Code::E047,
        Code::E065,
        Code::E066,
        Code::E067,
        Code::E068,
        Code::E072,
        Code::E073,
        Code::E076,
        Code::E077,
        Code::E078,
        Code::E079,
        Code::E082,
        Code::E083,
        Code::E084,
        Code::E092,
        Code::E093,
        Code::E100,
        Code::E112,
        Code::E114,
    ];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rdddy::{self:?}")
    }
}
