//! The payment for an order: the bank is asked once, and its answer counts.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::Refusal;
use super::values::{Card, Cents, OrderId};

/// Have the card charged.
#[derive(Command, Debug, Deserialize, Serialize)]
pub(crate) struct RequestPayment {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) card: Card,
    pub(crate) amount: Cents,
}

/// What the bank says.
#[derive(Command, Debug)]
pub(crate) struct SettlePayment {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) answer: Result<(), Refusal>,
}

/// The money goes back, also when it is only on its way.
#[derive(Command, Debug, Deserialize, Serialize)]
pub(crate) struct CancelPayment {
    #[key]
    pub(crate) order: OrderId,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct PaymentRequested {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) card: Card,
    pub(crate) amount: Cents,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct PaymentTaken {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) amount: Cents,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct PaymentDeclined {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct PaymentCancelled {
    #[tag]
    pub(crate) order: OrderId,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct PaymentRefunded {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) amount: Cents,
}

#[derive(Default)]
pub(crate) struct Payment {
    requested: Option<Cents>,
    cancelled: bool,
    settled: bool,
    /// What the shop has of it.
    taken: Cents,
}

#[aggregate(id = OrderId)]
impl Payment {
    #[handler]
    fn request(&self, request: RequestPayment) -> Option<PaymentRequested> {
        let RequestPayment { order, card, amount } = request;
        self.requested.is_none().then_some(PaymentRequested { order, card, amount })
    }

    #[handler]
    fn settle(&self, settle: SettlePayment) -> Decided<Self, ()> {
        let order = settle.order;
        match (self.requested.filter(|_| !self.settled), settle.answer) {
            (Some(amount), Ok(())) => {
                let taken = Decided::event(PaymentTaken { order, amount });
                if self.cancelled { taken.and(PaymentRefunded { order, amount }) } else { taken }
            }
            (Some(_), Err(reason)) => Decided::event(PaymentDeclined { order, reason }),
            (None, _) => Decided::nothing(),
        }
    }

    #[handler]
    fn cancel(&self, cancel: CancelPayment) -> Decided<Self, ()> {
        let (order, amount) = (cancel.order, self.taken);
        if amount > Cents(0) {
            return Decided::event(PaymentRefunded { order, amount });
        }
        let is_open = self.requested.is_some() && !self.settled && !self.cancelled;
        if is_open { Decided::event(PaymentCancelled { order }) } else { Decided::nothing() }
    }

    #[apply]
    fn requested(&mut self, event: &PaymentRequested) {
        self.requested = Some(event.amount);
    }

    #[apply]
    fn cancelled(&mut self, _: &PaymentCancelled) {
        self.cancelled = true;
    }

    #[apply]
    fn taken(&mut self, event: &PaymentTaken) {
        self.settled = true;
        self.taken = event.amount;
    }

    #[apply]
    fn declined(&mut self, _: &PaymentDeclined) {
        self.settled = true;
    }

    #[apply]
    fn refunded(&mut self, _: &PaymentRefunded) {
        self.taken = Cents(0);
    }

    #[invariant("no more is taken than was asked for")]
    fn nothing_is_taken_unasked(&self) -> bool {
        self.taken <= self.requested.unwrap_or_default()
    }
}
