//! What an actor weighs that has never been sent anything.

use std::time::Duration;

use crate::memory::resident_bytes;
use crate::subject::Subject;

/// Spawned before the first look at the memory, so that start-up costs do not count.
const WARM_UP: usize = 64;
/// How long the runtime gets to settle before each look.
const SETTLE: Duration = Duration::from_millis(300);

/// Resident bytes of each idle actor.
pub(super) async fn run<S: Subject>(system: &S) -> Result<f64, String> {
    let mut warm = Vec::with_capacity(WARM_UP);
    for _ in 0..WARM_UP {
        warm.push(system.counter().await);
    }
    // Fault in the pages that will hold the references: they are the caller's, not the actor's.
    let mut kept = vec![warm[0].clone(); S::IDLE_ACTORS];
    kept.clear();
    tokio::time::sleep(SETTLE).await;
    let before = resident_bytes()?;
    for _ in 0..S::IDLE_ACTORS {
        kept.push(system.counter().await);
    }
    // Where an actor is a task, it is idle once it has been polled.
    if let Some(last) = kept.last() {
        S::total(last).await;
    }
    tokio::time::sleep(SETTLE).await;
    let after = resident_bytes()?;
    std::mem::forget((warm, kept));
    Ok(after.saturating_sub(before) as f64 / S::IDLE_ACTORS as f64)
}
