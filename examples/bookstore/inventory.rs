//! How many of each book are left.

use std::collections::BTreeMap;

use rdddy::prelude::*;

use super::catalog::BOOKS;
use super::messages::{
    CountStock, Refusal, ReleaseStock, ReserveStock, StockReleased, StockReserved,
};
use super::order::Isbn;

/// The copies of one book.
struct Shelf {
    title: &'static str,
    delivered: u32,
    left: u32,
    reserved: u32,
}

/// The inventory knows every shelf.
pub(crate) struct Inventory(BTreeMap<Isbn, Shelf>);

impl Inventory {
    pub(crate) fn open() -> Self {
        let shelves = BOOKS.iter().map(|book| {
            let (title, copies) = (book.title, book.copies);
            (book.isbn, Shelf { title, delivered: copies, left: copies, reserved: 0 })
        });
        Inventory(shelves.collect())
    }
}

#[actor]
impl Inventory {
    #[handler]
    async fn reserve(&mut self, cmd: ReserveStock, cx: &mut Context<Self>) -> Result<(), Refusal> {
        let shelf = self.0.get_mut(&cmd.isbn).ok_or(Refusal::NotListed)?;
        let copies = cmd.quantity.copies();
        shelf.left = shelf.left.checked_sub(copies).ok_or(Refusal::OutOfStock)?;
        shelf.reserved += copies;
        Ok(cx.publish(StockReserved(cmd.order)).await?)
    }

    #[handler]
    async fn release(&mut self, cmd: ReleaseStock, cx: &mut Context<Self>) -> Result<(), Refusal> {
        let shelf = self.0.get_mut(&cmd.isbn).ok_or(Refusal::NotListed)?;
        let copies = cmd.quantity.copies().min(shelf.reserved);
        shelf.reserved -= copies;
        shelf.left += copies;
        Ok(cx.publish(StockReleased(cmd.order)).await?)
    }

    #[handler]
    fn count(&self, _: CountStock) -> BTreeMap<&'static str, u32> {
        self.0.values().map(|shelf| (shelf.title, shelf.left)).collect()
    }

    #[invariant("a book is on its shelf or put aside for somebody")]
    fn no_book_is_lost(&self) -> bool {
        self.0.values().all(|shelf| shelf.left + shelf.reserved == shelf.delivered)
    }
}
