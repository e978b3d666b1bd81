//! An order, from the moment it is placed until its books are on their way, or it is refused.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::values::{Address, Card, Cents, CustomerId, CustomerName, Isbn, OrderId, Quantity};

/// A customer wants books.
#[derive(Clone, Command, Debug)]
#[command(error = OrderError)]
pub(crate) struct PlaceOrder {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) customer: CustomerName,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
    /// Of one book, as the customer saw it.
    pub(crate) price: Cents,
    pub(crate) card: Card,
    pub(crate) address: Address,
}

/// The books are put aside and paid for.
#[derive(Command, Debug, Deserialize, Serialize)]
#[command(error = OrderError)]
pub(crate) struct AcceptOrder {
    #[key]
    pub(crate) order: OrderId,
}

/// The shop cannot meet the order.
#[derive(Command, Debug, Deserialize, Serialize)]
#[command(error = OrderError)]
pub(crate) struct RefuseOrder {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) reason: Refusal,
}

/// The parcel has left, or cannot leave.
#[derive(Command, Debug, Deserialize, Serialize)]
#[command(error = OrderError)]
pub(crate) struct CloseOrder {
    #[key]
    pub(crate) order: OrderId,
    pub(crate) has_left: bool,
}

#[derive(Clone, Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderPlaced {
    #[tag]
    pub(crate) order: OrderId,
    #[tag]
    pub(crate) customer: CustomerId,
    pub(crate) name: CustomerName,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
    pub(crate) price: Cents,
    pub(crate) card: Card,
    pub(crate) address: Address,
}

/// Says to whom the parcel goes.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderAccepted {
    #[tag]
    pub(crate) order: OrderId,
    #[tag]
    pub(crate) customer: CustomerId,
    pub(crate) total: Cents,
    pub(crate) name: CustomerName,
    pub(crate) address: Address,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderRefused {
    #[tag]
    pub(crate) order: OrderId,
    #[tag]
    pub(crate) customer: CustomerId,
    pub(crate) isbn: Isbn,
    pub(crate) reason: Refusal,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderShipped {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) name: CustomerName,
}

/// The parcel cannot be delivered: the books go back, and the money, too.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct OrderReturned {
    #[tag]
    pub(crate) order: OrderId,
    #[tag]
    pub(crate) customer: CustomerId,
    pub(crate) isbn: Isbn,
    pub(crate) total: Cents,
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
    Refused,
    Shipped,
    Returned,
}

#[derive(Default)]
pub(crate) struct Order {
    stage: Stage,
    /// What was ordered, by whom.
    placed: Option<OrderPlaced>,
}

#[aggregate(id = OrderId)]
impl Order {
    #[handler]
    #[requires(self.stage == Stage::Unheard, OrderError::PlacedBefore(place.order))]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        let PlaceOrder { order, customer: name, isbn, quantity, price, card, address } = place;
        let customer = name.id();
        OrderPlaced { order, customer, name, isbn, quantity, price, card, address }
    }

    #[handler]
    fn accept(&self, accept: AcceptOrder) -> Result<OrderAccepted, OrderError> {
        let OrderPlaced { order, customer, name, address, .. } =
            self.at(Stage::Placed, accept.order)?;
        let total = self.total();
        Ok(OrderAccepted { order, customer, total, name, address })
    }

    #[handler]
    fn refuse(&self, refuse: RefuseOrder) -> Result<OrderRefused, OrderError> {
        let OrderPlaced { order, customer, isbn, .. } = self.at(Stage::Placed, refuse.order)?;
        Ok(OrderRefused { order, customer, isbn, reason: refuse.reason })
    }

    #[handler]
    fn close(&self, close: CloseOrder) -> Result<Decided<Self, ()>, OrderError> {
        let OrderPlaced { order, customer, name, isbn, .. } =
            self.at(Stage::Accepted, close.order)?;
        Ok(if close.has_left {
            Decided::event(OrderShipped { order, name })
        } else {
            Decided::event(OrderReturned { order, customer, isbn, total: self.total() })
        })
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.stage = Stage::Placed;
        self.placed = Some(event.clone());
    }

    #[apply]
    fn accepted(&mut self, _: &OrderAccepted) {
        self.stage = Stage::Accepted;
    }

    #[apply]
    fn refused(&mut self, _: &OrderRefused) {
        self.stage = Stage::Refused;
    }

    #[apply]
    fn shipped(&mut self, _: &OrderShipped) {
        self.stage = Stage::Shipped;
    }

    #[apply]
    fn returned(&mut self, _: &OrderReturned) {
        self.stage = Stage::Returned;
    }
}

impl Order {
    /// What was ordered, if the order has come just so far.
    fn at(&self, stage: Stage, order: OrderId) -> Result<OrderPlaced, OrderError> {
        let placed = self.placed.clone().filter(|_| self.stage == stage);
        placed.ok_or(match stage {
            Stage::Accepted => OrderError::NotToBeShipped(order),
            _ => OrderError::NotOpen(order),
        })
    }

    fn total(&self) -> Cents {
        self.placed.as_ref().map_or(Cents(0), |placed| placed.price * placed.quantity)
    }
}
