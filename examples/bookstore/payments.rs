//! Cards are charged. The terminal fails, the actor with it, and the next life has a new line.

use std::time::Duration;

use rdddy::prelude::*;

use super::messages::{ChargeCard, PaymentDeclined, PaymentTaken, Refusal, TestLine};
use super::terminal::{Display, Terminal};

/// How long anybody can look at a terminal.
const FOREVER: Duration = Duration::from_secs(3600);

/// Payments has a card terminal.
pub(crate) struct Payments {
    terminal: Terminal,
}

impl Payments {
    /// Called for every life of the actor.
    pub(crate) fn connect() -> Self {
        Payments { terminal: Terminal::switch_on() }
    }
}

#[actor(backoff = "1ms..8ms")]
impl Payments {
    #[handler(timeout = "25ms")]
    async fn charge(&mut self, cmd: ChargeCard, cx: &mut Context<Self>) -> Result<(), Refusal> {
        let (order, amount) = (cmd.order, cmd.amount);
        let refusal = match self.terminal.charge(&cmd) {
            Display::Approved => return Ok(cx.publish(PaymentTaken { order, amount }).await?),
            // The handler takes too long, so the actor fails.
            Display::Blank => {
                cx.sleep(FOREVER).await;
                return Err(Refusal::TerminalDown);
            }
            // The invariant does not hold, so the actor fails.
            Display::NoLine => return Err(Refusal::TerminalDown),
            Display::InsufficientFunds => Refusal::InsufficientFunds,
            Display::CardExpired => Refusal::CardExpired,
        };
        cx.publish(PaymentDeclined(order)).await?;
        Err(refusal)
    }

    #[handler]
    fn test(&self, _: TestLine) -> bool {
        self.terminal.is_connected()
    }

    #[invariant("the card terminal has a line")]
    fn has_a_line(&self) -> bool {
        self.terminal.is_connected()
    }
}
