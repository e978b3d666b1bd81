//! Cards are charged. The terminal fails, the actor with it, and the next life has a new line.

use std::time::Duration;

use rdddy::prelude::*;

use super::messages::{ChargeCard, TestLine};
use super::order::Refusal;
use super::terminal::{Display, Terminal};
use super::values::Cents;

/// How long anybody can look at a terminal.
const FOREVER: Duration = Duration::from_secs(3600);

/// The cashier has a card terminal.
pub(crate) struct Cashier {
    terminal: Terminal,
}

impl Cashier {
    /// Called for every life of the actor.
    pub(crate) fn connect() -> Self {
        Cashier { terminal: Terminal::switch_on() }
    }
}

#[actor(backoff = "1ms..8ms")]
impl Cashier {
    #[handler(timeout = "25ms")]
    async fn charge(&mut self, cmd: ChargeCard, cx: &mut Context<Self>) -> Result<Cents, Refusal> {
        match self.terminal.charge(&cmd) {
            Display::Approved => Ok(cmd.amount),
            // The handler takes too long, so the actor fails.
            Display::Blank => {
                cx.sleep(FOREVER).await;
                Err(Refusal::TerminalDown)
            }
            // The invariant does not hold, so the actor fails.
            Display::NoLine => Err(Refusal::TerminalDown),
            Display::InsufficientFunds => Err(Refusal::InsufficientFunds),
            Display::CardExpired => Err(Refusal::CardExpired),
        }
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
