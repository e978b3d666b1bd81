use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command)]
struct PlaceOrder {
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

async fn execute(system: &ActorSystem) {
    let _ = system.execute(PlaceOrder { order: 1 }).await;
}

fn main() {}
