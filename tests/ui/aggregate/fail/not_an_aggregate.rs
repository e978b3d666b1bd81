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

fn host(system: &ActorSystem) {
    let _ = system.repository::<Order>();
}

fn main() {}
