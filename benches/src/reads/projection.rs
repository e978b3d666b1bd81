//! Folding all events into rows that are kept.

use std::path::Path;
use std::time::Instant;

use rdddy::EmbeddedStore;
use rdddy::prelude::*;
use rdddy::store::EventStore;
use serde::{Deserialize, Serialize};

use crate::history::Deposited;
use crate::memory;

#[derive(Default, Serialize, Deserialize)]
struct Balance {
    cents: u64,
    deposits: u64,
}

#[projection(key = account: String)]
impl Balance {
    #[handler]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.amount;
        self.deposits += 1;
    }
}

/// Events per second, until the rows are durable. Says on the side by how much memory has grown.
pub(crate) async fn run(file: &Path, events: u64, accounts: u64) -> rdddy::Result<f64> {
    let store = EmbeddedStore::open(file)?;
    let head = store.head().await?;
    let before = memory::resident_bytes();
    let began = Instant::now();
    let system = ActorSystem::builder().store(store).projection::<Balance>().start().await?;
    let balances = system.projection::<Balance>()?;
    balances.wait_for(&head).await;
    let rate = events as f64 / began.elapsed().as_secs_f64();
    if let (Ok(before), Ok(after)) = (before, memory::resident_bytes()) {
        eprintln!("memory {} KiB more", after.saturating_sub(before) / 1024);
    }
    let rows = balances.all().await?;
    let deposits: u64 = rows.iter().map(|(_, row)| row.deposits).sum();
    let is_whole = rows.len() as u64 == accounts.min(events) && deposits == events;
    if is_whole { Ok(rate) } else { Err("something is missing".into()) }
}
