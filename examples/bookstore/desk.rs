//! Decides orders.

use std::collections::BTreeSet;

use rdddy::prelude::*;

use super::catalog::Catalog;
use super::inventory::Inventory;
use super::messages::{
    ChargeCard, FindPrice, OrderPlaced, OrderRefused, PlaceOrder, Refusal, ReleaseStock,
    ReserveStock, ShipOrder, refusal,
};
use super::order::{Order, OrderId};
use super::payments::Payments;
use super::shipping::Shipping;

/// How often a card is tried when the terminal fails.
const ATTEMPTS: u32 = 3;

/// The desk knows whom to ask, and which orders there were.
///
/// Whoever repeats an order is refused before anything is published: the order itself stands.
pub(crate) struct Desk {
    catalog: ActorRef<Catalog>,
    inventory: ActorRef<Inventory>,
    payments: ActorRef<Payments>,
    shipping: ActorRef<Shipping>,
    seen: BTreeSet<OrderId>,
}

impl Desk {
    pub(crate) fn new(
        catalog: ActorRef<Catalog>,
        inventory: ActorRef<Inventory>,
        payments: ActorRef<Payments>,
        shipping: ActorRef<Shipping>,
    ) -> Self {
        Desk { catalog, inventory, payments, shipping, seen: BTreeSet::new() }
    }

    async fn decide(&mut self, order: Order, cx: &Context<Self>) -> Result<(), Refusal> {
        let price = self.catalog.ask(FindPrice(order.isbn)).await.map_err(refusal)?;
        if price != order.price {
            return Err(Refusal::PriceChanged);
        }
        cx.publish(OrderPlaced(order.id)).await?;
        let Order { id, isbn, quantity, .. } = order;
        let reserve = ReserveStock { order: id, isbn, quantity };
        self.inventory.ask(reserve).await.map_err(refusal)?;
        if let Err(refused) = self.charge(&order).await {
            let release = ReleaseStock { order: id, isbn, quantity };
            self.inventory.ask(release).await.map_err(refusal)?;
            return Err(refused);
        }
        let Order { customer, address, .. } = order;
        // Paid for, so accepted. Should shipping have ended, the audit has the order as not over.
        let _ = self.shipping.tell(ShipOrder { order: id, customer, address }).await;
        Ok(())
    }

    /// Charges the card. When the terminal fails, the question is not lost, but asked again.
    async fn charge(&self, order: &Order) -> Result<(), Refusal> {
        for attempt in 1..=ATTEMPTS {
            let (card, amount) = (order.card.clone(), order.total());
            let charge = ChargeCard { order: order.id, card, amount, attempt };
            match self.payments.ask(charge).await {
                Err(AskError::Failed(_)) => {}
                answered => return answered.map_err(refusal),
            }
        }
        Err(Refusal::TerminalDown)
    }
}

#[actor(asks(FindPrice, ReserveStock, ReleaseStock, ChargeCard))]
impl Desk {
    #[handler]
    #[requires(!self.seen.contains(&cmd.0.id), Refusal::Duplicate)]
    async fn place(&mut self, cmd: PlaceOrder, cx: &mut Context<Self>) -> Result<(), Refusal> {
        let id = cmd.0.id;
        self.seen.insert(id);
        let decided = self.decide(cmd.0, cx).await;
        if decided.is_err() {
            cx.publish(OrderRefused(id)).await?;
        }
        decided
    }
}
