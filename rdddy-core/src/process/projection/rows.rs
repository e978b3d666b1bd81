//! The rows of a projection, for whoever reads them.

use std::fmt;
use std::sync::Arc;

use super::Projection;
use super::live::Live;
use super::reader::Folding;
use crate::domain::with_keys;
use crate::limits;
use crate::store::{DocumentStore, Position, ReadError};

/// The rows of a projection, as they are now. Clones are cheap.
pub struct Rows<P: Projection>(Source<P>);

enum Source<P: Projection> {
    Kept(Arc<Kept<P>>),
    Live(Arc<Live<P>>),
}

/// The documents of a table.
pub(super) struct Kept<P: Projection> {
    pub(super) documents: Arc<dyn DocumentStore>,
    pub(super) folding: Arc<Folding<P>>,
    pub(super) table: String,
    /// Of the code that wrote them.
    pub(super) version: u32,
}

impl<P: Projection> Clone for Rows<P> {
    fn clone(&self) -> Self {
        Rows(match &self.0 {
            Source::Kept(kept) => Source::Kept(Arc::clone(kept)),
            Source::Live(live) => Source::Live(Arc::clone(live)),
        })
    }
}

impl<P: Projection> fmt::Debug for Rows<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows<{}>", P::name())
    }
}

/// A row, and what it is found by.
type Found<P> = (<P as Projection>::Key, P);

impl<P: Projection> Rows<P> {
    pub(super) fn kept(kept: Kept<P>) -> Self {
        Rows(Source::Kept(Arc::new(kept)))
    }

    pub(super) fn live(live: Arc<Live<P>>) -> Self {
        Rows(Source::Live(live))
    }

    /// The row of `key`, if there is one.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn get(&self, key: &P::Key) -> Result<Option<P>, RowsError> {
        let key = key.to_string();
        match &self.0 {
            Source::Live(live) => live.row(&key).await,
            Source::Kept(kept) => {
                let found = kept.documents.get(&kept.table, &key).await?;
                found.map(|json| kept.read(&key, &json)).transpose()
            }
        }
    }

    /// The rows after that of `after`, in the order of the bytes of their keys as text: at most
    /// `limit`, and never more than [`READ_PAGE_MAX`](limits::READ_PAGE_MAX). An empty page is the
    /// end.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn page(
        &self,
        after: Option<&P::Key>,
        limit: usize,
    ) -> Result<Vec<Found<P>>, RowsError> {
        let after = after.map(P::Key::to_string);
        match &self.0 {
            Source::Kept(kept) => kept.page(after.as_deref(), limit).await,
            Source::Live(live) => {
                let rows = live.rows().await?;
                let rows = rows.into_iter();
                let rows = rows
                    .skip_while(|(key, _)| after.as_deref().is_some_and(|after| **key <= *after));
                let rows = rows.take(limit.min(limits::READ_PAGE_MAX));
                rows.map(|(key, row)| Ok((parse::<P>(&key)?, row))).collect()
            }
        }
    }

    /// All rows, in the same order. They are all in memory then.
    ///
    /// # Errors
    ///
    /// [`RowsError`].
    pub async fn all(&self) -> Result<Vec<Found<P>>, RowsError> {
        let kept = match &self.0 {
            Source::Live(live) => {
                let rows = live.rows().await?.into_iter();
                return rows.map(|(key, row)| Ok((parse::<P>(&key)?, row))).collect();
            }
            Source::Kept(kept) => kept,
        };
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = kept.page(after.as_deref(), limits::READ_PAGE_MAX).await?;
            let Some((last, _)) = page.last() else { return Ok(all) };
            after = Some(last.to_string());
            all.extend(page);
        }
    }
}

impl<P: Projection> Kept<P> {
    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<Found<P>>, RowsError> {
        let page = self.documents.page(&self.table, after, limit).await?;
        let read = page.into_iter().map(|document| {
            let row = self.read(&document.key, &document.data)?;
            Ok((parse::<P>(&document.key)?, row))
        });
        read.collect()
    }

    fn read(&self, key: &str, json: &[u8]) -> Result<P, RowsError> {
        let read = with_keys(self.folding.encryption.as_ref(), || serde_json::from_slice(json));
        read.map_err(|source| {
            let key = key.to_owned();
            if self.version == P::VERSION {
                RowsError::Malformed { key, source }
            } else {
                RowsError::Outdated { key, version: self.version, present: P::VERSION }
            }
        })
    }
}

fn parse<P: Projection>(key: &str) -> Result<P::Key, RowsError> {
    key.parse().map_err(|_| RowsError::Key { key: key.to_owned() })
}

/// Why rows could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] ReadError),
    /// An older version of the projection serves until the present one has caught up, and its row is
    /// not one of the present type.
    #[error("the row of `{key}` is of version {version}; version {present} is being built")]
    Outdated {
        /// The key.
        key: String,
        /// The version that serves.
        version: u32,
        /// The version that is being built.
        present: u32,
    },
    /// A row is not what the projection wrote. A rebuild mends it.
    #[error("the row of `{key}` cannot be read")]
    Malformed {
        /// The key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A tag is not a key.
    #[error("`{key}` is not a key of the projection")]
    Key {
        /// The tag's value.
        key: String,
    },
    /// A live projection could not be folded.
    #[error("the row of `{key}` cannot be folded: {event} at position {position}: {why}")]
    Poison {
        /// The key.
        key: String,
        /// The name of the event.
        event: String,
        /// Where it stands.
        position: Position,
        /// What is wrong.
        why: String,
    },
    /// The system is shutting down.
    #[error("the system is shutting down")]
    ShuttingDown,
}
