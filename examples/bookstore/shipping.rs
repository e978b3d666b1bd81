//! Prints the labels of what was paid for.
//!
//! It is told, not asked, so the desk does not wait for it. An address that does not fit on a label
//! fails the actor twice; then it is a dead letter, and the next parcel's turn comes.

use rdddy::prelude::*;

use super::messages::{ShipOrder, ShippingError, TestPrinter};
use super::order::ConfirmShipment;

/// Characters on one line of a label.
pub(crate) const LABEL_WIDTH: usize = 35;

/// Shipping remembers nothing: what waits for it is in its mailbox, which outlives it, and what it
/// has done is written down with the order.
pub(crate) struct Shipping;

#[actor(backoff = "1ms..8ms")]
impl Shipping {
    #[handler(redeliver)]
    async fn ship(&mut self, cmd: ShipOrder, cx: &mut Context<Self>) -> Result<(), ShippingError> {
        let address = cmd.address;
        let (postcode, city) = (address.postcode(), address.city());
        let town = format!("{postcode} {city}, {}", address.country());
        let label = [cmd.customer.value(), address.street(), &town];
        if label.iter().any(|line| line.chars().count() > LABEL_WIDTH) {
            return Err(ShippingError::LabelTooNarrow);
        }
        let confirm = ConfirmShipment { order: cmd.order };
        cx.system().execute_as(cmd.ticket.step("ship"), confirm).await?;
        Ok(())
    }

    #[handler]
    fn test(&self, _: TestPrinter) -> bool {
        true
    }
}
