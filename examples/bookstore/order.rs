//! An order, from the moment it is placed until its books are on their way, or it is refused.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::values::{Isbn, OrderId, Quantity};

/// A customer wants books.
#[derive(Command, Debug)]
#[command(error = OrderError)]
pub(crate) struct PlaceOrder {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
}

/// The books are put aside and paid for.
#[derive(Command, Debug)]
#[command(error = OrderError)]
pub(crate) struct AcceptOrder {
    #[key]
    pub(crate) order: OrderId,
}

/// The shop cannot meet the order.
#[derive(Command, Debug)]
#[command(error = OrderError)]
pub(crate) struct RefuseOrder {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
}

/// The parcel has left.
#[derive(Command, Debug)]
#[command(error = OrderError)]
pub(crate) struct ConfirmShipment {
    #[key]
    pub(crate) order: OrderId,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderPlaced {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderAccepted {
    #[tag]
    pub(crate) order: OrderId,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderRefused {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderShipped {
    #[tag]
    pub(crate) order: OrderId,
}

/// Why the shop refuses. Each of these is an answer; none of them is a failure.
#[derive(
    Clone, Copy, Debug, Deserialize, DomainError, PartialEq, Eq, Serialize, thiserror::Error,
)]
pub(crate) enum Refusal {
    #[error("an order of this number was placed before")]
    Duplicate,
    #[error("the book is not in the catalog")]
    NotListed,
    #[error("the price has changed")]
    PriceChanged,
    #[error("too few copies are left")]
    OutOfStock,
    #[error("the card was declined: insufficient funds")]
    InsufficientFunds,
    #[error("the card was declined: expired")]
    CardExpired,
    #[error("the card terminal is out of order")]
    #[domain(transient)]
    TerminalDown,
}

/// What cannot be done with an order.
#[derive(Debug, DomainError, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OrderError {
    #[error("order {0} was placed before")]
    PlacedBefore(OrderId),
    #[error("order {0} is not waiting for a decision")]
    NotOpen(OrderId),
    #[error("order {0} is not waiting for its parcel")]
    NotToBeShipped(OrderId),
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Unheard,
    Placed,
    Accepted,
    Refused(Refusal),
    Shipped,
}

#[derive(Default)]
pub(crate) struct Order {
    pub(crate) stage: Stage,
}

#[aggregate(id = OrderId)]
impl Order {
    #[handler]
    #[requires(self.stage == Stage::Unheard, OrderError::PlacedBefore(place.order))]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: place.order, isbn: place.isbn, quantity: place.quantity }
    }

    #[handler]
    #[requires(self.stage == Stage::Placed, OrderError::NotOpen(accept.order))]
    fn accept(&self, accept: AcceptOrder) -> OrderAccepted {
        OrderAccepted { order: accept.order }
    }

    #[handler]
    #[requires(self.stage == Stage::Placed, OrderError::NotOpen(refuse.order))]
    fn refuse(&self, refuse: RefuseOrder) -> OrderRefused {
        OrderRefused { order: refuse.order, reason: refuse.reason }
    }

    #[handler]
    #[requires(self.stage == Stage::Accepted, OrderError::NotToBeShipped(confirm.order))]
    fn confirm(&self, confirm: ConfirmShipment) -> OrderShipped {
        OrderShipped { order: confirm.order }
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.stage = Stage::Placed;
    }

    #[apply]
    fn accepted(&mut self, _: &OrderAccepted) {
        self.stage = Stage::Accepted;
    }

    #[apply]
    fn refused(&mut self, event: &OrderRefused) {
        self.stage = Stage::Refused(event.reason);
    }

    #[apply]
    fn shipped(&mut self, _: &OrderShipped) {
        self.stage = Stage::Shipped;
    }
}
