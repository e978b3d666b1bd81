//! How many of a book are left, at which price, and who has some put aside.

use std::collections::BTreeMap;

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::Refusal;
use super::values::{Cents, Isbn, OrderId, Quantity};

/// The publisher has sent books.
#[derive(Clone, Command, Debug)]
pub(crate) struct DeliverStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) copies: u32,
    pub(crate) price: Cents,
}

/// Put these books aside, if they cost what the customer saw.
#[derive(Command, Debug, Deserialize, Serialize)]
pub(crate) struct ReserveStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) order: OrderId,
    pub(crate) quantity: Quantity,
    pub(crate) price: Cents,
}

/// Put them back.
#[derive(Command, Debug)]
pub(crate) struct ReleaseStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) order: OrderId,
}

/// Have the publisher send more.
#[derive(Command, Debug)]
pub(crate) struct Reorder {
    #[key]
    pub(crate) isbn: Isbn,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockDelivered {
    #[tag]
    pub(crate) isbn: Isbn,
    pub(crate) copies: u32,
    pub(crate) price: Cents,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockReserved {
    #[tag]
    pub(crate) isbn: Isbn,
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) copies: u32,
    pub(crate) left: u32,
}

/// The books could not be put aside.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct ReservationRefused {
    #[tag]
    pub(crate) isbn: Isbn,
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockReleased {
    #[tag]
    pub(crate) isbn: Isbn,
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) copies: u32,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockReordered {
    #[tag]
    pub(crate) isbn: Isbn,
}

/// The copies of one book.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Shelf {
    price: Option<Cents>,
    delivered: u32,
    left: u32,
    /// Put aside, and sold if nothing comes between.
    held: BTreeMap<OrderId, u32>,
    reordered: bool,
}

#[aggregate(id = Isbn, snapshot(every = 50))]
impl Shelf {
    #[handler]
    fn deliver(&self, deliver: DeliverStock) -> StockDelivered {
        let DeliverStock { isbn, copies, price } = deliver;
        StockDelivered { isbn, copies, price }
    }

    /// Both answers have happened: a refusal is remembered, too.
    #[handler]
    fn reserve(&self, reserve: ReserveStock) -> Decided<Self, ()> {
        let ReserveStock { isbn, order, quantity, price } = reserve;
        let copies = quantity.value();
        let refused = |reason| Decided::event(ReservationRefused { isbn, order, reason });
        match (self.price, self.left.checked_sub(copies)) {
            (None, _) => refused(Refusal::NotListed),
            (Some(now), _) if now != price => refused(Refusal::PriceChanged),
            (_, None) => refused(Refusal::OutOfStock),
            (_, Some(left)) => Decided::event(StockReserved { isbn, order, copies, left }),
        }
    }

    /// There may be nothing to put back: then nothing happens.
    #[handler]
    fn release(&self, release: ReleaseStock) -> Option<StockReleased> {
        let ReleaseStock { isbn, order } = release;
        let copies = self.held.get(&order).copied()?;
        Some(StockReleased { isbn, order, copies })
    }

    #[handler]
    fn reorder(&self, reorder: Reorder) -> Option<StockReordered> {
        (!self.reordered).then_some(StockReordered { isbn: reorder.isbn })
    }

    #[apply]
    fn delivered(&mut self, event: &StockDelivered) {
        self.price = Some(event.price);
        self.delivered += event.copies;
        self.left += event.copies;
        self.reordered = false;
    }

    #[apply]
    fn reserved(&mut self, event: &StockReserved) {
        self.left -= event.copies;
        self.held.insert(event.order, event.copies);
    }

    #[apply]
    fn refused(&mut self, _: &ReservationRefused) {}

    #[apply]
    fn released(&mut self, event: &StockReleased) {
        self.left += event.copies;
        self.held.remove(&event.order);
    }

    #[apply]
    fn reordered(&mut self, _: &StockReordered) {
        self.reordered = true;
    }

    #[invariant("a book is on its shelf or put aside for somebody")]
    fn no_book_is_lost(&self) -> bool {
        self.left + self.held.values().sum::<u32>() == self.delivered
    }
}
