//! What became of the payment for an order: it is taken once, or declined once.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::Refusal;
use super::values::{Cents, OrderId};

/// The bank has paid.
#[derive(Command, Debug)]
#[command(error = PaymentError)]
pub(crate) struct TakePayment {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) amount: Cents,
}

/// The bank says no.
#[derive(Command, Debug)]
#[command(error = PaymentError)]
pub(crate) struct DeclinePayment {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
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

#[derive(Debug, DomainError, PartialEq, Eq, thiserror::Error)]
#[error("the payment for order {0} was settled before")]
pub(crate) struct PaymentError(OrderId);

#[derive(Default)]
pub(crate) struct Payment {
    /// Taken, or why not.
    pub(crate) settled: Option<Result<(), Refusal>>,
}

#[aggregate(id = OrderId)]
impl Payment {
    #[handler]
    #[requires(self.settled.is_none(), PaymentError(take.order))]
    fn take(&self, take: TakePayment) -> PaymentTaken {
        PaymentTaken { order: take.order, amount: take.amount }
    }

    #[handler]
    #[requires(self.settled.is_none(), PaymentError(decline.order))]
    fn decline(&self, decline: DeclinePayment) -> PaymentDeclined {
        PaymentDeclined { order: decline.order, reason: decline.reason }
    }

    #[apply]
    fn taken(&mut self, _: &PaymentTaken) {
        self.settled = Some(Ok(()));
    }

    #[apply]
    fn declined(&mut self, event: &PaymentDeclined) {
        self.settled = Some(Err(event.reason));
    }
}
