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

#[derive(Default)]
struct Fulfilment;

fn run() -> impl Sized {
    ActorSystem::builder().saga::<Fulfilment>()
}

fn main() {}
