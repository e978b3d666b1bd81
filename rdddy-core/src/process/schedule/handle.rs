//! Setting, changing and seeing schedules.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keeper::{self, Keeper, SCHEDULES};
use super::plan::{Kept, Plan};
use super::{NoSchedules, Recurrence, ScheduleError, ScheduleStatus, Scheduled};
use crate::domain::Keyed;
use crate::host::{self, HostError, Process, Running, Surroundings, read_command, with_causes};
use crate::limits;
use crate::message::Timestamp;
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::seam::sync::lock;
use crate::store::CommitError;

/// The schedules of a system: commands that are given at their times, whichever process is alive then.
/// Clones are cheap.
///
/// A schedule is known by its name, and shared by all systems on one store. To set it again as it is
/// changes nothing, so a program may set its schedules whenever it starts. Each command is carried out
/// once, with an id of its own; one that fails for a reason that may pass is given again, after longer
/// and longer pauses. One that is refused for good is reported as
/// [`ScheduleFailed`](super::ScheduleFailed), and the schedule goes on to its next time.
///
/// The clocks of processes that share a store have to agree within
/// [`TIMER_SLICE`](crate::limits::TIMER_SLICE), which is also how soon one hears of what another has
/// set.
#[derive(Clone)]
pub struct Schedules {
    keeper: Arc<Keeper>,
}

impl fmt::Debug for Schedules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedules").finish_non_exhaustive()
    }
}

impl Running for Keeper {
    fn stop(&self) {
        self.control.stop();
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// Schedules to be kept.
struct Configured;

impl Process for Configured {
    fn name(&self) -> &'static str {
        SCHEDULES
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<Schedules>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        let documents = around.documents.clone();
        let documents = documents.ok_or(HostError::NoDocuments { process: SCHEDULES })?;
        let keeper = Arc::new(Keeper::new(system, around, documents));
        system.seam().spawn(keeper::keep(Arc::clone(&keeper)));
        Ok(keeper)
    }
}

impl SystemBuilder {
    /// Keeps the schedules of the store: gives the commands that are due, from the start on.
    pub fn schedules(self) -> Self {
        self.process(Configured)
    }
}

impl ActorSystem {
    /// The schedules of the store.
    ///
    /// # Errors
    ///
    /// [`NoSchedules`].
    pub fn schedules(&self) -> Result<Schedules, NoSchedules> {
        let keeper = host::running(self.inner(), TypeId::of::<Schedules>()).ok_or(NoSchedules)?;
        Ok(Schedules { keeper })
    }
}

impl Schedules {
    /// Has `command` carried out once, at the time `at` by the wall clock, or as soon as possible after
    /// that. The schedule is gone then, unless the command has failed. Returns whether this changes
    /// anything.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`].
    pub async fn once<C>(
        &self,
        name: &str,
        at: Timestamp,
        command: C,
    ) -> Result<bool, ScheduleError>
    where
        C: Keyed + Serialize + DeserializeOwned,
    {
        self.set(name, Recurrence::Once(at), command).await
    }

    /// Has `command` carried out each time that `interval` has passed, for the first time after the
    /// first one. Returns whether this changes anything.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`].
    pub async fn every<C>(
        &self,
        name: &str,
        interval: Duration,
        command: C,
    ) -> Result<bool, ScheduleError>
    where
        C: Keyed + Serialize + DeserializeOwned,
    {
        self.set(name, Recurrence::Every(interval), command).await
    }

    /// Has `command` carried out at all times, in UTC, that `pattern` names: `0 9 * * MON` is each
    /// Monday at nine. Returns whether this changes anything.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`].
    #[cfg(feature = "cron")]
    pub async fn cron<C>(
        &self,
        name: &str,
        pattern: &str,
        command: C,
    ) -> Result<bool, ScheduleError>
    where
        C: Keyed + Serialize + DeserializeOwned,
    {
        self.set(name, Recurrence::Cron(pattern.to_owned()), command).await
    }

    /// Has `command` carried out whenever `recurrence` says. What the schedule said before is replaced.
    /// Returns whether this changes anything.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`].
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the schedule may be set or not.
    pub async fn set<C>(
        &self,
        name: &str,
        recurrence: Recurrence,
        command: C,
    ) -> Result<bool, ScheduleError>
    where
        C: Keyed + Serialize + DeserializeOwned,
    {
        if name.is_empty() || name.len() > limits::DOCUMENT_KEY_MAX {
            let (size, limit) = (name.len(), limits::DOCUMENT_KEY_MAX);
            return Err(ScheduleError::Name { size, limit });
        }
        let system = self.system(name)?;
        let kept = kept(&system, &command)?;
        let (now, chance) = (system.seam().timestamp(), system.seam().message_id());
        let plan = Plan::new(recurrence, kept, now, chance)?;
        let json = serde_json::to_vec(&plan).map_err(|error| unavailable(name, &error))?;
        loop {
            let stored = self.keeper.documents.get(SCHEDULES, name).await;
            let stored = stored.map_err(|error| unavailable(name, &error))?;
            let known = stored.as_deref().and_then(|json| serde_json::from_slice(json).ok());
            if let Some(known) = known.filter(|known: &Plan| known.says(&plan)) {
                if let Some(due) = known.due {
                    self.keeper.timers.set(name, due);
                }
                return Ok(false);
            }
            match self.keeper.change(&system, name, stored, Some(json.clone())).await {
                Ok(()) => break,
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(unavailable(name, &error)),
            }
        }
        self.keeper.no_trouble(name);
        if let Some(due) = plan.due {
            self.keeper.timers.set(name, due);
        }
        Ok(true)
    }

    /// Ends a schedule. What is being carried out is. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Unavailable`].
    pub async fn cancel(&self, name: &str) -> Result<bool, ScheduleError> {
        let system = self.system(name)?;
        loop {
            let stored = self.keeper.documents.get(SCHEDULES, name).await;
            let stored = stored.map_err(|error| unavailable(name, &error))?;
            if stored.is_none() {
                return Ok(false);
            }
            match self.keeper.change(&system, name, stored, None).await {
                Ok(()) => break,
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(unavailable(name, &error)),
            }
        }
        self.keeper.timers.cancel(name);
        self.keeper.no_trouble(name);
        Ok(true)
    }

    /// All schedules, by name. One that this program cannot understand is left out, and told of by
    /// [`status`](Self::status).
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Unavailable`].
    pub async fn list(&self) -> Result<Vec<Scheduled>, ScheduleError> {
        let (mut after, mut found) = (None::<String>, Vec::new());
        loop {
            let documents = &self.keeper.documents;
            let page = documents.page(SCHEDULES, after.as_deref(), limits::READ_PAGE_MAX).await;
            let page = page.map_err(|error| unavailable(SCHEDULES, &error))?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.key.clone());
            for document in page {
                match serde_json::from_slice::<Plan>(&document.data) {
                    Ok(plan) => found.push(self.view(document.key, plan)),
                    Err(error) => self.keeper.unreadable(&document.key, &error),
                }
            }
        }
    }

    fn view(&self, name: String, plan: Plan) -> Scheduled {
        let trouble = lock(&self.keeper.troubles).get(&*name).map(|trouble| trouble.why.clone());
        plan.view(name, trouble)
    }

    /// How they are doing in this process.
    #[must_use]
    pub fn status(&self) -> ScheduleStatus {
        self.keeper.status()
    }

    /// What time it is, by the clock that the schedules go by.
    ///
    /// # Errors
    ///
    /// [`ScheduleError::Unavailable`] when the system is gone.
    pub fn now(&self) -> Result<Timestamp, ScheduleError> {
        Ok(self.system(SCHEDULES)?.seam().timestamp())
    }

    fn system(&self, name: &str) -> Result<Arc<System>, ScheduleError> {
        let system = self.keeper.system.upgrade().filter(|system| !system.has_ended());
        system.ok_or_else(|| ScheduleError::Unavailable {
            name: name.to_owned(),
            why: "the system has ended".to_owned(),
        })
    }
}

/// The command as it is kept, if it can be read again.
fn kept<C: Keyed + Serialize>(system: &System, command: &C) -> Result<Kept, ScheduleError> {
    let cannot = |why| ScheduleError::Command { command: C::name(), why };
    let data = serde_json::to_string(command).map_err(|error| cannot(error.to_string()))?;
    read_command(system, C::name(), C::VERSION, data.as_bytes()).map_err(cannot)?;
    Ok(Kept { name: C::name().to_owned(), version: C::VERSION, data })
}

fn unavailable(name: &str, error: &(dyn std::error::Error + 'static)) -> ScheduleError {
    ScheduleError::Unavailable { name: name.to_owned(), why: with_causes(error) }
}
