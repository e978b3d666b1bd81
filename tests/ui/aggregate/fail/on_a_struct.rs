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

#[aggregate(id = u64)]
#[derive(Default)]
struct Order {
    placed: bool,
}

fn main() {}
