//! An event-sourced aggregate, with values that cannot be wrong.
//!
//! Run it: `cargo run --example aggregate`
//!
//! What you see: an order that is placed once and shipped once, refusals with the reason, a command
//! that is carried out once however often it comes, and a system that goes on where the one before it
//! stopped. The store is one in memory; with the feature `embedded` it would be a file.

use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("shop");

#[derive(Id)]
struct OrderId(u64);

/// No wrong one can exist: `new`, `TryFrom` and serde all go through the check.
#[derive(Clone, Debug, PartialEq, Eq, ValueObject)]
#[value(range = 1..=999, message = "a quantity is between 1 and 999")]
struct Quantity(u32);

#[derive(Clone, Command, Debug)]
#[command(error = OrderError)]
struct PlaceOrder {
    #[key]
    order: OrderId,
    quantity: Quantity,
}

#[derive(Clone, Command, Debug)]
#[command(reply = u32, error = OrderError)]
struct ShipOrder {
    #[key]
    order: OrderId,
}

#[derive(Debug, Deserialize, Event, Serialize)]
struct OrderPlaced {
    #[tag]
    order: OrderId,
    quantity: Quantity,
}

#[derive(Debug, Deserialize, Event, Serialize)]
struct OrderShipped {
    order: OrderId,
}

#[derive(Debug, DomainError, PartialEq, Eq, thiserror::Error)]
enum OrderError {
    #[error("order {0} was already placed")]
    AlreadyPlaced(OrderId),
    #[error("there is nothing to ship")]
    NothingToShip,
}

#[derive(Default)]
struct Order {
    quantity: Option<Quantity>,
    shipped: bool,
}

#[aggregate(id = OrderId)]
impl Order {
    #[handler]
    #[requires(self.quantity.is_none(), OrderError::AlreadyPlaced(place.order))]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: place.order, quantity: place.quantity }
    }

    #[handler]
    fn ship(&self, ship: ShipOrder) -> Result<Decided<Self, u32>, OrderError> {
        let quantity = self.quantity.as_ref().filter(|_| !self.shipped);
        let quantity = quantity.ok_or(OrderError::NothingToShip)?.value();
        Ok(Decided::<Self, ()>::event(OrderShipped { order: ship.order }).reply(quantity))
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.quantity = Some(event.quantity.clone());
    }

    #[apply]
    fn shipped(&mut self, _: &OrderShipped) {
        self.shipped = true;
    }
}

/// Sells a little, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let mut out = String::new();
    let mut say = |line: String| out.extend([line, "\n".to_owned()]);
    let (store, order) = (MemoryStore::new(), OrderId::new(7));

    if let Err(invalid) = Quantity::new(1_000) {
        say(invalid.to_string());
    }
    let system = ActorSystem::builder().store(store.clone()).start().await?;
    let place = PlaceOrder { order, quantity: Quantity::new(3)? };
    let placed = system.execute(place.clone()).await?;
    say(format!("{:?}, version {}", placed.events, placed.version.0));
    let again = system.execute(place).await;
    say(again.err().and_then(|error| error.refusal().map(ToString::to_string)).unwrap_or_default());
    system.shutdown().await;

    let system = ActorSystem::builder().store(store.reopen()).start().await?;
    let id = MessageId(42);
    let shipped = system.execute_as(id, ShipOrder { order }).await?;
    let repeated = system.execute_as(id, ShipOrder { order }).await?;
    say(format!(
        "shipped {}; asked again: {}, repeated: {}",
        shipped.reply, repeated.reply, repeated.repeated
    ));
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
