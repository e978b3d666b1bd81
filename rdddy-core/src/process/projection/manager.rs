//! Has the tables of a projection followed, and swaps them.

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::Projection;
use super::catalog::{CATALOGS, Catalog, Table, TableState};
use super::reader::{Folding, TableReader};
use super::rows::{Kept, Rows, RowsError};
use crate::host::{Surroundings, Working, with_causes};
use crate::limits;
use crate::process::follow::{
    CHECKPOINTS, Checkpoint, Control, Follower, Parked, Parking, Progress,
};
use crate::runtime::System;
use crate::seam::first;
use crate::seam::sync::lock;
use crate::store::{Commit, CommitError, DocumentStore, Position, ReadError, Write};

/// See the module. It holds its system only while it starts to follow a table.
pub(super) struct Manager<P: Projection> {
    system: Weak<System>,
    around: Surroundings,
    documents: Arc<dyn DocumentStore>,
    folding: Arc<Folding<P>>,
    pub(super) control: Control,
    followed: Mutex<BTreeMap<String, Followed>>,
    serving: Mutex<Option<Serving>>,
    /// How often something was to be arranged.
    calls: AtomicU64,
    called: Notify,
    /// Something has been.
    arranged: Notify,
}

/// A table that is being followed.
#[derive(Clone)]
pub(super) struct Followed {
    pub(super) control: Arc<Control>,
    pub(super) progress: Arc<Progress>,
}

/// Where rows are read, and what is known of it.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) table: String,
    pub(super) version: u32,
    /// None while an older version serves, which nobody here follows.
    pub(super) followed: Option<Followed>,
    /// What is being built; it serves already if there is nothing else.
    pub(super) building: Option<Followed>,
    /// How many calls it takes account of.
    calls: u64,
}

/// Why something could not be arranged.
pub(super) enum Trouble {
    Passing(String),
    /// Somebody else was first.
    Overtaken,
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Trouble::Passing(with_causes(&error))
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Trouble::Overtaken,
            CommitError::Store(error) => Trouble::Passing(with_causes(&error)),
        }
    }
}

/// A catalog, and as it is stored.
struct Loaded {
    catalog: Catalog,
    stored: Option<Vec<u8>>,
}

impl<P: Projection> Manager<P> {
    pub(super) fn start(
        system: &Arc<System>,
        around: &Surroundings,
        documents: Arc<dyn DocumentStore>,
    ) -> Arc<Self> {
        let manager = Arc::new(Manager {
            system: Arc::downgrade(system),
            around: around.clone(),
            documents,
            folding: Arc::new(Folding::new(around)),
            control: Control::default(),
            followed: Mutex::default(),
            serving: Mutex::default(),
            calls: AtomicU64::new(0),
            called: Notify::new(),
            arranged: Notify::new(),
        });
        let (running, working) = (Arc::clone(&manager), Working::new(&around.busy));
        system.seam().spawn(async move {
            running.run().await;
            // A system that shuts down waits until the store has been let go.
            drop(working);
        });
        manager
    }

    async fn run(self: Arc<Self>) {
        let mut attempt = 0_u32;
        while !self.control.is_stopped() {
            let mut called = pin!(self.called.notified());
            // Before looking, so that a call in between is not slept through.
            called.as_mut().enable();
            match self.arrange().await {
                Ok(()) => {
                    attempt = 0;
                    let (own, building) = {
                        let followed = lock(&self.serving).clone();
                        let building = followed.as_ref().and_then(|one| one.building.clone());
                        (followed.and_then(|one| one.followed), building)
                    };
                    let ended = async {
                        match own {
                            Some(own) => own.progress.ended().await,
                            None => pending().await,
                        }
                    };
                    let built = async {
                        match building {
                            Some(building) => building.progress.settled().await,
                            None => pending().await,
                        }
                    };
                    let moved = first(called, first(ended, built));
                    let _ = self.control.unless_called(moved).await;
                }
                Err(Trouble::Overtaken) => {}
                Err(Trouble::Passing(why)) => {
                    tracing::warn!(projection = P::name(), why, "cannot go on for now");
                    if !self.pause(attempt).await {
                        break;
                    }
                    attempt += 1;
                }
            }
        }
        self.stop();
    }

    /// Waits before the next attempt; whether there is to be one.
    async fn pause(&self, attempt: u32) -> bool {
        let Some(system) = self.system.upgrade() else { return false };
        let longest = limits::FOLLOW_RETRY.saturating_mul(1 << attempt.min(10));
        let sleep = system.seam().sleep(longest.min(limits::FOLLOW_RETRY_MAX));
        drop(system);
        let _ = self.control.unless_called(sleep).await;
        true
    }

    /// Ends all that it has started.
    pub(super) fn stop(&self) {
        self.control.stop();
        lock(&self.followed).values().for_each(|followed| followed.control.stop());
        self.arranged.notify_waiters();
    }

    /// Makes what is followed here what the catalog says.
    async fn arrange(&self) -> Result<(), Trouble> {
        let calls = self.calls.load(Ordering::SeqCst);
        let mut loaded = self.load().await?;
        let own = |catalog: &Catalog, state| catalog.find(P::VERSION, state).cloned();
        if own(&loaded.catalog, TableState::Live).is_none()
            && own(&loaded.catalog, TableState::Building).is_none()
        {
            loaded = self.build(loaded).await?;
        }
        let caught_up = own(&loaded.catalog, TableState::Building).is_some_and(|table| {
            let followed = lock(&self.followed).get(&table.name(P::name())).cloned();
            followed.is_some_and(|followed| followed.progress.status().at_head)
        });
        if caught_up {
            let next = loaded.catalog.swapped(P::VERSION);
            loaded = self.replace(loaded, next, Vec::new(), Vec::new()).await?;
            tracing::info!(projection = P::name(), version = P::VERSION, "a new table serves");
        }
        let Some(serving) = loaded.catalog.serving(P::VERSION) else { return Ok(()) };
        let live = own(&loaded.catalog, TableState::Live);
        let building = own(&loaded.catalog, TableState::Building);
        let wanted: Vec<String> =
            live.iter().chain(&building).map(|table| table.name(P::name())).collect();
        self.mend(&wanted).await?;
        let Some(system) = self.system.upgrade() else {
            self.control.stop();
            return Ok(());
        };
        let serving = {
            let mut followed = lock(&self.followed);
            followed.retain(|name, followed| {
                let is_wanted = wanted.contains(name);
                if !is_wanted {
                    followed.control.stop();
                }
                is_wanted && followed.progress.status().running
            });
            for name in &wanted {
                if !followed.contains_key(name) {
                    followed.insert(name.clone(), self.follow(&system, name.clone()));
                }
            }
            let of = |table: &Table| followed.get(&table.name(P::name())).cloned();
            Serving {
                table: serving.name(P::name()),
                version: serving.version,
                followed: of(serving).filter(|_| serving.version == P::VERSION),
                building: building.as_ref().and_then(of),
                calls,
            }
        };
        *lock(&self.serving) = Some(serving);
        self.arranged.notify_waiters();
        Ok(())
    }

    /// Begins those tables anew whose checkpoint is gone: nobody knows what their rows hold.
    async fn mend(&self, wanted: &[String]) -> Result<(), Trouble> {
        for name in wanted {
            let ended = |followed: &Followed| !followed.progress.status().running;
            if !lock(&self.followed).get(name).is_some_and(ended) {
                continue;
            }
            let checkpoint = serde_json::to_vec(&Checkpoint { position: Position::START })?;
            let commit = Commit {
                expected: Some(Write::remove(CHECKPOINTS, &**name)),
                cleared: vec![Parking::table(name), name.clone()],
                writes: vec![Write::put(CHECKPOINTS, &**name, checkpoint)],
            };
            match self.documents.commit(commit).await {
                // Somebody else has begun it.
                Ok(()) | Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn follow(&self, system: &Arc<System>, table: String) -> Followed {
        let control = Arc::<Control>::default();
        let (folding, documents) = (Arc::clone(&self.folding), Arc::clone(&self.documents));
        let reader = Arc::new(TableReader::new(table, folding, Arc::clone(&documents)));
        let progress =
            Follower::start(system, &self.around, documents, reader, Arc::clone(&control));
        Followed { control, progress }
    }

    async fn load(&self) -> Result<Loaded, Trouble> {
        let stored = self.documents.get(CATALOGS, P::name()).await?;
        let catalog = match &stored {
            Some(json) => serde_json::from_slice(json)?,
            None => Catalog::default(),
        };
        Ok(Loaded { catalog, stored })
    }

    /// Puts `next` in the place of what was loaded, and writes and clears what goes with it.
    async fn replace(
        &self,
        loaded: Loaded,
        next: Catalog,
        cleared: Vec<String>,
        mut writes: Vec<Write>,
    ) -> Result<Loaded, Trouble> {
        let json = serde_json::to_vec(&next)?;
        let key = P::name().to_owned();
        let expected =
            Some(Write { table: CATALOGS.to_owned(), key: key.clone(), data: loaded.stored });
        writes.push(Write::put(CATALOGS, key, json.clone()));
        self.documents.commit(Commit { expected, cleared, writes }).await?;
        Ok(Loaded { catalog: next, stored: Some(json) })
    }

    /// Has one more table be built, unless one is.
    async fn build(&self, loaded: Loaded) -> Result<Loaded, Trouble> {
        let Some((next, table)) = loaded.catalog.rebuilding(P::VERSION) else { return Ok(loaded) };
        let name = table.name(P::name());
        let checkpoint = serde_json::to_vec(&Checkpoint { position: Position::START })?;
        let writes = vec![Write::put(CHECKPOINTS, &*name, checkpoint)];
        let cleared = vec![Parking::table(&name), name];
        self.replace(loaded, next, cleared, writes).await
    }

    /// Has the rows be folded anew.
    pub(super) async fn rebuild(&self) -> Result<(), Trouble> {
        let loaded = self.load().await?;
        self.build(loaded).await?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.called.notify_one();
        Ok(())
    }

    /// Waits until the present version serves, and nothing is being built: whether it does.
    pub(super) async fn ready(&self) -> bool {
        let is_ready = |serving: &Serving| {
            let is_known = serving.calls >= self.calls.load(Ordering::SeqCst);
            (is_known && serving.followed.is_some() && serving.building.is_none()).then_some(())
        };
        self.until(is_ready).await.is_some()
    }

    /// Removes the tables that nobody needs who runs this version; their names.
    pub(super) async fn drop_old(&self) -> Result<Vec<String>, Trouble> {
        let loaded = self.load().await?;
        let (next, old) = loaded.catalog.without_old(P::VERSION);
        let names: Vec<String> = old.iter().map(|table| table.name(P::name())).collect();
        if names.is_empty() {
            return Ok(names);
        }
        let cleared = names.iter().flat_map(|name| [name.clone(), Parking::table(name)]).collect();
        let writes = names.iter().map(|name| Write::remove(CHECKPOINTS, &**name)).collect();
        self.replace(loaded, next, cleared, writes).await?;
        Ok(names)
    }

    /// What serves; waits until that is known. None when the system ends before.
    pub(super) async fn serving(&self) -> Option<Serving> {
        self.until(|serving| Some(serving.clone())).await
    }

    /// All that is parked, and the tables that it is parked for.
    pub(super) async fn parked(&self) -> Result<Vec<(Followed, Parked)>, RowsError> {
        if self.serving().await.is_none() {
            return Err(RowsError::ShuttingDown);
        }
        let tables: Vec<_> = lock(&self.followed).clone().into_iter().collect();
        let mut all = Vec::new();
        for (name, followed) in tables {
            let (table, mut after) = (Parking::table(&name), None::<String>);
            loop {
                let page = self.documents.page(&table, after.as_deref(), limits::READ_PAGE_MAX);
                let page = page.await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for document in &page {
                    let parked = serde_json::from_slice(&document.data).map_err(|source| {
                        RowsError::Malformed { key: document.key.clone(), source }
                    })?;
                    all.push((followed.clone(), parked));
                }
            }
        }
        Ok(all)
    }

    /// What serves, if that is known.
    pub(super) fn now(&self) -> Option<Serving> {
        lock(&self.serving).clone()
    }

    /// What `found` finds in what serves, now or later. None when the system ends before.
    pub(super) async fn until<T>(&self, found: impl Fn(&Serving) -> Option<T>) -> Option<T> {
        loop {
            let mut arranged = pin!(self.arranged.notified());
            // Before looking, so that a change in between is not slept through.
            arranged.as_mut().enable();
            if let Some(found) = lock(&self.serving).as_ref().and_then(&found) {
                return Some(found);
            }
            if self.control.is_stopped() {
                return None;
            }
            arranged.await;
        }
    }

    /// Waits until everything up to `position` is in the rows: whether it was when the system ended.
    pub(super) async fn wait_for(&self, position: &Position) -> bool {
        loop {
            let Some(followed) = self.until(|serving| serving.followed.clone()).await else {
                return false;
            };
            if followed.progress.reached(position).await {
                return true;
            }
            if self.control.is_stopped() {
                return false;
            }
            // It ended before that: another table takes its place.
            let ended = |serving: &Serving| {
                let now = serving.followed.as_ref()?;
                (!Arc::ptr_eq(&now.progress, &followed.progress)).then_some(())
            };
            if self.until(ended).await.is_none() {
                return false;
            }
        }
    }

    pub(super) async fn rows(&self) -> Result<Rows<P>, RowsError> {
        let Some(Serving { table, version, .. }) = self.serving().await else {
            return Err(RowsError::ShuttingDown);
        };
        let (documents, folding) = (Arc::clone(&self.documents), Arc::clone(&self.folding));
        Ok(Rows::kept(Kept { documents, folding, table, version }))
    }

    /// Sleeps by the clock of the system.
    pub(super) async fn sleep(&self, time: Duration) {
        let Some(system) = self.system.upgrade() else { return };
        let sleep = system.seam().sleep(time);
        drop(system);
        sleep.await;
    }
}
