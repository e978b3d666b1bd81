//! What the actors are asked and told. Aggregates have their commands beside them.

use rdddy::prelude::*;

use super::audit::AuditReport;
use super::order::Refusal;
use super::values::{Address, Card, Cents, CustomerName, OrderId};

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

/// To shipping: print a label.
#[derive(Command, Debug)]
#[command(error = LabelTooNarrow)]
pub(crate) struct PrintLabel {
    pub(crate) name: CustomerName,
    pub(crate) address: Address,
}

/// To the audit: what it has heard.
#[derive(Debug, Query)]
#[query(reply = AuditReport)]
pub(crate) struct ReportAudit;

/// The parcel cannot be sent.
#[derive(Debug, DomainError, thiserror::Error)]
#[error("a line of the address is longer than {max} characters", max = super::shipping::LABEL_WIDTH)]
pub(crate) struct LabelTooNarrow;
