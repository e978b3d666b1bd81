use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command, Clone)]
#[command(error = Closed)]
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

#[derive(Event, Serialize, Deserialize)]
struct OrderPaid;

#[derive(Debug, thiserror::Error)]
#[error("closed")]
struct Closed;

#[derive(Command)]
struct Pay {
    #[key]
    order: u64,
}

#[derive(Command)]
#[command(reply = u32)]
struct Count {
    #[key]
    order: u64,
}

#[derive(Command)]
struct Look {
    #[key]
    order: u64,
}

#[derive(Command)]
struct Repeat {
    #[key]
    order: u64,
}

#[aggregate(id = u64, name = "Purchase")]
impl Order {
    #[handler]
    #[requires(!self.placed, Closed)]
    #[ensures(self.placed && place.order > 0)]
    fn place(&self, place: PlaceOrder, cx: &Decide<Self>) -> Result<(OrderPlaced, OrderPaid), Closed> {
        Ok((OrderPlaced { order: place.order + cx.version() }, OrderPaid))
    }

    #[handler]
    fn pay(&self, pay: Pay) -> Option<OrderPaid> {
        (pay.order > 0).then_some(OrderPaid)
    }

    #[handler]
    fn count(&self, _: Count) -> Decided<Self, u32> {
        Decided::<Self, ()>::event(OrderPaid).and(OrderPlaced { order: 1 }).reply(7)
    }

    #[handler]
    fn look(&self, _: Look) {}

    #[handler]
    fn repeat(&self, repeat: Repeat) -> Vec<OrderPlaced> {
        vec![OrderPlaced { order: repeat.order }]
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.placed = event.order > 0;
    }

    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}

    #[invariant("always true")]
    fn holds(&self) -> bool {
        true
    }
}

fn main() {}
