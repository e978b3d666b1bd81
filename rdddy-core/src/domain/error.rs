//! Refusals of the domain, and how they travel.

use std::error::Error;

use crate::message::{ErrorData, Severity};

/// An error that means something in the domain: a rule of the business has refused.
///
/// Implemented by `#[derive(DomainError)]`, beside `thiserror::Error`.
#[doc(alias = "DomainException")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a domain error",
    label = "a domain error is needed here",
    note = "help: add `#[derive(DomainError)]` to `{Self}`, beside `thiserror::Error`"
)]
pub trait DomainError: Error {
    /// Its stable code, for programs: `sales.already_placed`.
    fn code(&self) -> &'static str;

    /// Whether the same request may succeed later, so that trying again makes sense.
    fn is_transient(&self) -> bool;

    /// How bad it is.
    fn severity(&self) -> Severity;

    /// As data, with the text of the error, but not of what caused it.
    fn to_data(&self) -> ErrorData {
        ErrorData {
            code: self.code().to_owned(),
            message: self.to_string(),
            transient: self.is_transient(),
            severity: self.severity(),
        }
    }
}
