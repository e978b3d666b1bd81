//! Projections: read models, folded from events row by row.
//!
//! The rows of a projection are documents of a table that is called after its name and version, and
//! how far it has read is committed with them. `catalog` says which tables there are, `manager` has
//! each of them followed, and swaps them; `reader` folds the events into one of them.

mod cache;
mod catalog;
mod handle;
mod live;
mod manager;
mod query;
mod reader;
mod rows;
mod shown;

pub use handle::{ProjectionHandle, ProjectionStatus, UnknownProjection};
pub use query::{Answering, IntoAnswer, QueryError, QueryTable};
pub use rows::{Rows, RowsError};
pub(crate) use shown::{Seen, Shown};

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::EventSet;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::store::{Position, StoredEvent};

/// A read model: rows by key, each folded from the events that concern it.
///
/// `#[projection]` on an impl block implements it. A row begins as its `Default`. It can be folded
/// anew at any time, so a handler depends on nothing but the row and the event.
#[diagnostic::on_unimplemented(
    message = "rdddy::E080: `{Self}` is not a projection",
    label = "not a projection",
    note = "help: add `#[projection]` above `impl {Self}`, the block whose `#[handler]`s fold events into a row, and derive `Default`, `Serialize` and `Deserialize` for `{Self}`"
)]
pub trait Projection: Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// All events that it folds, as one type.
    type Event: EventSet;
    /// What a row is found by; [`TheRow`] if there is only one.
    type Key: fmt::Display + FromStr + Send + Sync + 'static;

    /// The tag of the events that says which rows they concern. Without one, there is one row.
    const KEY: Option<&'static str>;
    /// Counted up whenever the handlers or the row change: the rows are then folded anew.
    const VERSION: u32 = 1;
    /// When it is folded.
    const MODE: ProjectionMode = ProjectionMode::Asynchronous;

    /// Its stable name, qualified by the bounded context: `sales.SalesByIsbn`.
    fn name() -> &'static str;

    /// Folds `event` into the row.
    ///
    /// # Errors
    ///
    /// What the handler says: the event cannot be folded, and the row's key is parked.
    fn project(&mut self, event: &Self::Event, cx: &Projected<'_>) -> Result<Row, String>;

    /// Adds the queries that it answers to `table`.
    fn queries(table: &mut QueryTable<'_, Self>) {
        let _ = table;
    }
}

/// When a projection is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProjectionMode {
    /// Beside everything else, soon after the events are stored.
    Asynchronous,
    /// The same, and a command is answered when its events have been folded, or after
    /// [`INLINE_WAIT`](crate::limits::INLINE_WAIT).
    Inline,
    /// When somebody looks. Nothing is kept.
    Live,
}

/// What becomes of a row after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row {
    /// It is kept as it is now.
    Keep,
    /// There is none any more. The next event for its key finds a new one.
    Remove,
}

/// What a handler of a projection may return: nothing, a [`Row`], or a `Result` of either.
#[diagnostic::on_unimplemented(
    message = "rdddy::E081: a projection's handler cannot return `{Self}`",
    label = "not something that becomes of a row",
    note = "help: change the row and return nothing; return `Row::Remove` to remove it, or a `Result` where an event may not fit"
)]
pub trait IntoRow {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// What the handler says.
    fn into_row(self) -> Result<Row, String>;
}

impl IntoRow for () {
    fn into_row(self) -> Result<Row, String> {
        Ok(Row::Keep)
    }
}

impl IntoRow for Row {
    fn into_row(self) -> Result<Row, String> {
        Ok(self)
    }
}

impl<T: IntoRow, E: std::error::Error + 'static> IntoRow for Result<T, E> {
    fn into_row(self) -> Result<Row, String> {
        self.map_err(|error| crate::host::with_causes(&error))?.into_row()
    }
}

/// The key of a projection that has one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add to it")]
pub struct TheRow;

impl TheRow {
    pub(crate) const KEY: &'static str = "all";
}

impl fmt::Display for TheRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TheRow::KEY)
    }
}

impl FromStr for TheRow {
    type Err = Infallible;

    fn from_str(_: &str) -> Result<Self, Infallible> {
        Ok(TheRow)
    }
}

/// What is known about an event beside its content, and about the row.
#[derive(Clone, Copy, Debug)]
pub struct Projected<'a> {
    pub(super) event: &'a StoredEvent,
    pub(super) key: &'a str,
}

impl<'a> Projected<'a> {
    /// The key of the row, as text.
    #[must_use]
    pub fn key(&self) -> &'a str {
        self.key
    }

    /// Where the event stands in the store.
    #[must_use]
    pub fn position(&self) -> &'a Position {
        &self.event.position
    }

    /// When it was decided.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.event.recorded_at
    }

    /// The event's id.
    #[must_use]
    pub fn event_id(&self) -> MessageId {
        self.event.event.id
    }

    /// The key of the aggregate that it happened to.
    #[must_use]
    pub fn aggregate_key(&self) -> &'a str {
        self.event.stream.key()
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &'a Metadata {
        &self.event.event.metadata
    }
}
