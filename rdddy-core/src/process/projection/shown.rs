//! A projection as those see it who show its rows.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Projection;
use super::handle::RunningProjection;
use super::live::Live;
use super::manager::Manager;
use crate::store::Position;

type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A projection whose rows somebody shows.
pub(crate) trait Shown: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// How far it is.
    fn seen(&self) -> Waiting<'_, Seen>;

    /// Waits until its rows may be others than those that were `seen`.
    fn moved<'a>(&'a self, seen: &'a Seen) -> Waiting<'a, ()>;

    /// Waits until everything up to `position` is in its rows, or its system ends.
    fn reached<'a>(&'a self, position: &'a Position) -> Waiting<'a, ()>;
}

/// How far a projection was when it was looked at.
#[derive(Debug)]
pub(crate) enum Seen {
    /// So many events were in this table.
    Rows { table: String, handled: u64 },
    /// It folds what is stored, which went so far.
    Stored(Position),
    /// Nothing is known.
    Nothing,
}

impl<P: Projection> Shown for RunningProjection<P> {
    fn name(&self) -> &'static str {
        P::name()
    }

    fn seen(&self) -> Waiting<'_, Seen> {
        Box::pin(async move {
            match self {
                RunningProjection::Kept(manager) => {
                    manager.until(|serving| Some(count(serving))).await.unwrap_or(Seen::Nothing)
                }
                RunningProjection::Live(live) => {
                    live.store.head().await.map_or(Seen::Nothing, Seen::Stored)
                }
            }
        })
    }

    fn moved<'a>(&'a self, seen: &'a Seen) -> Waiting<'a, ()> {
        Box::pin(async move {
            match (self, seen) {
                (RunningProjection::Kept(manager), Seen::Rows { table, handled }) => {
                    moved(manager, table, *handled).await;
                }
                (RunningProjection::Live(live), Seen::Stored(position)) => {
                    watch(live, position).await;
                }
                _ => {}
            }
        })
    }

    fn reached<'a>(&'a self, position: &'a Position) -> Waiting<'a, ()> {
        Box::pin(async move {
            if let RunningProjection::Kept(manager) = self {
                manager.wait_for(position).await;
            }
        })
    }
}

fn count(serving: &super::manager::Serving) -> Seen {
    let progress = serving.followed.as_ref().map(|followed| followed.progress.status().handled);
    Seen::Rows { table: serving.table.clone(), handled: progress.unwrap_or_default() }
}

async fn moved<P: Projection>(manager: &Arc<Manager<P>>, table: &str, handled: u64) {
    loop {
        let serving = manager.until(|serving| Some(serving.clone())).await;
        let Some(serving) = serving.filter(|serving| serving.table == table) else { return };
        let Some(followed) = serving.followed else {
            // The rows of an older version stay as they are, until others take their place.
            let other = |now: &super::manager::Serving| {
                (now.table != table || now.followed.is_some()).then_some(())
            };
            if manager.until(other).await.is_none() {
                return;
            }
            continue;
        };
        followed.progress.until(|status| status.handled != handled || !status.running).await;
        if followed.progress.status().handled != handled {
            return;
        }
        // It ended: another one goes on.
        let other = |now: &super::manager::Serving| {
            let progress = &now.followed.as_ref()?.progress;
            (!Arc::ptr_eq(progress, &followed.progress)).then_some(())
        };
        if manager.until(other).await.is_none() {
            return;
        }
    }
}

/// An error is met again, and told, when the rows are read.
async fn watch<P: Projection>(live: &Live<P>, position: &Position) {
    let _ = live.store.watch(position).await;
}
