//! How many of a book are left, and how many are put aside for somebody.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::Refusal;
use super::values::{Isbn, OrderId, Quantity};

/// Books have come.
#[derive(Command, Debug)]
pub(crate) struct DeliverStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) copies: u32,
}

/// Put these books aside.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct ReserveStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) order: OrderId,
    pub(crate) quantity: Quantity,
}

/// Put them back.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct ReleaseStock {
    #[key]
    pub(crate) isbn: Isbn,
    pub(crate) order: OrderId,
    pub(crate) quantity: Quantity,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockDelivered {
    #[tag]
    pub(crate) isbn: Isbn,
    pub(crate) copies: u32,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockReserved {
    #[tag]
    pub(crate) isbn: Isbn,
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) quantity: Quantity,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct StockReleased {
    #[tag]
    pub(crate) isbn: Isbn,
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) quantity: Quantity,
}

/// The copies of one book.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Shelf {
    delivered: u32,
    left: u32,
    reserved: u32,
}

#[aggregate(id = Isbn, snapshot(every = 50))]
impl Shelf {
    #[handler]
    fn deliver(&self, deliver: DeliverStock) -> StockDelivered {
        StockDelivered { isbn: deliver.isbn, copies: deliver.copies }
    }

    #[handler]
    #[requires(self.delivered > 0, Refusal::NotListed)]
    #[requires(reserve.quantity.value() <= self.left, Refusal::OutOfStock)]
    fn reserve(&self, reserve: ReserveStock) -> StockReserved {
        let ReserveStock { isbn, order, quantity } = reserve;
        StockReserved { isbn, order, quantity }
    }

    #[handler]
    #[requires(release.quantity.value() <= self.reserved, Refusal::NotListed)]
    fn release(&self, release: ReleaseStock) -> StockReleased {
        let ReleaseStock { isbn, order, quantity } = release;
        StockReleased { isbn, order, quantity }
    }

    #[apply]
    fn delivered(&mut self, event: &StockDelivered) {
        self.delivered += event.copies;
        self.left += event.copies;
    }

    #[apply]
    fn reserved(&mut self, event: &StockReserved) {
        self.left -= event.quantity.value();
        self.reserved += event.quantity.value();
    }

    #[apply]
    fn released(&mut self, event: &StockReleased) {
        self.reserved -= event.quantity.value();
        self.left += event.quantity.value();
    }

    #[invariant("a book is on its shelf or put aside for somebody")]
    fn no_book_is_lost(&self) -> bool {
        self.left + self.reserved == self.delivered
    }
}
