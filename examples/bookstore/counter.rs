//! Takes orders. Books go to who comes first, so of each book there is one order at a time on its
//! way; orders for other books do not wait for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rdddy::prelude::*;
use rdddy::process::{PolicyHandle, SagaHandle};
use rdddy::store::EventStore;

use super::fulfilment::Fulfilment;
use super::mail::SendConfirmations;
use super::order::{OrderError, PlaceOrder};
use super::policies::{Restock, TakeBack};
use super::values::{Isbn, OrderId, Slip};

/// Where orders are placed.
pub(crate) struct Counter {
    system: ActorSystem,
    store: Arc<dyn EventStore>,
    fulfilment: SagaHandle<Fulfilment>,
    take_back: PolicyHandle<TakeBack>,
    /// Of each book, the last order.
    on_their_way: BTreeMap<Isbn, OrderId>,
}

/// How an order was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Now,
    /// In a run before this one.
    Before,
    /// Its number is that of another order.
    Not,
}

impl Counter {
    pub(crate) fn open(system: &ActorSystem) -> rdddy::Result<Self> {
        Ok(Counter {
            system: system.clone(),
            store: system.store().ok_or("the shop has no store")?,
            fulfilment: system.saga().ok_or("nobody fulfils orders")?,
            take_back: system.policy().ok_or("nothing is taken back")?,
            on_their_way: BTreeMap::new(),
        })
    }

    /// Places an order, when the one before it for the same book is over.
    pub(crate) async fn take(&mut self, slip: Slip) -> rdddy::Result<Taken> {
        let Slip { ticket, order, customer, isbn, quantity, price, card, address } = slip;
        if let Some(before) = self.on_their_way.remove(&isbn) {
            self.wait_for(before).await?;
        }
        let place = PlaceOrder { order, customer, isbn, quantity, price, card, address };
        let placed = match self.system.execute_as(ticket.step("place"), place).await {
            Ok(placed) => placed,
            Err(error) => match error.refusal() {
                Some(OrderError::PlacedBefore(_)) => return Ok(Taken::Not),
                _ => return Err(error.into()),
            },
        };
        self.on_their_way.insert(isbn, order);
        Ok(if placed.repeated { Taken::Before } else { Taken::Now })
    }

    /// Waits until all orders are over, and all that follows from them.
    pub(crate) async fn close(mut self) -> rdddy::Result<()> {
        while let Some((_, order)) = self.on_their_way.pop_first() {
            self.wait_for(order).await?;
        }
        let head = self.store.head().await?;
        let restock = self.system.policy::<Restock>().ok_or("nothing is ordered")?;
        restock.wait_for(&head).await;
        let mail = self.system.task::<SendConfirmations>().ok_or("nothing is confirmed")?;
        mail.wait_for(&head).await;
        Ok(())
    }

    /// Waits until an order is over, and its books are back on their shelf if it was refused.
    async fn wait_for(&self, order: OrderId) -> rdddy::Result<()> {
        self.fulfilment.settled(&order.to_string()).await?;
        let head = self.store.head().await?;
        self.take_back.wait_for(&head).await;
        Ok(())
    }
}
