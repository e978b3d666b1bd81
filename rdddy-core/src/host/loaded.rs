//! The aggregates of one type that are in memory, and which of them make room.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::entry::Entry;
use super::hosted::Hosted;
use crate::domain::Aggregate;
use crate::limits;
use crate::runtime::System;
use crate::seam::sync::lock;
use crate::store::{NameError, StreamName};

/// A power of two: enough that callers hardly ever meet at the door of one.
const SHARDS: usize = 64;

type Shard<A> = BTreeMap<Arc<str>, Arc<Entry<A>>>;

/// See the module.
pub(super) struct LoadedAggregates<A: Aggregate> {
    category: Arc<str>,
    shards: Box<[Mutex<Shard<A>>]>,
    /// Somebody looks for idle ones from time to time.
    is_swept: AtomicBool,
}

impl<A: Aggregate> LoadedAggregates<A> {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        let is_swept = AtomicBool::new(false);
        LoadedAggregates { category: A::category().into(), shards, is_swept }
    }

    fn shard(&self, key: &str) -> &Mutex<Shard<A>> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        #[expect(clippy::cast_possible_truncation, reason = "a few of its bits")]
        let nth = hasher.finish() as usize % SHARDS;
        &self.shards[nth]
    }

    /// The entry of the aggregate with this key; `now` is the time since the system's start.
    pub(super) fn entry(&self, key: &str, now: Duration) -> Result<Arc<Entry<A>>, NameError> {
        let mut shard = lock(self.shard(key));
        if let Some(entry) = shard.get(key) {
            return Ok(Arc::clone(entry));
        }
        if shard.len() >= limits::LOADED_AGGREGATES_MAX / SHARDS {
            make_room(&mut shard, now);
        }
        let key: Arc<str> = key.into();
        let stream = StreamName::new(Arc::clone(&self.category), Arc::clone(&key))?;
        let entry = Arc::new(Entry::new(stream));
        shard.insert(key, Arc::clone(&entry));
        Ok(entry)
    }

    /// Whether it is the caller's turn to look for idle ones from now on, until there is nothing left.
    pub(super) fn needs_sweeping(&self) -> bool {
        !self.is_swept.load(Ordering::Relaxed) && !self.is_swept.swap(true, Ordering::SeqCst)
    }

    /// Drops those that have been idle; whether there is anything left to look at later.
    pub(super) fn sweep(&self, now: Duration) -> bool {
        for shard in &self.shards {
            let mut shard = lock(shard);
            for (_, key) in resting(&shard).into_iter().take_while(|(used, _)| is_idle(*used, now))
            {
                shard.remove(&key);
            }
        }
        if !self.is_empty() {
            return true;
        }
        self.is_swept.store(false, Ordering::SeqCst);
        // One may have come before that was seen.
        !self.is_empty() && self.needs_sweeping()
    }

    fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| lock(shard).is_empty())
    }
}

/// Looks for idle ones until nothing is left, or the system is gone, which it does not hold.
pub(super) async fn sweep<A: Aggregate>(system: Weak<System>, hosted: Weak<Hosted<A>>) {
    loop {
        let Some(wait) = system.upgrade().map(|it| it.seam().sleep(limits::AGGREGATE_SWEEP)) else {
            return;
        };
        wait.await;
        let (Some(system), Some(hosted)) = (system.upgrade(), hosted.upgrade()) else { return };
        if !hosted.loaded().sweep(system.seam().elapsed()) {
            return;
        }
    }
}

/// Those that nobody uses, by the time of their last use.
fn resting<A: Aggregate>(shard: &Shard<A>) -> Vec<(Duration, Arc<str>)> {
    let mut resting: Vec<_> = shard
        .iter()
        .filter(|(_, entry)| Arc::strong_count(entry) == 1)
        .filter_map(|(key, entry)| {
            let live = entry.lock();
            live.is_at_rest().then(|| (live.used, Arc::clone(key)))
        })
        .collect();
    resting.sort();
    resting
}

fn is_idle(used: Duration, now: Duration) -> bool {
    now.saturating_sub(used) > limits::AGGREGATE_IDLE
}

/// Drops those that were not used for the longest time: an eighth, and whatever has been idle.
fn make_room<A: Aggregate>(shard: &mut Shard<A>, now: Duration) {
    let resting = resting(shard);
    let idle = resting.iter().take_while(|(used, _)| is_idle(*used, now)).count();
    for (_, key) in resting.into_iter().take(idle.max(shard.len() / 8)) {
        shard.remove(&key);
    }
}
