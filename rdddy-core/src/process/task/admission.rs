//! A task as a reader of events: each becomes a row.

use std::sync::Arc;

use super::Task;
use super::crew::Crew;
use super::row::{Row, row_key};
use crate::host::with_causes;
use crate::process::Begin;
use crate::process::follow::{Delivery, Handled, Handling, Reader};
use crate::runtime::System;
use crate::store::{EventQuery, StoredEvent, Write};

/// See the module.
pub(super) struct Admission<T: Task>(pub(super) Arc<Crew<T>>);

impl<T: Task> Admission<T> {
    fn row(&self, stored: &StoredEvent) -> Result<Write, String> {
        let json = serde_json::to_vec(&Row::of(stored)).map_err(|error| with_causes(&error))?;
        Ok(Write::put(&self.0.tables.owed, row_key(&stored.position), json))
    }
}

impl<T: Task> Reader for Admission<T> {
    fn name(&self) -> &'static str {
        T::name()
    }

    fn query(&self) -> &EventQuery {
        &self.0.query
    }

    fn begins_at_head(&self) -> Option<&str> {
        (T::BEGIN == Begin::Head).then(T::name)
    }

    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>> {
        vec![event.stream.to_string().into()]
    }

    fn handle<'a>(&'a self, _: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a> {
        Box::pin(async move {
            let mut handled = Handled::default();
            for delivery in deliveries {
                match self.row(&delivery.event) {
                    Ok(row) => handled.writes.push(row),
                    Err(why) => handled.failed.push((delivery, why)),
                }
            }
            Ok(handled)
        })
    }

    /// Another process may have admitted events.
    fn loaded(&self) {
        self.0.backlog.read_again();
    }

    fn committed(&self) {
        self.0.backlog.more();
    }
}
