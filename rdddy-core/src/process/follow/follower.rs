//! The loop.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::beginning;
use super::control::{Control, Resume};
use super::parking::{Parked, ParkedFault, Parking};
use super::status::Progress;
use crate::host::{Surroundings, Working, with_causes};
use crate::limits;
use crate::runtime::System;
use crate::seam::beside;
use crate::store::{
    AppendError, Commit, CommitError, DocumentStore, EventQuery, EventStore, Page, Position,
    ReadError, StoredEvent, Write,
};

/// Who reads events, and what it does with them.
pub(crate) trait Reader: Send + Sync + 'static {
    /// Its name, of which there is one: also that of its checkpoint.
    fn name(&self) -> &str;

    /// Which events it reads.
    fn query(&self) -> &EventQuery;

    /// The keys that `event` concerns. Events of one key stay in order.
    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>>;

    /// Handles the deliveries, which may have come before.
    fn handle<'a>(&'a self, system: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a>;

    /// Events that are handled between two checkpoints, at most.
    fn page(&self) -> usize {
        limits::FOLLOW_PAGE
    }

    /// Whether the next page is read while one is handled.
    fn reads_ahead(&self) -> bool {
        false
    }

    /// Whether it ends when it has no checkpoint, which somebody else has made for it.
    fn needs_checkpoint(&self) -> bool {
        false
    }

    /// The name by which it is kept where it begins, if that is the head of the store at its first start
    /// rather than the first event.
    fn begins_at_head(&self) -> Option<&str> {
        None
    }

    /// It is at the beginning: nothing has been committed of it.
    fn begins(&self) {}

    /// Forgets what it has not had committed: that did not happen.
    fn reset(&self) {}

    /// It is known again where it was; somebody else may have gone on there.
    fn loaded(&self) {}

    /// Has had committed what it wanted.
    fn committed(&self) {}
}

pub(crate) type Handling<'a> = Pin<Box<dyn Future<Output = Result<Handled, String>> + Send + 'a>>;

/// An event, for one of the keys it concerns.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) key: Arc<str>,
    pub(crate) event: Arc<StoredEvent>,
}

/// What came of deliveries.
#[derive(Debug, Default)]
pub(crate) struct Handled {
    /// What is committed with the checkpoint.
    pub(crate) writes: Vec<Write>,
    /// What could not be handled, and why: the first of each key.
    pub(crate) failed: Vec<(Delivery, String)>,
}

/// How far a reader has read, as a document.
#[derive(Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) position: Position,
}

/// The table of all checkpoints, by the names of their readers.
pub(crate) const CHECKPOINTS: &str = "rdddy.checkpoints";

/// See the module. It holds its system only while it handles a page.
pub(crate) struct Follower<R> {
    system: Weak<System>,
    store: Arc<dyn EventStore>,
    documents: Arc<dyn DocumentStore>,
    busy: Surroundings,
    reader: Arc<R>,
    control: Arc<Control>,
    progress: Arc<Progress>,
    parking: Parking,
    position: Position,
    /// The checkpoint as it is stored.
    stored: Option<Vec<u8>>,
    /// What stands after the position, if it was read beforehand.
    ahead: Option<Page>,
    /// How many events are handled together at present.
    page: usize,
    /// A system that shuts down waits until the store has been let go: dropped last.
    _working: Working,
}

/// Why a turn came to nothing.
pub(super) enum Trouble {
    /// It may pass.
    Passing(String),
    /// Somebody else has moved the checkpoint.
    Overtaken,
    /// What was to be committed at once is more than the store takes.
    TooMuch(String),
    /// There is nothing left to be done.
    Gone,
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Trouble::Overtaken,
            CommitError::Store(error @ AppendError::TooLarge { .. }) => {
                Trouble::TooMuch(with_causes(&error))
            }
            CommitError::Store(error) => Trouble::Passing(with_causes(&error)),
        }
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

impl<R: Reader> Follower<R> {
    /// Starts following; `documents` is where the checkpoint is, and `control` what ends it.
    pub(crate) fn start(
        system: &Arc<System>,
        around: &Surroundings,
        documents: Arc<dyn DocumentStore>,
        reader: Arc<R>,
        control: Arc<Control>,
    ) -> Arc<Progress> {
        let progress = Arc::new(Progress::new(reader.name().into()));
        let follower = Follower {
            system: Arc::downgrade(system),
            store: Arc::clone(&around.store),
            documents,
            busy: around.clone(),
            parking: Parking::new(reader.name()),
            page: reader.page(),
            reader,
            control,
            progress: Arc::clone(&progress),
            position: Position::START,
            stored: None,
            ahead: None,
            _working: Working::new(&around.busy),
        };
        system.seam().spawn(follower.run());
        progress
    }

    async fn run(mut self) {
        let mut loaded = false;
        let mut attempt = 0;
        while !self.control.is_stopped() {
            let turn = if loaded { self.turn().await } else { self.load().await.map(|()| false) };
            match turn {
                Ok(at_head) => {
                    loaded = true;
                    attempt = 0;
                    if at_head {
                        let watching = self.store.watch(&self.position);
                        // An error is met again, and told, by the next read.
                        let _ = self.control.unless_called(watching).await;
                    }
                }
                Err(Trouble::Overtaken) => {
                    self.reader.reset();
                    loaded = false;
                }
                Err(Trouble::Gone) => break,
                Err(Trouble::TooMuch(_)) if self.page > 1 => {
                    self.reader.reset();
                    self.page /= 2;
                    loaded = false;
                }
                Err(Trouble::TooMuch(error) | Trouble::Passing(error)) => {
                    self.reader.reset();
                    loaded = false;
                    tracing::warn!(process = self.reader.name(), error, "cannot go on for now");
                    self.progress.update(|status| status.error = Some(error));
                    let Some(system) = self.system.upgrade() else { break };
                    let sleep = system.seam().sleep(backoff(attempt));
                    drop(system);
                    attempt += 1;
                    let _ = self.control.unless_called(sleep).await;
                }
            }
        }
        self.progress.update(|status| status.running = false);
    }

    /// Finds out where it was.
    async fn load(&mut self) -> Result<(), Trouble> {
        self.stored = self.documents.get(CHECKPOINTS, self.reader.name()).await?;
        self.ahead = None;
        self.position = match &self.stored {
            Some(checkpoint) => serde_json::from_slice::<Checkpoint>(checkpoint)?.position,
            None if self.reader.needs_checkpoint() => return Err(Trouble::Gone),
            None => match self.reader.begins_at_head() {
                Some(key) => beginning::at_head(key, &*self.store, &*self.documents).await?,
                None => Position::START,
            },
        };
        let table = Parking::table(self.reader.name());
        self.parking = Parking::new(self.reader.name());
        let mut after: Option<String> = None;
        loop {
            let page = self.documents.page(&table, after.as_deref(), limits::READ_PAGE_MAX).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for document in &page {
                self.parking.load(&document.data)?;
            }
        }
        if self.position == Position::START && self.parking.is_empty() {
            self.reader.begins();
        }
        self.reader.loaded();
        let parked = self.parking.all().cloned().collect();
        let position = self.position.clone();
        self.progress.update(|status| {
            status.position = position;
            status.parked = parked;
        });
        Ok(())
    }

    /// Handles a page, or what is wanted from outside; whether there is nothing more for now.
    async fn turn(&mut self) -> Result<bool, Trouble> {
        if let Some(Resume { key, done }) = self.control.request() {
            let resumed = self.resume(&key).await;
            // Nobody may be waiting any more.
            let _ = done.send(matches!(resumed, Ok(true)));
            return resumed.map(|_| false);
        }
        let Some(page) = self.next_page().await? else { return Ok(false) };
        let (reached, at_head) = (page.reached.clone(), page.at_head);
        if page.events.is_empty() {
            // Nothing of interest up to here: not worth a commit.
            self.position = reached.clone();
            self.progress.update(|status| {
                status.position = reached;
                status.at_head = at_head;
                status.error = None;
            });
            return Ok(at_head);
        }
        let Some(system) = self.system.upgrade() else {
            self.control.stop();
            return Ok(false);
        };
        let _working = Working::new(&self.busy.busy);
        if at_head || !self.reader.reads_ahead() {
            self.handle(&system, page).await?;
            return Ok(at_head);
        }
        let (store, control) = (Arc::clone(&self.store), Arc::clone(&self.control));
        let (query, limit) = (self.reader.query().clone(), self.page);
        let reading = async { control.unless_called(read(&*store, &query, &reached, limit)).await };
        let (handled, ahead) = beside(self.handle(&system, page), reading).await;
        handled?;
        // One that could not be read is read again, and its error met then.
        self.ahead = ahead.and_then(Result::ok);
        Ok(false)
    }

    /// What stands after the position, unless something is wanted from outside.
    async fn next_page(&mut self) -> Result<Option<Page>, Trouble> {
        if let Some(page) = self.ahead.take() {
            return Ok(Some(page));
        }
        let (query, limit) = (self.reader.query(), self.page);
        let reading = read(&*self.store, query, &self.position, limit);
        Ok(self.control.unless_called(reading).await.transpose()?)
    }

    /// Handles a page with events, and moves the checkpoint behind it.
    async fn handle(&mut self, system: &Arc<System>, page: Page) -> Result<(), Trouble> {
        let Page { events, reached, at_head } = page;
        let began = system.seam().timestamp();
        let (count, last) = (events.len() as u64, events.last().map(|event| event.recorded_at));
        let deliveries = self.deliveries(events);
        let Handled { mut writes, failed } =
            self.reader.handle(system, deliveries).await.map_err(Trouble::Passing)?;
        let faults = self.park(system, failed, &mut writes)?;
        let checkpoint = serde_json::to_vec(&Checkpoint { position: reached.clone() })?;
        self.commit(checkpoint, writes).await?;
        self.page = (self.page * 2).min(self.reader.page());
        self.position = reached.clone();
        let now = system.seam().timestamp();
        let lag = last.map(|last| Progress::lag(now, last));
        let parked = (!faults.is_empty()).then(|| self.parking.all().cloned().collect());
        self.progress.update(|status| {
            status.position = reached;
            status.at_head = at_head;
            status.lag = lag;
            status.handled += count;
            status.rate = Progress::rate(count, Progress::lag(now, began)).or(status.rate);
            status.error = None;
            status.parked = parked.unwrap_or(std::mem::take(&mut status.parked));
        });
        for fault in faults {
            system.publish_shared(Arc::new(fault), None).await;
        }
        Ok(())
    }

    async fn commit(&mut self, checkpoint: Vec<u8>, mut writes: Vec<Write>) -> Result<(), Trouble> {
        let name = self.reader.name();
        let data = self.stored.take();
        let before = Write { table: CHECKPOINTS.into(), key: name.into(), data };
        writes.push(Write::put(CHECKPOINTS, name, checkpoint.clone()));
        let commit = Commit { expected: Some(before), cleared: Vec::new(), writes };
        self.documents.commit(commit).await?;
        self.stored = Some(checkpoint);
        self.reader.committed();
        Ok(())
    }

    /// What is delivered of a page: not to keys that are parked.
    fn deliveries(&self, events: Vec<StoredEvent>) -> Vec<Delivery> {
        let mut deliveries = Vec::with_capacity(events.len());
        for event in events {
            let event = Arc::new(event);
            for key in self.reader.keys(&event) {
                if self.parking.is_empty() || self.parking.get(&key).is_none() {
                    deliveries.push(Delivery { key, event: Arc::clone(&event) });
                }
            }
        }
        deliveries
    }

    fn park(
        &mut self,
        system: &System,
        failed: Vec<(Delivery, String)>,
        writes: &mut Vec<Write>,
    ) -> Result<Vec<ParkedFault>, Trouble> {
        let mut faults = Vec::new();
        for (Delivery { key, event }, error) in failed {
            let parked = Parked {
                key: (*key).to_owned(),
                position: event.position.clone(),
                after: self.position.clone(),
                event: event.event.id,
                name: event.event.name.to_string(),
                error,
                at: system.seam().timestamp(),
            };
            tracing::warn!(
                process = self.reader.name(),
                key = parked.key,
                event = parked.name,
                position = %parked.position,
                error = parked.error,
                "parked"
            );
            writes.push(self.parking.park(parked.clone())?);
            faults.push(ParkedFault { process: self.reader.name().into(), parked });
        }
        Ok(faults)
    }

    /// Handles what has waited behind a parked event of `key`; whether the key goes on.
    async fn resume(&mut self, key: &str) -> Result<bool, Trouble> {
        let Some(parked) = self.parking.get(key).cloned() else { return Ok(false) };
        let Some(system) = self.system.upgrade() else { return Ok(false) };
        let _working = Working::new(&self.busy.busy);
        let waiting = self.waiting(key, &parked).await?;
        let Handled { mut writes, failed } =
            self.reader.handle(&system, waiting).await.map_err(Trouble::Passing)?;
        writes.push(self.parking.unpark(key));
        let goes_on = failed.is_empty();
        let mut faults = self.park(&system, failed, &mut writes)?;
        for fault in &mut faults {
            // Where this key is read from has not changed.
            fault.parked.after = parked.after.clone();
            writes.push(self.parking.park(fault.parked.clone())?);
        }
        let checkpoint = serde_json::to_vec(&Checkpoint { position: self.position.clone() })?;
        self.commit(checkpoint, writes).await?;
        let parked = self.parking.all().cloned().collect();
        self.progress.update(|status| status.parked = parked);
        for fault in faults {
            system.publish_shared(Arc::new(fault), None).await;
        }
        Ok(goes_on)
    }

    /// The events of a parked key, from the one it was parked for to the checkpoint.
    async fn waiting(&self, key: &str, parked: &Parked) -> Result<Vec<Delivery>, Trouble> {
        let (mut after, mut waiting) = (parked.after.clone(), Vec::new());
        while !after.reached(&self.position) {
            let Page { events, reached, .. } =
                self.store.read(self.reader.query(), &after, limits::READ_PAGE_MAX).await?;
            after = reached;
            for event in events {
                let handled = !event.position.reached(&parked.position);
                if handled || !self.position.reached(&event.position) {
                    continue;
                }
                let event = Arc::new(event);
                let keys = self.reader.keys(&event);
                let found = keys.into_iter().find(|found| **found == *key);
                waiting.extend(found.map(|key| Delivery { key, event: Arc::clone(&event) }));
            }
        }
        Ok(waiting)
    }
}

/// How long to wait before the attempt after this one.
fn backoff(attempt: u32) -> Duration {
    limits::FOLLOW_RETRY.saturating_mul(1 << attempt.min(10)).min(limits::FOLLOW_RETRY_MAX)
}

/// A page of at most `limit` events, which may be more than one of the store's.
async fn read(
    store: &dyn EventStore,
    query: &EventQuery,
    after: &Position,
    limit: usize,
) -> Result<Page, ReadError> {
    let mut page = store.read(query, after, limit).await?;
    while !page.at_head && page.events.len() < limit {
        let next = store.read(query, &page.reached, limit - page.events.len()).await?;
        page.events.extend(next.events);
        (page.reached, page.at_head) = (next.reached, next.at_head);
    }
    Ok(page)
}
