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

#[aggregate(id = u64, stored = state)]
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

fn main() {}
