//! What `#[derive(DomainError)]` submits: how to know the error again, and the codes that it has.

use std::error::Error;

use super::entry::SourceLocation;
use crate::message::{ErrorData, context_of};

/// A type of domain error, as the registry knows it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DomainErrorEntry {
    /// The name of the type.
    pub name: &'static str,
    /// The module it stands in.
    pub module: &'static str,
    /// Its codes, those of other errors that it passes on apart.
    pub codes: fn() -> Vec<ErrorCode>,
    /// The error as data, if it is of this type.
    pub data: fn(&(dyn Error + 'static)) -> Option<ErrorData>,
    /// Where it is defined.
    pub location: SourceLocation,
}

/// A code of a domain error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorCode {
    /// The code.
    pub code: &'static str,
    /// It was given by name, and is not made of the name of the variant.
    pub given: bool,
}

impl DomainErrorEntry {
    /// The entry of a type.
    #[must_use]
    pub const fn new(
        (name, module): (&'static str, &'static str),
        codes: fn() -> Vec<ErrorCode>,
        data: fn(&(dyn Error + 'static)) -> Option<ErrorData>,
        location: SourceLocation,
    ) -> Self {
        DomainErrorEntry { name, module, codes, data, location }
    }

    /// The bounded context of the module it stands in.
    #[must_use]
    pub fn context(&self) -> &'static str {
        context_of(self.module)
    }

    /// The crate that defines it.
    #[must_use]
    pub fn crate_name(&self) -> &'static str {
        self.module.split_once("::").map_or(self.module, |(krate, _)| krate)
    }
}

inventory::collect!(DomainErrorEntry);

/// The first domain error among `error` and what it was caused by, as data. Generic ones are not
/// known, because each of their uses is a type of its own.
pub(crate) fn error_data(error: &(dyn Error + 'static)) -> Option<ErrorData> {
    let mut chain = std::iter::successors(Some(error), |cause| (*cause).source());
    chain.find_map(|error| {
        inventory::iter::<DomainErrorEntry>().find_map(|entry| (entry.data)(error))
    })
}
