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
    fn on_placed(event: &OrderPlaced) -> u64 {
        event.order
    }
}

fn main() {}
