//! What goes wrong: at opening, and with what is stored.

use std::path::PathBuf;

use rdddy_core::store::{AppendError, ReadError, StoreCause};
use rusqlite::ErrorCode;

/// Why a store could not be opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is open already, in this process or in another one.
    #[error("the event store `{path}` is open elsewhere")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of rdddy wrote it.
    #[error("the event store `{path}` has schema {found}, newer than the known {known}")]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Version of its schema.
        found: u32,
        /// The latest version that this build knows.
        known: u32,
    },
    /// The file is something else.
    #[error("`{path}` is no event store")]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written to.
    #[error("the event store `{path}` is read only")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is damaged. Nothing was repaired.
    #[error("the event store `{path}` is damaged: {place}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where.
        place: String,
        /// What is wrong there.
        source: StoreCause,
    },
    /// The SQLite that is linked has a known defect that damages files.
    #[error("SQLite {found} is linked, older than {required}")]
    OldSqlite {
        /// Its version.
        found: &'static str,
        /// The oldest version that is accepted.
        required: &'static str,
    },
    /// An option has a value that cannot be used.
    #[error("{option}: {value} is not between {min} and {max}")]
    Option {
        /// The option.
        option: &'static str,
        /// What it was set to.
        value: u64,
        /// The least it can be.
        min: u64,
        /// The most it can be.
        max: u64,
    },
    /// The operating system or SQLite refused.
    #[error("the event store `{path}` cannot be opened")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: StoreCause,
    },
}

/// What is wrong with a stored thing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It is not what was written.
    #[error("its checksum is {found:08x} instead of {stored:08x}")]
    Checksum {
        /// What was stored with it.
        stored: u32,
        /// That of what is there.
        found: u32,
    },
    /// It should be there.
    #[error("it is missing")]
    Missing,
    /// A file ends too early, or within a page.
    #[error("the file has {found} bytes instead of {expected}")]
    Length {
        /// Its length.
        found: u64,
        /// What its head says.
        expected: u64,
    },
    /// An index does not lead to it.
    #[error("the index of {index} does not lead to it")]
    Index {
        /// What the index is by.
        index: &'static str,
    },
    /// It cannot be understood.
    #[error("{what} cannot be understood: {why}")]
    Malformed {
        /// What cannot.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// SQLite's own check found it.
    #[error("{0}")]
    Structure(String),
}

/// What the inner parts fail with.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Damaged { place: String, cause: Damage },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sqlite(error)
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

    /// Whether the file itself could not be read or written.
    pub(crate) fn is_io(&self) -> bool {
        matches!(self, Fault::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure))
    }

    fn meaning(self) -> Meaning {
        let error = match self {
            Fault::Damaged { place, cause } => return Meaning::Damage(place, cause.into()),
            Fault::Sqlite(error) => error,
        };
        let whole = || "somewhere in the file".to_owned();
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OperationInterrupted
                | ErrorCode::OutOfMemory
                | ErrorCode::SchemaChanged
                | ErrorCode::FileLockingProtocolFailed,
            ) => Meaning::Passing(error.into()),
            // The writer knows what is there: a row that should not be is damage of an index.
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch,
            ) => Meaning::Damage(whole(), error.into()),
            Some(_) => Meaning::Refusal(error.into()),
            // A value that has not the type of its column.
            None => Meaning::Damage(whole(), error.into()),
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

    pub(crate) fn open(self, path: PathBuf) -> OpenError {
        if let Fault::Sqlite(error) = &self {
            match error.sqlite_error_code() {
                Some(ErrorCode::ReadOnly) => return OpenError::ReadOnly { path },
                Some(ErrorCode::DatabaseBusy) => return OpenError::Locked { path },
                _ => {}
            }
        }
        match self.meaning() {
            Meaning::Passing(source) | Meaning::Refusal(source) => {
                OpenError::Refused { path, source }
            }
            Meaning::Damage(place, source) => OpenError::Corrupt { path, place, source },
        }
    }
}

/// Why the store does not take or answer a call.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Closed {
    #[error("too much waits already")]
    Full,
    #[error("the thread that would answer is gone")]
    Gone,
    #[error("an earlier commit failed ({0}): open the store again")]
    Broken(String),
}
