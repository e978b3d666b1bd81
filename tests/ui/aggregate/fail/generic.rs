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

#[derive(Default)]
struct Many<T>(T);

#[aggregate(id = u64)]
impl<T> Many<T> {
}

fn main() {}
