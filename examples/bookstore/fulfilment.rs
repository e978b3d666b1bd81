//! The life of an order: books are put aside, the card is charged, the parcel leaves; or the order is
//! refused, and nothing of it remains.

use rdddy::prelude::*;

use super::order::{
    AcceptOrder, CloseOrder, OrderPlaced, OrderReturned, OrderShipped, Refusal, RefuseOrder,
};
use super::parcel::LabelPrinted;
use super::payment::{CancelPayment, PaymentDeclined, PaymentTaken, RequestPayment};
use super::shelf::{ReservationRefused, ReserveStock, StockReserved};
use super::values::{Card, Cents};

/// What the fulfilment of one order remembers.
#[derive(Default)]
pub(crate) struct Fulfilment {
    payment: Option<(Card, Cents)>,
    /// Why the order cannot be met.
    reason: Option<Refusal>,
}

#[saga(starts_on = OrderPlaced, key = order)]
impl Fulfilment {
    #[step(compensate = refuse)]
    fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock {
        let OrderPlaced { order, isbn, quantity, price, ref card, .. } = *event;
        self.payment = Some((card.clone(), price * quantity));
        ReserveStock { isbn, order, quantity, price }
    }

    /// The policy [`TakeBack`](super::policies::TakeBack) puts the books back.
    #[compensation]
    fn refuse(&mut self, event: &OrderPlaced) -> RefuseOrder {
        let reason = self.reason.unwrap_or(Refusal::TerminalDown);
        RefuseOrder { order: event.order, reason }
    }

    #[abort]
    fn not_reserved(&mut self, event: &ReservationRefused) {
        self.reason = Some(event.reason);
    }

    #[step(on = StockReserved, pivot, compensate = cancel)]
    fn charge(&mut self, event: &StockReserved) -> Option<RequestPayment> {
        let (card, amount) = self.payment.clone()?;
        Some(RequestPayment { order: event.order, card, amount })
    }

    /// The terminal may have charged the card although nobody has heard of it.
    #[compensation]
    fn cancel(&mut self, event: &StockReserved) -> CancelPayment {
        CancelPayment { order: event.order }
    }

    #[abort]
    fn declined(&mut self, event: &PaymentDeclined) {
        self.reason = Some(event.reason);
    }

    #[step(on = PaymentTaken, retriable)]
    fn accept(&mut self, event: &PaymentTaken) -> AcceptOrder {
        AcceptOrder { order: event.order }
    }

    #[step(on = LabelPrinted, retriable)]
    fn close(&mut self, event: &LabelPrinted) -> CloseOrder {
        CloseOrder { order: event.order, has_left: event.fits }
    }

    #[end]
    fn shipped(&mut self, _: &OrderShipped) {}

    #[end]
    fn returned(&mut self, _: &OrderReturned) {}

    #[timeout("15m")]
    fn expired(&mut self) -> Timeout {
        Timeout::Compensate
    }
}
