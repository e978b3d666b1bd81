//! <https://dcb.events/examples/invoice-number/>: numbers without a gap.

use std::sync::Arc;

use rdddy::host::{Agreed, Boundary, DecideError, Facts, Fold};
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{all_at_once, stored};

bounded_context!("invoices");

#[derive(Event, Serialize, Deserialize, Debug)]
struct InvoiceCreated {
    number: u64,
}

async fn create(boundary: &Boundary) -> Result<Agreed<u64>, DecideError<std::convert::Infallible>> {
    let next = Fold::new(1).on(|next, event: &InvoiceCreated| *next = event.number + 1);
    boundary
        .decide(&next, |number, _| {
            Ok(Facts::event(InvoiceCreated { number: *number }).reply(*number))
        })
        .await
}

#[rdddy_testkit::explore(seeds = 40)]
async fn invoices_are_numbered_without_a_gap(world: &mut World) {
    let store = MemoryStore::new();
    let outcomes = all_at_once(world, 12, |system, _| {
        let boundary = Boundary::new(system, Arc::new(store.clone()));
        async move { create(&boundary).await.unwrap() }
    });
    let mut agreed = outcomes.await;
    agreed.sort_by_key(|agreed| agreed.reply);
    let numbers: Vec<_> = agreed.iter().map(|agreed| agreed.reply).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    // Each was told where its own event stands.
    for (agreed, stored) in agreed.iter().zip(stored(&store).await) {
        assert_eq!(agreed.position, stored.position);
    }
}
