//! What can be chosen when a store is opened.

use std::path::Path;

use crate::error::OpenError;
use crate::{EmbeddedStore, limits};

/// What a success reply promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// It survives a crash of the process and of the machine: each group of appends is synchronized
    /// to the disk before it is acknowledged.
    #[default]
    Full,
    /// It survives a crash of the process. What was acknowledged last is **not** guaranteed to
    /// survive a crash of the machine or a power loss; nothing else is harmed then. A store that was
    /// written so and opened as [`Durability::Full`] after a power loss may be refused, because a
    /// lost end of the log looks like damage.
    Normal,
}

impl Durability {
    pub(crate) fn synchronous(self) -> &'static str {
        match self {
            Durability::Full => "full",
            Durability::Normal => "normal",
        }
    }
}

/// How a store is opened; from [`EmbeddedStore::builder`].
#[derive(Clone, Debug)]
pub struct EmbeddedStoreBuilder {
    options: Options,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) durability: Durability,
    pub(crate) readers: usize,
    pub(crate) size_limit: Option<u64>,
}

impl EmbeddedStoreBuilder {
    pub(crate) fn new() -> Self {
        let options =
            Options { durability: Durability::Full, readers: limits::READERS, size_limit: None };
        EmbeddedStoreBuilder { options }
    }

    /// What a success reply promises; [`Durability::Full`] unless set.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// How many threads read, each with a connection of its own; [`READERS`](limits::READERS) unless
    /// set.
    #[must_use]
    pub fn readers(mut self, threads: usize) -> Self {
        self.options.readers = threads;
        self
    }

    /// The most bytes that the database may take, its write-ahead log apart. An append beyond it is
    /// refused, as by a full disk. There is no limit unless set.
    #[must_use]
    pub fn size_limit(mut self, bytes: u64) -> Self {
        self.options.size_limit = Some(bytes);
        self
    }

    /// Opens the store in the file `path`, or makes a new one. It blocks for as long as it takes to
    /// read back the write-ahead log of a process that crashed.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; the file is then as it was.
    pub fn open(self, path: impl AsRef<Path>) -> Result<EmbeddedStore, OpenError> {
        let readers = self.options.readers;
        if !(1..=limits::READERS_MAX).contains(&readers) {
            let (value, max) = (readers as u64, limits::READERS_MAX as u64);
            return Err(OpenError::Option { option: "readers", value, min: 1, max });
        }
        EmbeddedStore::open_with(path.as_ref(), &self.options)
    }
}
