//! All instances of one saga: found by their keys, told what happens, and written down.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;

use super::awaited::Awaited;
use super::instance::Instance;
use super::record::{Heard, Record};
use super::view::SagaState;
use super::{Saga, drive};
use crate::domain::with_keys;
use crate::host::{Surroundings, with_causes};
use crate::limits;
use crate::message::{Metadata, Timestamp};
use crate::process::Begin;
use crate::process::event_set;
use crate::process::follow::{Control, Delivery, Handled, Handling, Reader, by_key};
use crate::process::timers::Timers;
use crate::runtime::{System, panic_message};
use crate::seam::sync::lock;
use crate::store::{
    Append, AppendError, Commit, DocumentStore, EventDecoder, EventQuery, Expected, NewEvent,
    StoredEvent, StreamName, Version, Write,
};

/// See the module.
pub(super) struct Manager<S: Saga> {
    pub(super) around: Surroundings,
    pub(super) documents: Arc<dyn DocumentStore>,
    pub(super) system: Weak<System>,
    pub(super) control: Arc<Control>,
    pub(super) timers: Timers,
    name: &'static str,
    query: EventQuery,
    decoder: EventDecoder<S::Event>,
    /// Whether it begins new instances; code that is kept for the running ones does not.
    begins: bool,
    slots: Mutex<BTreeMap<Arc<str>, Arc<Slot<S>>>>,
    pub(super) awaited: Awaited,
    /// Times that ran out when it no longer mattered.
    pub(super) late: AtomicU64,
}

/// The place of an instance; nothing in it until it is needed.
pub(super) struct Slot<S: Saga> {
    pub(super) key: Arc<str>,
    pub(super) instance: AsyncMutex<Option<Instance<S>>>,
    /// Whether somebody is carrying out its commands.
    pub(super) driven: Mutex<bool>,
    /// What the index said of it when it was taken up, until that has been compared: a process that dies
    /// may have written more about the instance than the index knows.
    pub(super) indexed: Mutex<Option<Summary>>,
    /// Whether it was needed since the manager last looked for places that are not.
    used: AtomicBool,
}

/// What the index knows of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Summary {
    pub(super) version: u32,
    pub(super) state: SagaState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

impl Summary {
    fn of<S: Saga>(instance: &Instance<S>) -> Self {
        let view = instance.view();
        Summary {
            version: view.version,
            state: view.state,
            deadline: view.deadline.filter(|_| !view.state.has_ended()),
            why: view.why,
        }
    }
}

/// Why an instance could not be read or written.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The store does not answer; or somebody else has written, and it has to be read again.
    Passing(String),
    /// It cannot be understood.
    Lasting(String),
}

impl<S: Saga> Manager<S> {
    pub(super) fn new(
        system: &Arc<System>,
        around: &Surroundings,
        documents: Arc<dyn DocumentStore>,
        name: &'static str,
        begins: bool,
    ) -> Self {
        Manager {
            around: around.clone(),
            documents,
            system: Arc::downgrade(system),
            control: Arc::default(),
            timers: Timers::default(),
            name,
            query: event_set::query::<S::Event>(),
            decoder: event_set::decoder::<S::Event>(&around.upcasters),
            begins,
            slots: Mutex::default(),
            awaited: Awaited::default(),
            late: AtomicU64::new(0),
        }
    }

    pub(super) fn index() -> String {
        format!("rdddy.sagas/{}", S::name())
    }

    pub(super) fn slot(&self, key: &str) -> Arc<Slot<S>> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(key) {
            slot.used.store(true, Ordering::Relaxed);
            return Arc::clone(slot);
        }
        if slots.len() >= limits::SAGAS_LOADED_MAX {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        let key: Arc<str> = key.into();
        let slot = Arc::new(Slot {
            key: Arc::clone(&key),
            instance: AsyncMutex::new(None),
            driven: Mutex::new(false),
            indexed: Mutex::new(None),
            used: AtomicBool::new(true),
        });
        if slots.is_empty() {
            // From now on somebody looks for those that are not needed.
            self.timers.wake();
        }
        slots.insert(key, Arc::clone(&slot));
        slot
    }

    /// An instance that has ended needs no place.
    pub(super) fn forget(&self, key: &str) {
        lock(&self.slots).remove(key);
    }

    /// Lets go of an instance that nobody is at. It is read again when it is needed.
    pub(super) fn let_go(&self, key: &str) {
        let mut slots = lock(&self.slots);
        // Whoever is at one holds a share of its place, and finds it under this lock.
        if slots.get(key).is_some_and(|slot| Arc::strong_count(slot) == 1) {
            slots.remove(key);
        }
    }

    /// Lets go of the instances that nobody has needed since this was last called.
    pub(super) fn let_go_of_unused(&self) {
        lock(&self.slots).retain(|_, slot| {
            slot.used.swap(false, Ordering::Relaxed) || Arc::strong_count(slot) > 1
        });
    }

    /// Whether there are instances in memory.
    pub(super) fn has_loaded(&self) -> bool {
        !lock(&self.slots).is_empty()
    }

    pub(super) fn stream(key: &str) -> Result<StreamName, Trouble> {
        StreamName::new(S::name(), key).map_err(|error| Trouble::Lasting(error.to_string()))
    }

    /// Reads the instance, unless it is there.
    pub(super) async fn load<'a>(
        &self,
        key: &str,
        place: &'a mut Option<Instance<S>>,
    ) -> Result<&'a mut Instance<S>, Trouble> {
        if place.is_none() {
            let stream = Self::stream(key)?;
            let mut instance = Instance::new(key);
            loop {
                let from = instance.version.next();
                let page = self.around.store.read_stream(&stream, from, limits::READ_PAGE_MAX);
                let page = page.await.map_err(|error| Trouble::Passing(with_causes(&error)))?;
                for stored in &page {
                    self.replay(&mut instance, stored)?;
                }
                if page.len() < limits::READ_PAGE_MAX {
                    break;
                }
            }
            *place = Some(instance);
        }
        place.as_mut().ok_or_else(|| Trouble::Passing("it was not read".to_owned()))
    }

    fn replay(&self, instance: &mut Instance<S>, stored: &StoredEvent) -> Result<(), Trouble> {
        let unreadable = |why: String| {
            let (stream, version) = (&stored.stream, stored.version);
            Trouble::Lasting(format!("event {version} of `{stream}` cannot be read: {why}"))
        };
        let record = serde_json::from_slice(&stored.event.data);
        let record = record.map_err(|error| unreadable(error.to_string()))?;
        self.apply(instance, record).map_err(unreadable)?;
        instance.version = stored.version;
        Ok(())
    }

    /// Changes an instance as a record says. The code of the saga may panic.
    pub(super) fn apply(&self, instance: &mut Instance<S>, record: Record) -> Result<(), String> {
        with_keys(self.around.keys.as_ref(), || {
            catch_unwind(AssertUnwindSafe(|| instance.apply(record, &self.decoder)))
                .unwrap_or_else(|panic| Err(format!("it panicked: {}", panic_message(&*panic))))
        })
    }

    /// Writes records that have been applied to `place`; takes the instance out of it if that fails.
    pub(super) async fn write(
        &self,
        system: &System,
        place: &mut Option<Instance<S>>,
        records: Vec<Record>,
        cause: &Metadata,
    ) -> Result<(), Trouble> {
        let Some(instance) = place.as_mut() else { return Ok(()) };
        if records.is_empty() {
            return Ok(());
        }
        let written = self.append(system, instance, records, cause).await;
        if written.is_err() {
            *place = None;
        }
        written
    }

    async fn append(
        &self,
        system: &System,
        instance: &mut Instance<S>,
        records: Vec<Record>,
        cause: &Metadata,
    ) -> Result<(), Trouble> {
        let stream = Self::stream(&instance.key)?;
        let now = system.seam().timestamp();
        let events: Result<Vec<_>, serde_json::Error> = records
            .iter()
            .map(|record| {
                let id = system.seam().message_id();
                Ok(NewEvent {
                    id,
                    name: record.name().into(),
                    schema: 1,
                    data: serde_json::to_vec(record)?,
                    tags: Vec::new(),
                    metadata: cause.caused(id, now),
                })
            })
            .collect();
        let events = events.map_err(|error| Trouble::Lasting(error.to_string()))?;
        let count = events.len() as u64;
        let before = instance.version;
        let append = Append::new(now).to(stream, Expected::Version(before), events);
        match self.around.store.append(append).await {
            Ok(_) => {
                instance.version = Version(before.0 + count);
                if records.iter().any(Record::settles) {
                    self.awaited.settle(&instance.key);
                }
                Ok(())
            }
            Err(error @ AppendError::TooLarge { .. }) => Err(Trouble::Lasting(with_causes(&error))),
            Err(error) => Err(Trouble::Passing(with_causes(&error))),
        }
    }

    /// Tells the index where an instance is, unless it said so when that was taken up.
    pub(super) async fn compare(
        &self,
        slot: &Slot<S>,
        instance: &Instance<S>,
    ) -> Result<(), Trouble> {
        let said = lock(&slot.indexed).clone();
        if said.is_some_and(|said| said != Summary::of(instance)) {
            self.note(instance).await?;
        }
        *lock(&slot.indexed) = None;
        Ok(())
    }

    /// Tells the index where an instance is.
    pub(super) async fn note(&self, instance: &Instance<S>) -> Result<(), Trouble> {
        let summary = Summary::of(instance);
        match summary.deadline.filter(|_| summary.state == SagaState::Running) {
            Some(deadline) => self.timers.set(&instance.key, deadline),
            None => self.timers.cancel(&instance.key),
        }
        let json = serde_json::to_vec(&summary);
        let json = json.map_err(|error| Trouble::Lasting(error.to_string()))?;
        let writes = vec![Write::put(Self::index(), &instance.key, json)];
        let commit = Commit { writes, ..Commit::default() };
        self.documents.commit(commit).await.map_err(|error| Trouble::Passing(with_causes(&error)))
    }

    /// Tells the instance what has happened; whether it has something to do now.
    async fn tell(&self, system: &Arc<System>, delivery: &Delivery) -> Result<bool, Trouble> {
        let slot = self.slot(&delivery.key);
        let mut place = slot.instance.lock().await;
        let instance = self.load(&delivery.key, &mut place).await?;
        let stored = &delivery.event;
        let is_ours = instance.code().is_none_or(|code| code == S::VERSION);
        if !is_ours || instance.has_heard(&stored.position) || instance.state().has_ended() {
            // What was interrupted is taken up again.
            if is_ours && instance.code().is_some() {
                self.note(instance).await?;
            }
            return Ok(is_ours);
        }
        let mut records = Vec::new();
        let begins = instance.code().is_none();
        if begins {
            let decoded =
                with_keys(self.around.keys.as_ref(), || self.decoder.decode(&stored.event));
            let event = decoded.map_err(|error| Trouble::Lasting(with_causes(&error)))?;
            if !self.begins || !S::role(&event).starts {
                return Ok(false);
            }
            let now = system.seam().timestamp();
            let deadline = S::TIMEOUT.map(|timeout| Timestamp(now.0.saturating_add(timeout)));
            records.push(Record::Started { version: S::VERSION, deadline });
        }
        let data = serde_json::from_slice(&stored.event.data);
        records.push(Record::Heard(Heard {
            position: stored.position.clone(),
            at: stored.recorded_at,
            name: stored.event.name.to_string(),
            schema: stored.event.schema,
            data: data.map_err(|error| Trouble::Lasting(error.to_string()))?,
            metadata: stored.event.metadata.clone(),
            id: stored.event.id,
        }));
        let told = self.react(instance, &mut records);
        if let Err(why) = told {
            *place = None;
            return Err(Trouble::Lasting(why));
        }
        let cause = stored.event.metadata.clone();
        let started = self.write(system, &mut place, records, &cause).await;
        started?;
        if begins && let Some(instance) = place.as_ref() {
            self.note(instance).await?;
        }
        Ok(true)
    }

    /// Applies the records, and what follows from the last of them.
    fn react(&self, instance: &mut Instance<S>, records: &mut Vec<Record>) -> Result<(), String> {
        for record in records.iter() {
            self.apply(instance, record.clone())?;
        }
        for record in instance.reactions() {
            self.apply(instance, record.clone())?;
            records.push(record);
        }
        Ok(())
    }
}

/// A manager as a reader of events.
pub(super) struct Listening<S: Saga>(pub(super) Arc<Manager<S>>);

impl<S: Saga> Reader for Listening<S> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn query(&self) -> &EventQuery {
        &self.0.query
    }

    /// All versions begin at the same place: what a former one has not heard yet is not lost.
    fn begins_at_head(&self) -> Option<&str> {
        (S::BEGIN == Begin::Head).then(S::name)
    }

    /// The values of the tag that says which instance an event is for.
    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>> {
        let tags = event.event.tags.iter().filter(|tag| tag.name() == S::KEY);
        tags.map(|tag| tag.value().into()).collect()
    }

    fn handle<'a>(&'a self, system: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a> {
        Box::pin(async move {
            // Each delivery that meets a store that does not answer ends the whole page.
            let passing = Mutex::new(None);
            let failed = by_key(deliveries, limits::FOLLOW_WIDTH, |delivery| {
                let passing = &passing;
                async move {
                    match self.0.tell(system, &delivery).await {
                        Ok(true) => drive::start(&self.0, system, &self.0.slot(&delivery.key)),
                        Ok(false) => {}
                        Err(Trouble::Lasting(why)) => return Err(why),
                        Err(Trouble::Passing(why)) => {
                            *lock(passing) = Some(why.clone());
                            return Err(why);
                        }
                    }
                    Ok(())
                }
            })
            .await;
            match lock(&passing).take() {
                Some(why) => Err(why),
                None => Ok(Handled { writes: Vec::new(), failed }),
            }
        })
    }
}
