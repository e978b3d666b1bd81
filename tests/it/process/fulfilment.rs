//! An order is fulfilled: stock is reserved, the card is charged, the order is shipped.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, thiserror::Error, DomainError)]
pub(crate) enum Refusal {
    #[error("only {0} are left")]
    TooFew(u32),
    #[error("the card is declined")]
    Declined,
    #[error("the terminal does not answer")]
    #[domain(transient)]
    NoAnswer,
}

macro_rules! commands {
    ($($name:ident { $key:ident: $ty:ty $(, $field:ident: $field_type:ty)* })+) => {$(
        #[derive(Command, Clone, Debug, Serialize, Deserialize)]
        #[command(error = Refusal)]
        pub(crate) struct $name {
            #[key]
            pub(crate) $key: $ty,
            $(pub(crate) $field: $field_type,)*
        }
    )+};
}

macro_rules! events {
    ($($name:ident { $($field:ident: $field_type:ty),* })+) => {$(
        #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub(crate) struct $name {
            #[tag]
            pub(crate) order: u64,
            $(pub(crate) $field: $field_type,)*
        }
    )+};
}

commands! {
    PlaceOrder { order: u64, isbn: String, copies: u32, card: String }
    Fill { isbn: String, copies: u32 }
    Reserve { isbn: String, order: u64, copies: u32 }
    Release { isbn: String, order: u64 }
    Charge { order: u64, card: String }
    Refund { order: u64 }
    Ship { order: u64 }
}

events! {
    OrderPlaced { isbn: String, copies: u32, card: String }
    Reserved { copies: u32 }
    Released { copies: u32 }
    Charged { }
    Refunded { }
    Shipped { }
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Filled {
    copies: u32,
}

#[derive(Default)]
pub(crate) struct Order {
    placed: bool,
}

#[aggregate(id = u64)]
impl Order {
    #[handler]
    fn place(&self, place: PlaceOrder) -> Option<OrderPlaced> {
        let PlaceOrder { order, isbn, copies, card } = place;
        (!self.placed).then_some(OrderPlaced { order, isbn, copies, card })
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.placed = true;
    }
}

#[derive(Default)]
pub(crate) struct Stock {
    pub(crate) free: u32,
    pub(crate) reserved: std::collections::BTreeMap<u64, u32>,
    /// What was released before it was reserved is not reserved any more.
    pub(crate) released: std::collections::BTreeSet<u64>,
}

#[aggregate(id = String)]
impl Stock {
    #[handler]
    fn fill(&self, fill: Fill) -> Filled {
        Filled { copies: fill.copies }
    }

    #[handler]
    fn reserve(&self, reserve: Reserve) -> Result<Reserved, Refusal> {
        if self.free < reserve.copies || self.released.contains(&reserve.order) {
            return Err(Refusal::TooFew(self.free));
        }
        Ok(Reserved { order: reserve.order, copies: reserve.copies })
    }

    #[handler]
    fn release(&self, release: Release) -> Released {
        let copies = self.reserved.get(&release.order).copied().unwrap_or_default();
        Released { order: release.order, copies }
    }

    #[apply]
    fn filled(&mut self, event: &Filled) {
        self.free += event.copies;
    }

    #[apply]
    fn reserved(&mut self, event: &Reserved) {
        self.free -= event.copies;
        assert!(self.reserved.insert(event.order, event.copies).is_none(), "reserved twice");
    }

    #[apply]
    fn released(&mut self, event: &Released) {
        self.free += event.copies;
        self.reserved.remove(&event.order);
        self.released.insert(event.order);
    }
}

#[derive(Default)]
pub(crate) struct Payment {
    pub(crate) charged: bool,
    pub(crate) refunded: bool,
}

#[aggregate(id = u64)]
impl Payment {
    #[handler]
    fn charge(&self, charge: Charge, cx: &Decide<Self>) -> Result<Option<Charged>, Refusal> {
        match charge.card.as_str() {
            "declined" => Err(Refusal::Declined),
            "flaky" if !cx.next_id().is_multiple_of(3) => Err(Refusal::NoAnswer),
            "dead" => Err(Refusal::NoAnswer),
            // Its bank is going to think about it.
            "never" => Ok(None),
            _ => Ok(Some(Charged { order: charge.order })),
        }
    }

    #[handler]
    fn refund(&self, refund: Refund) -> Option<Refunded> {
        (self.charged && !self.refunded).then_some(Refunded { order: refund.order })
    }

    #[apply]
    fn charged(&mut self, _: &Charged) {
        assert!(!self.charged, "charged twice");
        self.charged = true;
    }

    #[apply]
    fn refunded(&mut self, _: &Refunded) {
        self.refunded = true;
    }
}

#[derive(Default)]
pub(crate) struct Shipment {
    pub(crate) shipped: bool,
}

#[aggregate(id = u64)]
impl Shipment {
    #[handler]
    fn ship(&self, ship: Ship) -> Shipped {
        Shipped { order: ship.order }
    }

    #[apply]
    fn shipped(&mut self, _: &Shipped) {
        assert!(!self.shipped, "shipped twice");
        self.shipped = true;
    }
}

#[derive(Default)]
pub(crate) struct Fulfilment {
    isbn: String,
    card: String,
}

#[saga(starts_on = OrderPlaced, key = order)]
impl Fulfilment {
    #[step(compensate = release)]
    fn reserve(&mut self, event: &OrderPlaced) -> Reserve {
        self.isbn.clone_from(&event.isbn);
        self.card.clone_from(&event.card);
        Reserve { isbn: event.isbn.clone(), order: event.order, copies: event.copies }
    }

    #[compensation]
    fn release(&mut self, event: &OrderPlaced) -> Release {
        Release { isbn: event.isbn.clone(), order: event.order }
    }

    #[step(on = Reserved, pivot, compensate = refund, retry(max = 4, backoff = "1ms..5ms"))]
    fn charge(&mut self, event: &Reserved) -> Charge {
        Charge { order: event.order, card: self.card.clone() }
    }

    #[compensation]
    fn refund(&mut self, event: &Reserved) -> Refund {
        Refund { order: event.order }
    }

    #[step(on = Charged, retriable)]
    fn ship(&mut self, event: &Charged) -> Ship {
        Ship { order: event.order }
    }

    #[timeout("15m")]
    fn expired(&mut self) -> Timeout {
        Timeout::Compensate
    }
}
