//! Reading all events through the port of their store, and decoding each.

use std::path::Path;
use std::time::Instant;

use rdddy::EmbeddedStore;
use rdddy::limits::READ_PAGE_MAX;
use rdddy::store::{EventQuery, EventStore, Position};

use crate::history::Deposited;

/// Events per second.
pub(crate) async fn run(file: &Path, events: u64, _: u64) -> rdddy::Result<f64> {
    let store = EmbeddedStore::open(file)?;
    let query = EventQuery::all();
    let (mut after, mut read, mut cents) = (Position::START, 0, 0);
    let began = Instant::now();
    loop {
        let page = store.read(&query, &after, READ_PAGE_MAX).await?;
        for stored in &page.events {
            let event: Deposited = serde_json::from_slice(&stored.event.data)?;
            cents += event.amount;
            read += 1;
        }
        after = page.reached;
        if page.at_head {
            break;
        }
    }
    let rate = read as f64 / began.elapsed().as_secs_f64();
    if (read, cents) == (events, events * 1250) {
        Ok(rate)
    } else {
        Err("something is missing".into())
    }
}
