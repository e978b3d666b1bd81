//! Running a saga, and looking after its instances.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::Saga;
use super::drive;
use super::manager::{Listening, Manager, Summary, Trouble};
use super::record::Record;
use super::view::{CancelError, Drift, SagaState, SagaView};
use crate::host::{self, HostError, Process, Running, Surroundings, Working};
use crate::limits;
use crate::process::follow::{FollowStatus, Follower, Progress};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::seam::first;
use crate::seam::sync::lock;
use crate::store::Position;

/// A saga that a system runs: its instances, to be looked at and looked after. Clones are cheap.
pub struct SagaHandle<S: Saga> {
    running: Arc<RunningSaga<S>>,
}

impl<S: Saga> Clone for SagaHandle<S> {
    fn clone(&self) -> Self {
        SagaHandle { running: Arc::clone(&self.running) }
    }
}

impl<S: Saga> fmt::Debug for SagaHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SagaHandle<{}>", S::name())
    }
}

struct RunningSaga<S: Saga> {
    manager: Arc<Manager<S>>,
    progress: Arc<Progress>,
}

impl<S: Saga> Running for RunningSaga<S> {
    fn stop(&self) {
        self.manager.control.stop();
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// A saga to be run.
struct Configured<S> {
    name: &'static str,
    begins: bool,
    saga: std::marker::PhantomData<fn() -> S>,
}

impl<S: Saga> Configured<S> {
    fn new(begins: bool) -> Self {
        let name = follower_name(S::name(), S::VERSION);
        Configured { name, begins, saga: std::marker::PhantomData }
    }
}

impl<S: Saga> Process for Configured<S> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<S>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        let documents = around.documents.clone();
        let documents = documents.ok_or(HostError::NoDocuments { process: S::name() })?;
        let manager =
            Arc::new(Manager::<S>::new(system, around, documents.clone(), self.name, self.begins));
        let reader = Arc::new(Listening(Arc::clone(&manager)));
        let control = Arc::clone(&manager.control);
        let progress = Follower::start(system, around, documents, reader, control);
        system.seam().spawn(take_up(Arc::clone(&manager)));
        system.seam().spawn(drive::keep_time(Arc::clone(&manager)));
        Ok(Arc::new(RunningSaga { manager, progress }))
    }
}

/// The name of the follower of a saga, which lives as long as the program: there are as many as there
/// are sagas in it.
fn follower_name(saga: &'static str, version: u32) -> &'static str {
    static NAMES: Mutex<BTreeMap<(&str, u32), &str>> = Mutex::new(BTreeMap::new());
    let made = || &*format!("{saga}@{version}").leak();
    lock(&NAMES).entry((saga, version)).or_insert_with(made)
}

/// Takes up the instances that were on their way when the system last ended.
async fn take_up<S: Saga>(manager: Arc<Manager<S>>) {
    let _working = Working::new(&manager.around.busy);
    let mut after: Option<String> = None;
    while !manager.control.is_stopped() {
        let table = Manager::<S>::index();
        let page = manager.documents.page(&table, after.as_deref(), limits::FOLLOW_PAGE).await;
        let Some(system) = manager.system.upgrade() else { return };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(saga = S::name(), %error, "cannot take up its instances for now");
                let pause = system.seam().sleep(limits::FOLLOW_RETRY_MAX / 50);
                drop(system);
                let _ = manager.control.unless_called(pause).await;
                continue;
            }
        };
        let Some(last) = page.last() else { return };
        after = Some(last.key.clone());
        for document in &page {
            let Ok(summary) = serde_json::from_slice::<Summary>(&document.data) else {
                tracing::error!(saga = S::name(), key = document.key, "malformed in the index");
                continue;
            };
            if summary.version != S::VERSION || summary.state.has_ended() {
                continue;
            }
            if let Some(deadline) = summary.deadline {
                manager.timers.set(&document.key, deadline);
            }
            let slot = manager.slot(&document.key);
            *lock(&slot.indexed) = Some(summary);
            drive::start(&manager, &system, &slot);
        }
    }
}

impl SystemBuilder {
    /// Runs the saga `S`: it follows the events of the store, from where it was when it last ran.
    pub fn saga<S: Saga>(self) -> Self {
        self.process(Configured::<S>::new(true))
    }

    /// Runs an earlier version of a saga for as long as there are instances that began with it. It
    /// begins no new ones.
    pub fn retired_saga<S: Saga>(self) -> Self {
        self.process(Configured::<S>::new(false))
    }
}

impl ActorSystem {
    /// The saga `S`, if the system runs it.
    #[must_use]
    pub fn saga<S: Saga>(&self) -> Option<SagaHandle<S>> {
        Some(SagaHandle { running: host::running(self.inner(), TypeId::of::<S>())? })
    }
}

impl<S: Saga> SagaHandle<S> {
    /// How far it has heard. An event that it could not hear parks the key of its instance.
    #[must_use]
    pub fn status(&self) -> FollowStatus {
        self.running.progress.status()
    }

    /// Waits until everything up to `position` has been heard, or parked: whether it has been when the
    /// saga ended. What follows from it may still be under way.
    pub async fn wait_for(&self, position: &Position) -> bool {
        self.running.progress.reached(position).await
    }

    /// How often a time was up when that no longer mattered, since the start of the system.
    #[must_use]
    pub fn late_timers(&self) -> u64 {
        self.running.manager.late.load(Ordering::Relaxed)
    }

    /// The instance with this key, as its stream says; none before it has begun.
    ///
    /// # Errors
    ///
    /// [`CancelError::Unavailable`] when it cannot be read.
    pub async fn show(&self, key: &str) -> Result<Option<SagaView>, CancelError> {
        let mut place = None;
        let loaded = self.running.manager.load(key, &mut place).await;
        let instance = loaded.map_err(|trouble| unavailable(key, trouble))?;
        Ok(instance.code().map(|_| instance.view()))
    }

    /// Waits until the instance with this key has ended, or needs somebody.
    ///
    /// # Errors
    ///
    /// [`CancelError::Unavailable`] when it cannot be read.
    pub async fn settled(&self, key: &str) -> Result<SagaView, CancelError> {
        let manager = &self.running.manager;
        let waiting = manager.awaited.instance(key);
        loop {
            let mut settled = std::pin::pin!(waiting.settled());
            // Before looking, so that an end in between is not slept through.
            settled.as_mut().enable();
            if let Some(view) = self.show(key).await?
                && (view.state.has_ended() || view.state == SagaState::NeedsOperator)
            {
                return Ok(view);
            }
            if manager.control.is_stopped() {
                return Err(unavailable(key, Trouble::Passing(gone())));
            }
            // What another process writes is not told here.
            let rest = manager
                .system
                .upgrade()
                .map(|system| system.seam().sleep(limits::FOLLOW_RETRY_MAX));
            match rest {
                Some(rest) => first(settled, rest).await,
                None => settled.await,
            }
        }
    }

    /// The keys of the instances that are in this state, by the index.
    ///
    /// # Errors
    ///
    /// [`CancelError::Unavailable`] when it cannot be read.
    pub async fn list(&self, state: SagaState) -> Result<Vec<String>, CancelError> {
        let (mut after, mut found) = (None::<String>, Vec::new());
        loop {
            let table = Manager::<S>::index();
            let documents = &self.running.manager.documents;
            let page = documents.page(&table, after.as_deref(), limits::READ_PAGE_MAX).await;
            let page = page.map_err(|error| CancelError::Unavailable {
                key: String::new(),
                why: host::with_causes(&error),
            })?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            found.extend(page.into_iter().filter_map(|document| {
                let summary: Summary = serde_json::from_slice(&document.data).ok()?;
                (summary.state == state).then_some(document.key)
            }));
        }
    }

    /// Undoes what the instance has done.
    ///
    /// # Errors
    ///
    /// [`CancelError`].
    pub async fn cancel(&self, key: &str, why: &str) -> Result<(), CancelError> {
        let why = format!("cancelled: {why}");
        self.change(key, |state, undoable| match state {
            SagaState::Running if undoable => Some(Record::Compensating { why: why.clone() }),
            _ => None,
        })
        .await
    }

    /// Has an instance that needs somebody try again what it could not do.
    ///
    /// # Errors
    ///
    /// [`CancelError::TooLate`] when it does not need anybody.
    pub async fn resume(&self, key: &str) -> Result<(), CancelError> {
        self.change(key, |state, _| (state == SagaState::NeedsOperator).then_some(Record::Resumed))
            .await
    }

    /// Ends an instance where it is. Nothing is undone.
    ///
    /// # Errors
    ///
    /// [`CancelError::TooLate`] when it has ended.
    pub async fn give_up(&self, key: &str, why: &str) -> Result<(), CancelError> {
        self.change(key, |state, _| {
            (!state.has_ended()).then(|| Record::GivenUp { why: why.to_owned() })
        })
        .await
    }

    /// Hears again the event that the key of an instance is parked for, and those behind it: whether
    /// it goes on. [`FollowStatus::parked`] has the keys.
    pub async fn hear_again(&self, key: &str) -> bool {
        self.running.manager.control.resume(key.to_owned()).await.unwrap_or(false)
    }

    /// Runs the code of the saga through everything that its instances have been through, those that
    /// have ended excepted, and says where it would now do something else. Meant for a test that is
    /// run on a copy of a store before a new version of the code is.
    ///
    /// # Errors
    ///
    /// [`CancelError::Unavailable`] for the first instance that cannot be read.
    pub async fn check(&self) -> Result<Vec<Drift>, CancelError> {
        let mut drifts = Vec::new();
        for state in [SagaState::Running, SagaState::Compensating, SagaState::NeedsOperator] {
            for key in self.list(state).await? {
                let mut place = None;
                let loaded = self.running.manager.load(&key, &mut place).await;
                drifts.append(&mut loaded.map_err(|trouble| unavailable(&key, trouble))?.drifts);
            }
        }
        Ok(drifts)
    }

    async fn change(
        &self,
        key: &str,
        record: impl Fn(SagaState, bool) -> Option<Record>,
    ) -> Result<(), CancelError> {
        let manager = &self.running.manager;
        let system = manager.system.upgrade();
        let system = system.ok_or_else(|| unavailable(key, Trouble::Passing(gone())))?;
        let slot = manager.slot(key);
        let mut place = slot.instance.lock().await;
        let instance = manager.load(key, &mut place).await;
        let instance = instance.map_err(|trouble| unavailable(key, trouble))?;
        if instance.code() != Some(S::VERSION) {
            return Err(CancelError::Unknown(key.to_owned()));
        }
        let undoable = instance.can_be_undone(false).is_ok();
        let record = record(instance.state(), undoable);
        let record = record.ok_or_else(|| CancelError::TooLate(key.to_owned()))?;
        let cause = drive::own_cause(&system);
        let settled = drive::settle(manager, &system, &mut place, vec![record], &cause).await;
        drop(place);
        settled.map_err(|trouble| unavailable(key, trouble))?;
        drive::start(manager, &system, &slot);
        Ok(())
    }
}

fn gone() -> String {
    "the system is gone".to_owned()
}

fn unavailable(key: &str, trouble: Trouble) -> CancelError {
    let (Trouble::Passing(why) | Trouble::Lasting(why)) = trouble;
    CancelError::Unavailable { key: key.to_owned(), why }
}
