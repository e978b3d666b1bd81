//! How many of each book are left, and were sold: a read model that follows the shelves.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::shelf::{StockDelivered, StockReleased, StockReordered, StockReserved};
use super::values::Isbn;

/// How all books are doing.
#[derive(Query)]
#[query(reply = Vec<(Isbn, BookSales)>)]
pub(crate) struct HowAreTheBooks;

/// One row for each book.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct BookSales {
    pub(crate) left: u32,
    pub(crate) sold: u32,
    /// More will come.
    pub(crate) reordered: bool,
}

#[projection(key = isbn: Isbn)]
impl BookSales {
    #[handler]
    fn delivered(&mut self, event: &StockDelivered) {
        self.left += event.copies;
        self.reordered = false;
    }

    #[handler]
    fn reserved(&mut self, event: &StockReserved) {
        self.left -= event.copies;
        self.sold += event.copies;
    }

    #[handler]
    fn released(&mut self, event: &StockReleased) {
        self.left += event.copies;
        self.sold -= event.copies;
    }

    #[handler]
    fn reordered(&mut self, _: &StockReordered) {
        self.reordered = true;
    }

    #[handler]
    async fn all(
        rows: &Rows<Self>,
        _: HowAreTheBooks,
    ) -> Result<Vec<(Isbn, BookSales)>, RowsError> {
        rows.all().await
    }
}
