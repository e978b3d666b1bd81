//! What goes wrong: at connecting, and with what is stored.

use rdddy_core::store::{AppendError, ReadError, StoreCause};
use tokio_postgres::error::SqlState;

/// Why a store could not be opened, or its tables could not be made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is not one of PostgreSQL.
    #[error("malformed address of a PostgreSQL database")]
    Address {
        /// What is wrong with it.
        source: StoreCause,
    },
    /// The server cannot be reached now.
    #[error("the PostgreSQL server cannot be reached")]
    Unavailable {
        /// What the network or the server says.
        source: StoreCause,
    },
    /// The server refused: no such database or role, a wrong password, a right that is missing.
    #[error("the PostgreSQL server refused")]
    Refused {
        /// What the server says.
        source: StoreCause,
    },
    /// The server is older than is supported.
    #[error("the PostgreSQL server has version {found}, older than {required}")]
    OldServer {
        /// Its version.
        found: String,
        /// The oldest version that is supported.
        required: &'static str,
    },
    /// The tables of the store are not there, or older than this build needs.
    #[error(
        "the event store in the database has schema {found}, this build needs {required}: run \
         `cargo run --package rdddy-postgres --example migrate -- ADDRESS` as the owner of the \
         tables, or call `PostgresStore::migrate`"
    )]
    NotMigrated {
        /// Version of the schema; 0 when there is none.
        found: u32,
        /// The version that is needed.
        required: u32,
    },
    /// A newer version of rdddy made the tables.
    #[error("the event store in the database has schema {found}, newer than the known {known}")]
    NewerSchema {
        /// Version of its schema.
        found: u32,
        /// The latest version that this build knows.
        known: u32,
    },
    /// What is stored is damaged.
    #[error("the event store is damaged: {place}")]
    Corrupt {
        /// Where.
        place: String,
        /// What is wrong there.
        source: StoreCause,
    },
}

/// What is wrong with a stored thing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It should be there.
    #[error("it is missing")]
    Missing,
    /// It cannot be understood.
    #[error("{what} cannot be understood: {why}")]
    Malformed {
        /// What cannot.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// What the inner parts fail with.
#[derive(Debug)]
pub(crate) enum Fault {
    Postgres(tokio_postgres::Error),
    Damaged {
        place: String,
        cause: Damage,
    },
    /// There is no connection.
    Down(Closed),
    Open(OpenError),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Fault::Postgres(error)
    }
}

/// What a fault means, wherever it happens.
enum Meaning {
    Passing(StoreCause),
    Refusal(StoreCause),
    Damage(String, StoreCause),
}

impl Fault {
    pub(crate) fn damaged(place: impl Into<String>, cause: Damage) -> Self {
        Fault::Damaged { place: place.into(), cause }
    }

    /// Whether the server went away, or never was there: whether it did what it was told is not
    /// known then.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Fault::Postgres(error) => match error.code() {
                None => true,
                Some(code) => class(code, &["08"]) || shut_down(code),
            },
            Fault::Down(_) => true,
            Fault::Damaged { .. } | Fault::Open(_) => false,
        }
    }

    /// Whether another attempt may succeed by itself.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Fault::Postgres(error) => error.code().is_none_or(passes),
            Fault::Down(_) | Fault::Open(OpenError::Unavailable { .. }) => true,
            Fault::Damaged { .. } | Fault::Open(_) => false,
        }
    }

    fn meaning(self) -> Meaning {
        let error = match self {
            Fault::Damaged { place, cause } => return Meaning::Damage(place, cause.into()),
            Fault::Down(cause) => return Meaning::Passing(cause.into()),
            Fault::Open(OpenError::Corrupt { place, source }) => {
                return Meaning::Damage(place, source);
            }
            Fault::Open(error @ OpenError::Unavailable { .. }) => {
                return Meaning::Passing(error.into());
            }
            Fault::Open(error) => return Meaning::Refusal(error.into()),
            Fault::Postgres(error) => error,
        };
        match error.code() {
            Some(code) if passes(code) => Meaning::Passing(error.into()),
            // The writer knows what is there: a row that should not be is damage, as is a value that
            // does not fit.
            Some(code) if class(code, &["22", "23", "XX"]) => {
                Meaning::Damage("somewhere in the database".to_owned(), error.into())
            }
            Some(_) => Meaning::Refusal(error.into()),
            None => Meaning::Passing(error.into()),
        }
    }

    /// What the server or the network says.
    pub(crate) fn cause(self) -> StoreCause {
        match self.meaning() {
            Meaning::Passing(source) | Meaning::Refusal(source) | Meaning::Damage(_, source) => {
                source
            }
        }
    }

    pub(crate) fn append(self) -> AppendError {
        match self.meaning() {
            Meaning::Passing(source) => AppendError::Unavailable { source },
            Meaning::Refusal(source) => AppendError::Refused { source },
            Meaning::Damage(place, source) => AppendError::Corrupt { place, source },
        }
    }

    pub(crate) fn read(self) -> ReadError {
        match self.meaning() {
            Meaning::Passing(source) => ReadError::Unavailable { source },
            Meaning::Refusal(source) => ReadError::Refused { source },
            Meaning::Damage(place, source) => ReadError::Corrupt { place, source },
        }
    }

    pub(crate) fn open(self) -> OpenError {
        if let Fault::Open(error) = self {
            return error;
        }
        match self.meaning() {
            Meaning::Passing(source) => OpenError::Unavailable { source },
            Meaning::Refusal(source) => OpenError::Refused { source },
            Meaning::Damage(place, source) => OpenError::Corrupt { place, source },
        }
    }
}

fn class(code: &SqlState, classes: &[&str]) -> bool {
    classes.iter().any(|class| code.code().starts_with(class))
}

/// The server ends the connection, or does not take one yet.
fn shut_down(code: &SqlState) -> bool {
    class(code, &["57P"])
}

/// Connections, conflicts of transactions, too little memory or too many connections, a lock that is
/// not free, a statement that was cancelled. A full disk is for somebody to look at.
fn passes(code: &SqlState) -> bool {
    let full = *code == SqlState::DISK_FULL;
    !full && (class(code, &["08", "40", "53", "55P03", "57014"]) || shut_down(code))
}

/// Why the store does not take or answer a call.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Closed {
    #[error("too much waits already")]
    Full,
    #[error("the store is closed")]
    Gone,
    #[error("there is no connection to the server: {0}")]
    Down(String),
}
