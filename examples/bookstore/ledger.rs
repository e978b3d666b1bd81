//! What the store says has happened: in this run and in all before it.

use std::collections::BTreeMap;

use rdddy::host::{DecisionModel, Fold};
use rdddy::message::Event;
use rdddy::prelude::*;
use rdddy::store::{EventQuery, Position};

use super::order::{
    OrderAccepted, OrderPlaced, OrderRefused, OrderReturned, OrderShipped, Refusal,
};
use super::payment::{PaymentRefunded, PaymentTaken};
use super::values::{Cents, OrderId};

/// Events that are read at once.
const PAGE: usize = 1_000;

/// What has happened, counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// How many events of each type.
    pub(crate) events: BTreeMap<String, u64>,
    pub(crate) takings: Cents,
    /// What was decided about each order.
    pub(crate) verdicts: BTreeMap<OrderId, Result<(), Refusal>>,
    /// Orders that are not over, and what was last heard of them: for a person to look at.
    pub(crate) open: BTreeMap<OrderId, &'static str>,
}

impl Ledger {
    fn hear<E: Event>(&mut self, _: &E, order: OrderId) {
        self.open.insert(order, E::name());
    }

    /// Reads all that is stored.
    pub(crate) async fn read(system: &ActorSystem) -> rdddy::Result<Self> {
        let fold = Fold::new(Ledger::default())
            .on(|ledger, event: &OrderPlaced| ledger.hear(event, event.order))
            .on(|ledger, event: &OrderAccepted| {
                ledger.verdicts.insert(event.order, Ok(()));
                ledger.hear(event, event.order);
            })
            .on(|ledger, event: &OrderRefused| {
                ledger.verdicts.insert(event.order, Err(event.reason));
                ledger.open.remove(&event.order);
            })
            .on(|ledger, event: &OrderShipped| {
                ledger.open.remove(&event.order);
            })
            .on(|ledger, event: &OrderReturned| {
                ledger.open.remove(&event.order);
            })
            .on(|ledger, event: &PaymentTaken| ledger.takings = ledger.takings + event.amount)
            .on(|ledger, event: &PaymentRefunded| ledger.takings = ledger.takings - event.amount);
        let store = system.store().ok_or("the shop has no store")?;
        let (mut ledger, mut after) = (fold.begin(), Position::START);
        loop {
            let page = store.read(&EventQuery::all(), &after, PAGE).await?;
            for stored in &page.events {
                // Sagas and tasks keep records of their own.
                if stored.event.name.starts_with("bookstore.") {
                    *ledger.events.entry(stored.event.name.to_string()).or_default() += 1;
                }
                fold.apply(&mut ledger, stored)?;
            }
            if page.at_head {
                return Ok(ledger);
            }
            after = page.reached;
        }
    }
}
