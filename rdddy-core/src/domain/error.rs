//! Refusals of the domain, and how they travel.

use std::error::Error;
use std::fmt;

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fields::deserialize_fields;

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

/// How bad an error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    const ALL: [Severity; 4] =
        [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];

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

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Severity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NAMES: &[&str] = &["info", "warning", "error", "critical"];
        let name = String::deserialize(deserializer)?;
        Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name)
            .ok_or_else(|| D::Error::unknown_variant(&name, NAMES))
    }
}

/// A [`DomainError`] as data: it travels in system events and to other processes.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Serialize for ErrorData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ErrorData", 4)?;
        fields.serialize_field("code", &self.code)?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("transient", &self.transient)?;
        fields.serialize_field("severity", &self.severity)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for ErrorData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NAMES: &[&str] = &["code", "message", "transient", "severity"];
        let (code, message, transient, severity) =
            deserialize_fields(deserializer, "ErrorData", NAMES)?;
        Ok(ErrorData { code, message, transient, severity })
    }
}
