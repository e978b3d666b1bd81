use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct OrderPlaced {
    #[tag]
    order: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct StockReserved {
    #[tag]
    order: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct Reserve {
    #[key]
    order: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct Release {
    #[key]
    order: u64,
}

#[derive(Command)]
struct Hold {
    #[key]
    order: u64,
}

#[derive(Default)]
struct Fulfilment;

#[saga(starts_on = OrderPlaced, key = order)]
impl Fulfilment {
    #[step(irreversible = "it ends by itself")]
    fn hold(&mut self, event: &OrderPlaced) -> Hold {
        Hold { order: event.order }
    }
}

fn main() {}
