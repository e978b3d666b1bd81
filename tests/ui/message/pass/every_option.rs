#![forbid(unsafe_code)]
#![deny(warnings)]

use rdddy::message::Message;
use rdddy::prelude::*;

#[derive(Command)]
#[command(reply = std::collections::BTreeMap<u32, String>, error = std::fmt::Error)]
#[command(name = "place-order", context = "sales.online", version = 2, shared)]
struct PlaceOrder;

#[derive(Query)]
#[query(reply = Vec<u64>, error = std::fmt::Error)]
struct OpenOrders;

#[derive(Event)]
#[event(integration, version = 3)]
enum OrderChanged {
    Placed {
        #[tag]
        order: u64,
    },
}

#[derive(Event)]
#[event(ui, context = "sales")]
#[expect(non_camel_case_types)]
struct r#move;

fn main() {
    assert_eq!(PlaceOrder::name(), "sales.online.place-order");
    assert_eq!(r#move::name(), "sales.move");
    assert_eq!((PlaceOrder::VERSION, OrderChanged::VERSION), (2, 3));
    let OrderChanged::Placed { order } = OrderChanged::Placed { order: 7 };
    assert_eq!((order, OpenOrders::VERSION), (7, 1));
}
