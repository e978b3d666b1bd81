use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command)]
struct PlaceOrder {
    #[key]
    order: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct OrderPlaced {
    order: u64,
}

#[derive(Default)]
struct Order {
    placed: bool,
}

#[derive(Command)]
struct ShipOrder {
    #[key]
    order: u64,
}

#[aggregate(id = u64)]
impl Order {
    #[handler]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: place.order }
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.placed = true;
    }
}

fn decides<C: rdddy::domain::Keyed<Key = u64>>()
where
    Order: rdddy::domain::Decides<C>,
{
}

fn main() {
    decides::<ShipOrder>();
}
