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

struct Restock;

#[policy]
impl Restock {
    #[handler]
    async fn on_placed(&mut self, event: OrderPlaced, again: u32) -> Reserve {
        Reserve { order: event.order }
    }
}

fn main() {}
