//! Rows that are folded when somebody looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::Folding;
use super::rows::RowsError;
use super::{Projected, Projection};
use crate::limits;
use crate::process::event_set;
use crate::store::{EventQuery, EventStore, Page, Position, Tag};

/// The events of a projection of which nothing is kept.
pub(super) struct Live<P: Projection> {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) folding: Arc<Folding<P>>,
}

impl<P: Projection> Live<P> {
    /// The row of `key`, folded from the events with its tag.
    pub(super) async fn row(&self, key: &str) -> Result<Option<P>, RowsError> {
        let item = event_set::item::<P::Event>();
        let item = match P::KEY {
            None => item,
            Some(name) => match Tag::new(name, key) {
                Ok(tag) => item.and_tag(tag),
                // No event has a tag that cannot be one.
                Err(_) => return Ok(None),
            },
        };
        let mut rows = self.fold(&EventQuery::all().or(item), |found| found == key).await?;
        Ok(rows.remove(key))
    }

    /// All rows, by their keys.
    pub(super) async fn rows(&self) -> Result<BTreeMap<Arc<str>, P>, RowsError> {
        self.fold(&self.folding.query, |_| true).await
    }

    async fn fold(
        &self,
        query: &EventQuery,
        includes: impl Fn(&str) -> bool,
    ) -> Result<BTreeMap<Arc<str>, P>, RowsError> {
        let mut rows: BTreeMap<Arc<str>, Option<P>> = BTreeMap::new();
        let mut after = Position::START;
        loop {
            let Page { events, reached, at_head } =
                self.store.read(query, &after, limits::READ_PAGE_MAX).await?;
            for stored in events {
                let keys = Folding::<P>::keys(&stored);
                let decoded = self.folding.decode(&stored);
                for key in keys.into_iter().filter(|key| includes(key)) {
                    let cx = Projected { event: &stored, key: &key };
                    let row = rows.entry(Arc::clone(&key)).or_default();
                    let folded = match &decoded {
                        Ok(event) => Folding::fold(row, event, &cx),
                        Err(why) => Err(why.clone()),
                    };
                    folded.map_err(|why| RowsError::Poison {
                        key: key.to_string(),
                        event: stored.event.name.to_string(),
                        position: stored.position.clone(),
                        why,
                    })?;
                }
            }
            after = reached;
            if at_head {
                return Ok(rows.into_iter().filter_map(|(key, row)| Some((key, row?))).collect());
            }
        }
    }
}
