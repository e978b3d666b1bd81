//! A small shop: shelves, and orders for more.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command, Clone, Debug)]
#[command(error = ShelfError)]
pub(crate) struct Sell {
    #[key]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Command, Clone, Debug)]
#[command(error = ShelfError)]
pub(crate) struct Deliver {
    #[key]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sold {
    #[tag]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
    pub(crate) left: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivered {
    #[tag]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, DomainError)]
pub(crate) enum ShelfError {
    #[error("{0} are left")]
    TooFew(u32),
    #[error("the lorry is late")]
    #[domain(transient)]
    Late,
    #[error("books with a cursed ISBN are not delivered")]
    Cursed,
}

#[derive(Default, Debug, Clone, PartialEq)]
pub(crate) struct Shelf {
    pub(crate) copies: u32,
    pub(crate) deliveries: u32,
}

#[aggregate(id = String)]
impl Shelf {
    #[handler]
    fn sell(&self, sell: Sell) -> Result<Sold, ShelfError> {
        let left = self.copies.checked_sub(sell.copies).ok_or(ShelfError::TooFew(self.copies))?;
        Ok(Sold { isbn: sell.isbn, copies: sell.copies, left })
    }

    #[handler]
    fn deliver(&self, deliver: Deliver, cx: &Decide<Self>) -> Result<Delivered, ShelfError> {
        if deliver.isbn == "cursed" && deliver.copies > 20 {
            return Err(ShelfError::Cursed);
        }
        if deliver.isbn == "late" && cx.id_parity() {
            return Err(ShelfError::Late);
        }
        Ok(Delivered { isbn: deliver.isbn, copies: deliver.copies })
    }

    #[apply]
    fn sold(&mut self, event: &Sold) {
        self.copies -= event.copies;
    }

    #[apply]
    fn delivered(&mut self, event: &Delivered) {
        self.copies += event.copies;
        self.deliveries += 1;
    }
}

/// Chance, as decisions have it.
trait Parity {
    fn id_parity(&self) -> bool;
}

impl Parity for Decide<Shelf> {
    fn id_parity(&self) -> bool {
        self.next_id().is_multiple_of(2)
    }
}

/// Orders more when few are left.
pub(crate) struct Restock {
    pub(crate) below: u32,
}

#[policy]
impl Restock {
    #[handler]
    fn on_sold(&self, event: &Sold) -> Option<Deliver> {
        assert!(event.copies != 13, "unlucky");
        (event.left < self.below).then(|| Deliver { isbn: event.isbn.clone(), copies: 30 })
    }
}
