//! Why a file of keys cannot be opened.

use std::path::PathBuf;

use rdddy_core::store::StoreCause;

/// Why a file of keys could not be opened. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenKeysError {
    /// It is open already, in this process or in another one.
    #[error("the keys `{path}` are open elsewhere")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of rdddy wrote it.
    #[error("the keys `{path}` have schema {found}, newer than the known {known}")]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Version of its schema.
        found: u32,
        /// The latest version that this build knows.
        known: u32,
    },
    /// The file is something else.
    #[error("`{path}` is no file of keys")]
    NotKeys {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written to.
    #[error("the keys `{path}` are read only")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is damaged. Nothing was repaired.
    #[error("the keys `{path}` are damaged")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: StoreCause,
    },
    /// The operating system or SQLite refused.
    #[error("the keys `{path}` cannot be opened")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: StoreCause,
    },
}
