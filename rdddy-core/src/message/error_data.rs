//! Errors that mean something in a domain, as data.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad an error is.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Expected: somebody tried.
    Info,
    /// Worth a look if there are many.
    Warning,
    /// Somebody did not get what they wanted.
    #[default]
    Error,
    /// Somebody has to act now.
    Critical,
}

impl Severity {
    /// Its name: `info`, `warning`, `error` or `critical`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A domain error as data: it travels in system events and to other processes.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ErrorData {
    /// Its stable code.
    pub code: String,
    /// What it says to people.
    pub message: String,
    /// Whether the same request may succeed later.
    pub transient: bool,
    /// How bad it is.
    pub severity: Severity,
}

impl fmt::Display for ErrorData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl Error for ErrorData {}
