//! What generated code of policies, sagas and projections calls.

use std::marker::PhantomData;

use crate::domain::{DomainError, ErrorData};
use crate::host::AnyCommand;
use crate::process::IntoCommands;

/// What a policy does about an event.
pub type Reaction = Result<Vec<AnyCommand>, String>;

/// What is to be done, by what a handler of a policy returned.
///
/// # Errors
///
/// What the handler says.
pub fn commands_of(returned: impl IntoCommands) -> Reaction {
    returned.into_commands()
}

/// Finds out whether a refusal is a [`DomainError`]: method look-up prefers [`WithErrorData`], which
/// exists for those, over [`WithoutErrorData`], which exists for all.
#[derive(Debug)]
pub struct RefusalProbe<E>(PhantomData<E>);

impl<E> RefusalProbe<E> {
    /// A probe of `E`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "called by generated code only")]
    pub const fn new() -> Self {
        RefusalProbe(PhantomData)
    }
}

/// A refusal that is a domain error.
pub trait WithErrorData<E> {
    /// It as data.
    fn describe(&self, refusal: &E) -> Option<ErrorData>;
}

impl<E: DomainError> WithErrorData<E> for RefusalProbe<E> {
    fn describe(&self, refusal: &E) -> Option<ErrorData> {
        Some(refusal.to_data())
    }
}

/// A refusal of which no more is known than its text.
pub trait WithoutErrorData<E> {
    /// Always `None`.
    fn describe(&self, refusal: &E) -> Option<ErrorData>;
}

impl<E> WithoutErrorData<E> for &RefusalProbe<E> {
    fn describe(&self, _: &E) -> Option<ErrorData> {
        None
    }
}
