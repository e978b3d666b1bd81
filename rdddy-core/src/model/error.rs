//! Why a message could not be registered, read or written.

use super::codec::FormatError;
use super::entry::SourceLocation;

/// Why a message type could not be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two types claim one name and version. Whoever wrote them has to rename one, or to give it
    /// another context or version.
    #[error(
        "two types are called `{name}` version {version}: {first} and {second}; \
         give one of them another name, context or version"
    )]
    NameTaken {
        /// The name that both claim.
        name: &'static str,
        /// The version that both claim.
        version: u32,
        /// Where the one stands.
        first: SourceLocation,
        /// Where the other stands.
        second: SourceLocation,
    },
}

/// Why a message could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is larger than is ever read. Nothing of it was looked at.
    #[error("an encoded message of {size} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes: [`ENCODED_MESSAGE_MAX`](crate::limits::ENCODED_MESSAGE_MAX).
        limit: usize,
    },
    /// It was to say its own name, and does not.
    #[error("not a message document of the form {{\"message\": …, \"version\": …, \"data\": …}}")]
    NotADocument {
        /// What the format says is wrong, and where.
        source: FormatError,
    },
    /// No message is registered under this name.
    #[error("no message is registered as `{name}`{}", did_you_mean(near))]
    UnknownName {
        /// The name; its end is cut off when it is longer than any registered one could be.
        name: String,
        /// Registered names that look alike, the nearest first.
        near: Vec<String>,
    },
    /// The name is registered, but not in this version.
    #[error("`{name}` has no version {found}, only {}", listed(known))]
    WrongVersion {
        /// The name.
        name: String,
        /// The version that was asked for.
        found: u32,
        /// The versions that are registered, in ascending order.
        known: Vec<u32>,
    },
    /// The type is registered, but does not implement serde's traits.
    #[error(
        "`{name}` cannot be decoded: its type needs \
         `#[derive(serde::Serialize, serde::Deserialize)]`"
    )]
    NotDecodable {
        /// The name.
        name: String,
    },
    /// It is not what the type of this name looks like.
    #[error("malformed `{name}`")]
    Malformed {
        /// The name.
        name: String,
        /// What the format says is wrong, and where.
        source: FormatError,
    },
}

/// Why a message could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Its type is not registered.
    #[error("the type of the message is not registered")]
    NotRegistered,
    /// Its type is registered, but does not implement serde's traits.
    #[error(
        "`{name}` cannot be encoded: its type needs \
         `#[derive(serde::Serialize, serde::Deserialize)]`"
    )]
    NotEncodable {
        /// The name.
        name: &'static str,
    },
    /// Its own `Serialize` refused, or it has a form that JSON does not know.
    #[error("`{name}` cannot be written as JSON")]
    Unwritable {
        /// The name.
        name: &'static str,
        /// What the format says is wrong.
        source: FormatError,
    },
    /// It could not be read again.
    #[error("`{name}` takes {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The name.
        name: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes: [`ENCODED_MESSAGE_MAX`](crate::limits::ENCODED_MESSAGE_MAX).
        limit: usize,
    },
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", quoted.join(" or "))
}

fn listed(versions: &[u32]) -> String {
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    versions.join(", ")
}
