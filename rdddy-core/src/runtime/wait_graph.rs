//! Which actor waits for which, so that a cycle of asks is reported instead of hanging.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, Weak};

use super::id::ActorId;
use super::system::System;
use crate::seam::sync::lock;

/// The waits of all handlers that have asked and not been answered. An actor may wait for several.
#[derive(Default)]
pub(crate) struct WaitGraph(Mutex<BTreeMap<ActorId, Vec<ActorId>>>);

/// One wait, until it is dropped.
pub(crate) struct Waiting {
    system: Weak<System>,
    asker: ActorId,
    target: ActorId,
}

impl WaitGraph {
    /// Notes that `asker` waits for `target`. The error is the cycle this would close, from `asker`
    /// on.
    pub(crate) fn wait(
        &self,
        system: &Arc<System>,
        asker: ActorId,
        target: ActorId,
    ) -> Result<Waiting, Vec<ActorId>> {
        let mut waits = lock(&self.0);
        if let Some(mut path) = path(&waits, target, asker) {
            path.insert(0, asker);
            path.pop();
            return Err(path);
        }
        waits.entry(asker).or_default().push(target);
        Ok(Waiting { system: Arc::downgrade(system), asker, target })
    }
}

/// The actors from `from` to `to`, both included, if the one waits for the other.
fn path(
    waits: &BTreeMap<ActorId, Vec<ActorId>>,
    from: ActorId,
    to: ActorId,
) -> Option<Vec<ActorId>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![vec![from]];
    while let Some(path) = open.pop() {
        let last = *path.last()?;
        if last == to {
            return Some(path);
        }
        if seen.insert(last) {
            for next in waits.get(&last).into_iter().flatten() {
                open.push(path.iter().copied().chain([*next]).collect());
            }
        }
    }
    None
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(system) = self.system.upgrade() else { return };
        let mut waits = lock(&system.wait_graph().0);
        if let Some(targets) = waits.get_mut(&self.asker) {
            if let Some(at) = targets.iter().position(|target| *target == self.target) {
                targets.swap_remove(at);
            }
            if targets.is_empty() {
                waits.remove(&self.asker);
            }
        }
    }
}
