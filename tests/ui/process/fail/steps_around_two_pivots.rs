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

#[saga(starts_on = OrderPlaced, key = order)]
impl Fulfilment {
    #[step(retriable)]
    fn reserve(&mut self, event: &OrderPlaced) -> Reserve {
        Reserve { order: event.order }
    }

    #[step(pivot)]
    fn charge(&mut self, event: &StockReserved) -> Reserve {
        Reserve { order: event.order }
    }

    #[step(pivot)]
    fn charge_again(&mut self, event: &StockReserved) -> Reserve {
        Reserve { order: event.order }
    }

    #[step]
    fn ship(&mut self, event: &StockReserved) -> Reserve {
        Reserve { order: event.order }
    }
}

fn main() {}
