//! Customers are told that their books have left.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::OrderShipped;
use super::values::{CustomerName, OrderId};

/// An e-mail has left.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct ConfirmationSent {
    #[tag]
    pub(crate) order: OrderId,
}

#[derive(Debug, DomainError, thiserror::Error)]
#[error("the mail server does not answer")]
#[domain(transient)]
pub(crate) struct MailServerSilent;

/// Sends the confirmation of each order once: the mail server knows the key of a mail that it has.
pub(crate) struct SendConfirmations;

#[task(timeout = "500ms", retry(max = 100, backoff = "1ms..8ms"), concurrency = 16)]
impl SendConfirmations {
    #[handler]
    async fn send(
        &self,
        event: &OrderShipped,
        cx: &TaskContext<'_>,
    ) -> Result<ConfirmationSent, MailServerSilent> {
        deliver(&event.name, cx.idempotency_key().to_string(), cx.attempt())?;
        Ok(ConfirmationSent { order: event.order })
    }
}

/// The mail server. It misses the first attempt of one mail in sixteen.
fn deliver(_: &CustomerName, key: String, attempt: u32) -> Result<(), MailServerSilent> {
    if attempt == 1 && key.ends_with('0') { Err(MailServerSilent) } else { Ok(()) }
}
