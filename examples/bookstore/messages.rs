//! What the actors are asked and told. Aggregates have their commands beside them.

use rdddy::prelude::*;

use super::audit::AuditReport;
use super::order::Refusal;
use super::ticket::Ticket;
use super::values::{Address, Card, Cents, CustomerName, Isbn, OrderId};

/// To the catalog: what a book costs.
#[derive(Debug, Query)]
#[query(reply = Cents, error = Refusal)]
pub(crate) struct FindPrice(pub(crate) Isbn);

/// To the cashier: take this much from this card. The answer is what the bank paid.
#[derive(Command, Debug)]
#[command(reply = Cents, error = Refusal)]
pub(crate) struct ChargeCard {
    pub(crate) order: OrderId,
    pub(crate) card: Card,
    pub(crate) amount: Cents,
    /// How often this was tried, this time included.
    pub(crate) attempt: u32,
}

/// To the cashier: whether the terminal answers.
#[derive(Debug, Query)]
#[query(reply = bool)]
pub(crate) struct TestLine;

/// To shipping: send the books.
#[derive(Clone, Command, Debug)]
#[command(error = ShippingError)]
pub(crate) struct ShipOrder {
    pub(crate) ticket: Ticket,
    pub(crate) order: OrderId,
    pub(crate) customer: CustomerName,
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

/// Why books cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShippingError {
    #[error("a line of the address is longer than {max} characters", max = super::shipping::LABEL_WIDTH)]
    LabelTooNarrow,
    #[error("the shipment was not written down")]
    NotRecorded(#[from] ExecuteError<super::order::ConfirmShipment>),
}
