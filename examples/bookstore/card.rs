//! The bank is asked for the money, until there is an answer.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::cashier::Cashier;
use super::messages::ChargeCard;
use super::order::Refusal;
use super::payment::PaymentRequested;
use super::values::OrderId;

/// How often a card is tried when the terminal fails.
const ATTEMPTS: u32 = 3;

/// What the bank has said.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct CardAnswered {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) refusal: Option<Refusal>,
}

/// The terminal has given no answer.
#[derive(Debug, DomainError, thiserror::Error)]
#[error("the card terminal has failed")]
#[domain(transient)]
pub(crate) struct NoAnswer;

/// Has cards charged by the cashier. When the terminal fails, or the shop crashes before the answer is
/// written down, the question is asked again: the bank knows the order's number, and pays once.
pub(crate) struct ChargeCards;

#[task(timeout = "500ms", retry(max = 3, backoff = "1ms..8ms"), concurrency = 16)]
impl ChargeCards {
    #[handler]
    async fn charge(
        &self,
        event: &PaymentRequested,
        cx: &TaskContext<'_>,
    ) -> Result<CardAnswered, NoAnswer> {
        let PaymentRequested { order, ref card, amount } = *event;
        let charge = ChargeCard { order, card: card.clone(), amount, attempt: cx.attempt() };
        // When the shop opens, the cashier comes a moment later than what was left to be done.
        let cashier = cx.system().lookup::<Cashier>("cashier").map_err(|_| NoAnswer)?;
        let refusal = match cashier.ask(charge).await {
            Ok(_) => None,
            Err(AskError::Refused(refusal)) => Some(refusal),
            Err(_) if cx.attempt() < ATTEMPTS => return Err(NoAnswer),
            Err(_) => Some(Refusal::TerminalDown),
        };
        Ok(CardAnswered { order, refusal })
    }
}
