//! Timers that wait.

use std::path::Path;
use std::time::Duration;

use rdddy::EmbeddedStore;
use rdddy::embedded::Durability;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::heap;
use crate::transfer::Take;

/// A day from now, nobody measures any more.
const LATER: Duration = Duration::from_secs(24 * 60 * 60);

fn timers(budget: u64) -> u64 {
    if budget < 2_000 { 10_000 } else { 50_000 }
}

/// Bytes by which a process has grown for each schedule that waits. They were set by another one, so
/// nothing of setting them is counted.
pub(crate) async fn schedules(file: &Path, budget: u64) -> rdddy::Result<f64> {
    let start = async || -> rdddy::Result<ActorSystem> {
        let store = EmbeddedStore::builder().durability(Durability::Normal).open(file)?;
        Ok(ActorSystem::builder().store(store).schedules().start().await?)
    };
    let (system, count) = (start().await?, timers(budget));
    let schedules = system.schedules()?;
    for nth in 0..count {
        let command = Take { account: nth, transfer: nth, cents: 1 };
        schedules.every(&format!("schedule-{nth:08}"), LATER, command).await?;
    }
    system.shutdown().await;
    drop((schedules, system));
    let before = heap::bytes();
    let system = start().await?;
    let schedules = system.schedules()?;
    while schedules.status().waiting as u64 != count {
        tokio::task::yield_now().await;
    }
    let grown = heap::bytes().saturating_sub(before);
    Ok(grown as f64 / count as f64)
}

#[derive(Command)]
struct Begin {
    #[key]
    wait: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Begun {
    #[tag]
    wait: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Over {
    #[tag]
    wait: u64,
}

#[derive(Default)]
struct Patience;

#[aggregate(id = u64)]
impl Patience {
    #[handler]
    fn begin(&self, cmd: Begin) -> Begun {
        Begun { wait: cmd.wait }
    }

    #[apply]
    fn begun(&mut self, _: &Begun) {}

    #[apply]
    fn over(&mut self, _: &Over) {}
}

#[derive(Default)]
struct Waiting;

#[saga(starts_on = Begun, key = wait)]
impl Waiting {
    #[step(irreversible = "it only waits")]
    fn wait(&mut self, _: &Begun) -> Option<Take> {
        None
    }

    #[end]
    fn over(&mut self, _: &Over) {}

    #[timeout("24h")]
    fn expired(&mut self) -> Timeout {
        Timeout::Compensate
    }
}

/// The same for each saga that waits.
pub(crate) async fn sagas(file: &Path, budget: u64) -> rdddy::Result<f64> {
    let start = async || -> rdddy::Result<ActorSystem> {
        let store = EmbeddedStore::builder().durability(Durability::Normal).open(file)?;
        Ok(ActorSystem::builder().store(store).saga::<Waiting>().start().await?)
    };
    let (system, count) = (start().await?, timers(budget));
    let mut last = None;
    for wait in 0..count {
        last = Some(system.execute(Begin { wait }).await?.position);
    }
    let saga = system.saga::<Waiting>().ok_or("the saga does not run")?;
    if let Some(last) = &last {
        saga.wait_for(last).await;
    }
    system.shutdown().await;
    drop((saga, system));
    let before = heap::bytes();
    let system = start().await?;
    let saga = system.saga::<Waiting>().ok_or("the saga does not run")?;
    // It has gone through all that wait, to know when their time is up.
    if let Some(last) = &last {
        saga.wait_for(last).await;
    }
    while saga.list(SagaState::Running).await?.len() as u64 != count {}
    // What it was read from is let go of.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let grown = heap::bytes().saturating_sub(before);
    Ok(grown as f64 / count as f64)
}
