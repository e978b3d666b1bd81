//! What the actors say to one another.

use std::collections::BTreeMap;

use rdddy::prelude::*;
use rdddy::runtime::PublishError;

use super::audit::AuditReport;
use super::order::{Address, Card, Cents, Isbn, Order, OrderId, Quantity};

/// To the desk: a customer wants books.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct PlaceOrder(pub(crate) Order);

/// To the catalog: what a book costs.
#[derive(Debug, Query)]
#[query(reply = Cents, error = Refusal)]
pub(crate) struct FindPrice(pub(crate) Isbn);

/// To the inventory: put these books aside.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct ReserveStock {
    pub(crate) order: OrderId,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
}

/// To the inventory: put them back.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct ReleaseStock {
    pub(crate) order: OrderId,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
}

/// To the inventory: how many of each book are left.
#[derive(Debug, Query)]
#[query(reply = BTreeMap<&'static str, u32>)]
pub(crate) struct CountStock;

/// To payments: take this much from this card.
#[derive(Command, Debug)]
#[command(error = Refusal)]
pub(crate) struct ChargeCard {
    pub(crate) order: OrderId,
    pub(crate) card: Card,
    pub(crate) amount: Cents,
    /// How often this was tried, this time included.
    pub(crate) attempt: u32,
}

/// To payments: whether the terminal answers.
#[derive(Debug, Query)]
#[query(reply = bool)]
pub(crate) struct TestLine;

/// To shipping: send the books.
#[derive(Clone, Command, Debug)]
#[command(error = ShippingError)]
pub(crate) struct ShipOrder {
    pub(crate) order: OrderId,
    pub(crate) customer: String,
    pub(crate) address: Address,
}

/// To shipping: whether the label printer has caught up.
#[derive(Debug, Query)]
#[query(reply = bool)]
pub(crate) struct TestPrinter;

/// To the audit: what it has heard.
#[derive(Debug, Query)]
#[query(reply = AuditReport)]
pub(crate) struct ReportAudit;

/// An order makes sense, and its book is sold at its price.
#[derive(Debug, Event)]
pub(crate) struct OrderPlaced(pub(crate) OrderId);

/// Books were put aside for an order.
#[derive(Debug, Event)]
pub(crate) struct StockReserved(pub(crate) OrderId);

/// Books that had been put aside are for sale again.
#[derive(Debug, Event)]
pub(crate) struct StockReleased(pub(crate) OrderId);

/// A card was charged.
#[derive(Debug, Event)]
pub(crate) struct PaymentTaken {
    pub(crate) order: OrderId,
    pub(crate) amount: Cents,
}

/// A card was not charged, because its bank says no.
#[derive(Debug, Event)]
pub(crate) struct PaymentDeclined(pub(crate) OrderId);

/// Books are on their way.
#[derive(Debug, Event)]
pub(crate) struct OrderShipped(pub(crate) OrderId);

/// The shop does not sell what was ordered, as it was ordered.
#[derive(Debug, Event)]
pub(crate) struct OrderRefused(pub(crate) OrderId);

/// Why the shop refuses. Each of these is an answer; none of them is a failure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    TerminalDown,
    #[error("the shop is closed")]
    Closed(#[from] PublishError),
    /// One of the actors did not answer.
    #[error("{0}")]
    Unavailable(String),
}

/// The answer to a refused ask; whatever else went wrong, the shop cannot do its work.
pub(crate) fn refusal<M: message::Request<Error = Refusal>>(error: AskError<M>) -> Refusal {
    error.into_refusal().unwrap_or_else(|other| Refusal::Unavailable(other.to_string()))
}

/// Why books cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShippingError {
    #[error("a line of the address is longer than {max} characters", max = super::shipping::LABEL_WIDTH)]
    LabelTooNarrow,
    #[error("the shop is closed")]
    Closed(#[from] PublishError),
}
