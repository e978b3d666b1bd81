//! A small bookstore, written out by hand as the macros would.

use serde::{Deserialize, Serialize};
use std::convert::Infallible;

use super::codec::{Codec, CodecProbe, WithCodec as _, WithoutCodec as _};
use super::{ActorEntry, DomainMap, MessageEntry, MessageUse, SourceLocation};
use crate::message::{
    Command, ContextEntry, Event, EventScope, Kind, Message, MessageName, Query, Request, Sealed,
};

macro_rules! message {
    ($ty:ident, $kind:ident, $context:literal, $local:literal, $version:literal) => {
        impl Sealed for $ty {}
        impl Message for $ty {
            const KIND: Kind = Kind::$kind;
            const VERSION: u32 = $version;
            fn name() -> &'static str {
                static NAME: MessageName = MessageName::new(module_path!(), $local, Some($context));
                NAME.get()
            }
        }
    };
}

macro_rules! request {
    ($ty:ident, $kind:ident, $reply:ty) => {
        impl Request for $ty {
            type Reply = $reply;
            type Error = Infallible;
        }
        impl $kind for $ty {}
    };
}

macro_rules! codec {
    ($ty:ident) => {
        (&CodecProbe::<$ty>::new()).codec()
    };
}

mod export;
mod property;
mod registry;
mod suggest;
mod verify;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct PlaceOrder {
    order: u128,
    note: Option<String>,
    lines: Vec<Line>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Line {
    isbn: String,
    quantity: u32,
}

message!(PlaceOrder, Command, "sales", "PlaceOrder", 2);
request!(PlaceOrder, Command, ());

/// How `PlaceOrder` once looked.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct PlaceOrderV1 {
    order: u128,
}

message!(PlaceOrderV1, Command, "sales", "PlaceOrder", 1);
request!(PlaceOrderV1, Command, ());

/// Nothing to read or write.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct OpenOrders;

message!(OpenOrders, Query, "sales", "OpenOrders", 1);
request!(OpenOrders, Query, usize);

/// Without serde.
struct CancelOrder;

message!(CancelOrder, Command, "sales", "CancelOrder", 1);
request!(CancelOrder, Command, ());

struct OrderPlaced;

message!(OrderPlaced, Event, "sales", "OrderPlaced", 1);
impl Event for OrderPlaced {}

struct OrderExported;

message!(OrderExported, Event, "sales", "OrderExported", 1);
impl Event for OrderExported {
    const SCOPE: EventScope = EventScope::Integration;
}

struct StockOf;

message!(StockOf, Query, "inventory", "StockOf", 1);
request!(StockOf, Query, u32);

struct Started;

message!(Started, Event, "rdddy", "Started", 1);
impl Event for Started {}

/// Claims the name of another.
#[derive(Deserialize, Serialize)]
struct AnotherOpenOrders;

message!(AnotherOpenOrders, Query, "sales", "OpenOrders", 1);
request!(AnotherOpenOrders, Query, ());

inventory::submit! { ContextEntry { module: "bookstore::sales", context: "sales" } }
inventory::submit! { ContextEntry { module: "bookstore::inventory", context: "inventory" } }
inventory::submit! { PLACE_ORDER }
inventory::submit! { ORDER_DESK }

const fn sales(line: u32) -> SourceLocation {
    SourceLocation { file: "src/sales.rs", line }
}

const fn inventory_at(line: u32) -> SourceLocation {
    SourceLocation { file: "src/inventory.rs", line }
}

const PLACE_ORDER: MessageEntry =
    MessageEntry::command::<PlaceOrder>(sales(10)).with_codec(|| codec!(PlaceOrder));
const PLACE_ORDER_V1: MessageEntry = MessageEntry::command::<PlaceOrderV1>(sales(20))
    .with_codec(|| Some(Codec::of::<PlaceOrderV1>()));
const OPEN_ORDERS: MessageEntry =
    MessageEntry::query::<OpenOrders>(sales(30)).with_codec(|| codec!(OpenOrders));
const CANCEL_ORDER: MessageEntry =
    MessageEntry::command::<CancelOrder>(sales(40)).with_codec(|| codec!(CancelOrder));
const ORDER_PLACED: MessageEntry = MessageEntry::event::<OrderPlaced>(sales(50));
const ORDER_EXPORTED: MessageEntry = MessageEntry::event::<OrderExported>(sales(60));
const STOCK_OF: MessageEntry = MessageEntry::query::<StockOf>(inventory_at(10));
const STARTED: MessageEntry =
    MessageEntry::event::<Started>(SourceLocation { file: "src/own.rs", line: 1 });

const ORDER_DESK: ActorEntry = ActorEntry::new(
    "OrderDesk",
    "bookstore::sales",
    &[
        MessageUse::of::<PlaceOrder>(110),
        MessageUse::of::<PlaceOrderV1>(112),
        MessageUse::of::<CancelOrder>(114),
        MessageUse::of::<OpenOrders>(116),
    ],
    &[MessageUse::of::<StockOf>(100)],
    sales(100),
);
const STOCK: ActorEntry = ActorEntry::new(
    "Stock",
    "bookstore::inventory",
    &[MessageUse::of::<StockOf>(110), MessageUse::of::<OrderPlaced>(112)],
    &[],
    inventory_at(100),
);

/// A domain that is whole.
fn bookstore() -> DomainMap {
    let messages = [
        STARTED,
        STOCK_OF,
        ORDER_EXPORTED,
        ORDER_PLACED,
        CANCEL_ORDER,
        OPEN_ORDERS,
        PLACE_ORDER,
        PLACE_ORDER_V1,
    ];
    let map = messages.into_iter().fold(DomainMap::new(), DomainMap::with_message);
    [STOCK, ORDER_DESK].into_iter().fold(map, DomainMap::with_actor)
}
