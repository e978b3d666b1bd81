//! A table of rows as a reader of events.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use super::cache::RowCache;
use super::{Projected, Projection, Row, TheRow};
use crate::domain::{KeyStore, with_keys};
use crate::host::{Surroundings, with_causes};
use crate::limits;
use crate::process::event_set;
use crate::process::follow::{Delivery, Handled, Handling, Reader};
use crate::runtime::{System, panic_message};
use crate::seam::side_by_side;
use crate::seam::sync::lock;
use crate::store::{DocumentStore, EventDecoder, EventQuery, StoredEvent, Write};

/// How the events of a projection are read and folded.
pub(super) struct Folding<P: Projection> {
    pub(super) query: EventQuery,
    decoder: EventDecoder<P::Event>,
    pub(super) encryption: Option<Arc<dyn KeyStore>>,
}

impl<P: Projection> Folding<P> {
    pub(super) fn new(around: &Surroundings) -> Self {
        Folding {
            query: event_set::query::<P::Event>(),
            decoder: event_set::decoder::<P::Event>(&around.upcasters),
            encryption: around.keys.clone(),
        }
    }

    /// The keys of the rows that `event` concerns.
    pub(super) fn keys(event: &StoredEvent) -> Vec<Arc<str>> {
        let Some(name) = P::KEY else { return vec![TheRow::KEY.into()] };
        let tags = event.event.tags.iter().filter(|tag| tag.name() == name);
        let mut keys: Vec<Arc<str>> = Vec::new();
        for tag in tags {
            if !keys.iter().any(|key| **key == *tag.value()) {
                keys.push(tag.value().into());
            }
        }
        keys
    }

    pub(super) fn decode(&self, stored: &StoredEvent) -> Result<P::Event, String> {
        let decoded = with_keys(self.encryption.as_ref(), || self.decoder.decode(&stored.event));
        decoded.map_err(|error| with_causes(&error))
    }

    /// Folds one event into a row, which may be half changed when that fails.
    pub(super) fn fold(
        row: &mut Option<P>,
        event: &P::Event,
        cx: &Projected<'_>,
    ) -> Result<(), String> {
        let present = row.get_or_insert_with(P::default);
        let outcome = catch_unwind(AssertUnwindSafe(|| present.project(event, cx)))
            .unwrap_or_else(|panic| Err(format!("it panicked: {}", panic_message(&*panic))));
        if outcome? == Row::Remove {
            *row = None;
        }
        Ok(())
    }
}

/// See the module.
pub(super) struct TableReader<P: Projection> {
    name: String,
    folding: Arc<Folding<P>>,
    documents: Arc<dyn DocumentStore>,
    cache: Mutex<RowCache<P>>,
}

/// What folding deliveries has led to.
#[derive(Default)]
struct Folded {
    /// The keys of the rows that have changed, in the order in which they first did.
    changed: Vec<Arc<str>>,
    /// The first failure of each key, by its place among the deliveries.
    failed: BTreeMap<Arc<str>, (usize, String)>,
}

/// The event that was decoded last, and what came of it.
type Latest<'a, E> = Option<(&'a Arc<StoredEvent>, Result<E, String>)>;

impl<P: Projection> TableReader<P> {
    pub(super) fn new(
        name: String,
        folding: Arc<Folding<P>>,
        documents: Arc<dyn DocumentStore>,
    ) -> Self {
        let cache = Mutex::new(RowCache::new(limits::PROJECTION_ROWS_MAX / 2));
        TableReader { name, folding, documents, cache }
    }

    /// Makes sure that the rows of these keys are known; which of them cannot be read.
    async fn load<'a>(
        &self,
        keys: impl Iterator<Item = &'a Arc<str>>,
    ) -> Result<BTreeMap<Arc<str>, String>, String> {
        let unknown: BTreeSet<Arc<str>> = {
            let mut cache = lock(&self.cache);
            keys.filter(|key| !cache.knows(key)).cloned().collect()
        };
        let (mut unreadable, mut failed) = (BTreeMap::new(), None);
        let get = |key: Arc<str>| async move {
            let found = self.documents.get(&self.name, &key).await;
            (key, found)
        };
        side_by_side(unknown, limits::FOLLOW_WIDTH, get, |(key, found)| {
            let read = |json: Vec<u8>| {
                with_keys(self.folding.encryption.as_ref(), || serde_json::from_slice(&json))
            };
            match found.map(|found| found.map(read).transpose()) {
                Ok(Ok(row)) => lock(&self.cache).put(key, row),
                Ok(Err(error)) => {
                    let why = format!("its row cannot be read: {}", with_causes(&error));
                    unreadable.insert(key, why);
                }
                Err(error) => failed = Some(with_causes(&error)),
            }
        })
        .await;
        failed.map_or(Ok(unreadable), Err)
    }

    /// Folds what `includes` says of the deliveries into the rows, which are known.
    fn fold(&self, deliveries: &[Delivery], includes: impl Fn(usize, &Delivery) -> bool) -> Folded {
        let mut folded = Folded::default();
        let mut cache = lock(&self.cache);
        // An event that concerns several rows is decoded once.
        let mut latest: Latest<'_, P::Event> = None;
        for (nth, delivery) in deliveries.iter().enumerate() {
            let Delivery { key, event: stored } = delivery;
            if folded.failed.contains_key(key) || !includes(nth, delivery) {
                continue;
            }
            let decoded = match &mut latest {
                Some((of, decoded)) if Arc::ptr_eq(of, stored) => decoded,
                other => &mut other.insert((stored, self.folding.decode(stored))).1,
            };
            let cx = Projected { event: stored, key };
            let Some(known) = cache.get(key) else { continue };
            let outcome = match decoded {
                Ok(event) => Folding::fold(&mut known.row, event, &cx),
                Err(why) => Err(why.clone()),
            };
            if let Err(why) = outcome {
                folded.failed.insert(Arc::clone(key), (nth, why));
            } else if !std::mem::replace(&mut known.has_changed, true) {
                folded.changed.push(Arc::clone(key));
            }
        }
        folded
    }

    /// Folds the rows that failed again, up to where they did.
    async fn fold_again(&self, deliveries: &[Delivery], folded: &mut Folded) -> Result<(), String> {
        if folded.failed.is_empty() {
            return Ok(());
        }
        folded.failed.keys().for_each(|key| lock(&self.cache).forget(key));
        folded.changed.retain(|key| !folded.failed.contains_key(key));
        // They could be read a moment ago, and nothing of them has been written since.
        let unreadable = self.load(folded.failed.keys()).await?;
        let failed = std::mem::take(&mut folded.failed);
        let again = self.fold(deliveries, |nth, delivery| {
            let ends = failed.get(&delivery.key).map_or(0, |(end, _)| *end);
            nth < ends && !unreadable.contains_key(&delivery.key)
        });
        folded.changed.extend(again.changed);
        folded.failed = failed;
        for (key, failure) in again.failed {
            // It does not do the same twice.
            lock(&self.cache).forget(&key);
            folded.changed.retain(|changed| *changed != key);
            folded.failed.insert(key, failure);
        }
        Ok(())
    }

    /// What is to be written for the rows that have changed.
    fn writes(&self, changed: &[Arc<str>]) -> Result<Vec<Write>, (Arc<str>, String)> {
        let mut cache = lock(&self.cache);
        let mut writes = Vec::with_capacity(changed.len() + 1);
        for key in changed {
            let failed = |why: String| (Arc::clone(key), why);
            let Some(known) = cache.get(key) else { continue };
            let Some(row) = &known.row else {
                writes.push(Write::remove(&*self.name, &**key));
                continue;
            };
            let written = with_keys(self.folding.encryption.as_ref(), || serde_json::to_vec(row));
            let json =
                written.map_err(|error| failed(format!("its row cannot be written: {error}")))?;
            let (size, most) = (json.len(), limits::ENCODED_MESSAGE_MAX);
            if size > most {
                return Err(failed(format!("its row has {size} bytes, more than {most}")));
            }
            writes.push(Write::put(&*self.name, &**key, json));
        }
        Ok(writes)
    }

    async fn handle(&self, deliveries: Vec<Delivery>) -> Result<Handled, String> {
        let unreadable = self.load(deliveries.iter().map(|delivery| &delivery.key)).await?;
        let mut folded =
            self.fold(&deliveries, |_, delivery| !unreadable.contains_key(&delivery.key));
        self.fold_again(&deliveries, &mut folded).await?;
        let first = |key: &Arc<str>| deliveries.iter().position(|one| one.key == *key);
        let writes = loop {
            match self.writes(&folded.changed) {
                Ok(writes) => break writes,
                // Nothing of the page is kept of a row that cannot be written.
                Err((key, why)) => {
                    lock(&self.cache).forget(&key);
                    folded.changed.retain(|changed| *changed != key);
                    if let Some(nth) = first(&key) {
                        folded.failed.insert(key, (nth, why));
                    }
                }
            }
        };
        for (key, why) in unreadable {
            if let Some(nth) = first(&key) {
                folded.failed.insert(key, (nth, why));
            }
        }
        let mut cache = lock(&self.cache);
        for key in &folded.changed {
            if let Some(known) = cache.get(key) {
                known.has_changed = false;
            }
        }
        let failed = folded.failed.into_values();
        let failed = failed.filter_map(|(nth, why)| Some((deliveries.get(nth)?.clone(), why)));
        Ok(Handled { writes, failed: failed.collect() })
    }
}

impl<P: Projection> Reader for TableReader<P> {
    fn name(&self) -> &str {
        &self.name
    }

    fn query(&self) -> &EventQuery {
        &self.folding.query
    }

    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>> {
        Folding::<P>::keys(event)
    }

    fn handle<'a>(&'a self, _: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a> {
        Box::pin(self.handle(deliveries))
    }

    fn page(&self) -> usize {
        limits::PROJECTION_PAGE
    }

    fn reads_ahead(&self) -> bool {
        true
    }

    /// A table without a checkpoint has been dropped.
    fn needs_checkpoint(&self) -> bool {
        true
    }

    fn begins(&self) {
        lock(&self.cache).begin();
    }

    fn reset(&self) {
        lock(&self.cache).clear();
    }

    fn committed(&self) {
        lock(&self.cache).shrink();
    }
}
