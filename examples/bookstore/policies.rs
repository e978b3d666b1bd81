//! What follows from events without anything to remember.

use rdddy::prelude::*;

use super::card::CardAnswered;
use super::order::{OrderRefused, OrderReturned};
use super::payment::{CancelPayment, SettlePayment};
use super::shelf::{ReleaseStock, Reorder, StockReserved};

/// Copies of a book that are too few.
const FEW: u32 = 10;

/// The bank's answer counts, whatever has become of the order meanwhile.
pub(crate) struct Settle;

#[policy]
impl Settle {
    #[handler]
    fn answered(&self, event: &CardAnswered) -> SettlePayment {
        SettlePayment { order: event.order, answer: event.refusal.map_or(Ok(()), Err) }
    }
}

/// What is not sold goes back on its shelf, and its money to who paid.
pub(crate) struct TakeBack;

#[policy]
impl TakeBack {
    #[handler]
    fn refused(&self, event: &OrderRefused) -> ReleaseStock {
        ReleaseStock { isbn: event.isbn, order: event.order }
    }

    #[handler]
    fn returned(&self, event: &OrderReturned) -> (ReleaseStock, CancelPayment) {
        let OrderReturned { order, isbn, .. } = *event;
        (ReleaseStock { isbn, order }, CancelPayment { order })
    }
}

/// When few are left, the publisher is asked for more. They will come another day.
pub(crate) struct Restock;

#[policy]
impl Restock {
    #[handler]
    fn reserved(&self, event: &StockReserved) -> Option<Reorder> {
        (event.left < FEW).then_some(Reorder { isbn: event.isbn })
    }
}
