#![deny(warnings)]

use rdddy::domain::AggregateEvent;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command)]
struct PlaceOrder {
    #[key]
    order: u64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(version = 2)]
struct OrderPlaced {
    order: u64,
}

#[derive(Default)]
struct Order {
    placed: bool,
}

#[aggregate(id = u64)]
impl Order {
    #[cfg(all())]
    #[handler]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: place.order }
    }

    #[cfg(any())]
    #[handler]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        this_is_never_looked_at(place)
    }

    #[cfg(any())]
    #[handler]
    fn cancel(&self, cancel: NoSuchCommand) -> NoSuchEvent {
        NoSuchEvent
    }

    #[cfg(any())]
    #[apply]
    fn cancelled(&mut self, _: &NoSuchEvent) {}

    #[cfg(all())]
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.placed = true;
    }

    #[cfg(any())]
    #[upcast(event = OrderPlaced, from = 1)]
    fn nothing(json: NoSuchType) -> NoSuchType {
        json
    }

    #[cfg(all())]
    #[upcast(event = OrderPlaced, from = 1)]
    fn placed_1(json: serde_json::Value) -> serde_json::Value {
        json
    }
}

/// Nothing can happen to it here.
#[derive(Default)]
struct Still;

#[aggregate(id = u64)]
impl Still {
    #[cfg(any())]
    #[apply]
    fn moved(&mut self, _: &NoSuchEvent) {}
}

fn main() {
    let formats = <Order as Aggregate>::Event::formats();
    assert_eq!((formats.len(), formats[0].upcasts.len()), (1, 1));
    assert!(<Still as Aggregate>::Event::formats().is_empty());
    assert!(!Order::default().placed);
}
