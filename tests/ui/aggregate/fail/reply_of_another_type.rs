use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command)]
#[command(reply = u32)]
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

#[aggregate(id = u64)]
impl Order {
    #[handler]
    fn place(&self, place: PlaceOrder) -> Decided<Self, String> {
        Decided::<Self, ()>::event(OrderPlaced { order: place.order }).reply(String::new())
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.placed = true;
    }
}

fn main() {}
