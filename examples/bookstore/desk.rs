//! Decides orders, step by step. Each step is a command with an id of its own, so that whoever begins
//! anew, after a crash or a second time, finds what was done, and goes on from there.

use rdddy::BoxError;
use rdddy::message::Request;
use rdddy::prelude::*;

use super::cashier::Cashier;
use super::catalog::Catalog;
use super::messages::{ChargeCard, FindPrice, ShipOrder};
use super::order::{AcceptOrder, Order, OrderError, PlaceOrder, Refusal, RefuseOrder, Stage};
use super::payment::{DeclinePayment, Payment, TakePayment};
use super::shelf::{ReleaseStock, ReserveStock};
use super::shipping::Shipping;
use super::values::{Cents, Slip};

/// How often a card is tried when the terminal fails.
const ATTEMPTS: u32 = 3;

/// The desk knows whom to ask.
pub(crate) struct Desk {
    pub(crate) system: ActorSystem,
    pub(crate) catalog: ActorRef<Catalog>,
    pub(crate) cashier: ActorRef<Cashier>,
    pub(crate) shipping: ActorRef<Shipping>,
}

/// What became of an order.
pub(crate) struct Verdict {
    pub(crate) accepted: Result<(), Refusal>,
    /// It had been decided before this run.
    pub(crate) known: bool,
}

/// Why an order is not met: the shop refuses, or cannot do its work.
enum Stop {
    Refused(Refusal),
    Failed(BoxError),
}

impl<E: Into<BoxError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.into())
    }
}

impl Desk {
    /// Decides about one order, unless that was done.
    pub(crate) async fn take(&self, slip: &Slip) -> rdddy::Result<Verdict> {
        let Slip { order, isbn, quantity, .. } = *slip;
        let place = PlaceOrder { order, isbn, quantity };
        let begun = match self.system.execute_as(slip.ticket.step("place"), place).await {
            Ok(placed) => placed.repeated,
            Err(error) => match error.refusal() {
                Some(OrderError::PlacedBefore(_)) => {
                    return Ok(Verdict { accepted: Err(Refusal::Duplicate), known: false });
                }
                _ => return Err(error.into()),
            },
        };
        if begun {
            match self.system.repository::<Order>()?.load(&order).await?.state.stage {
                Stage::Shipped => return Ok(Verdict { accepted: Ok(()), known: true }),
                Stage::Refused(refusal) => {
                    return Ok(Verdict { accepted: Err(refusal), known: true });
                }
                Stage::Accepted => {
                    self.ship(slip).await;
                    return Ok(Verdict { accepted: Ok(()), known: true });
                }
                Stage::Unheard | Stage::Placed => {}
            }
        }
        let accepted = match self.meet(slip, begun).await {
            Ok(()) => Ok(()),
            Err(Stop::Refused(refusal)) => Err(refusal),
            Err(Stop::Failed(error)) => return Err(error),
        };
        match accepted {
            Ok(()) => {
                let accept = AcceptOrder { order };
                self.system.execute_as(slip.ticket.step("accept"), accept).await?;
                self.ship(slip).await;
            }
            Err(reason) => {
                let refuse = RefuseOrder { order, reason };
                self.system.execute_as(slip.ticket.step("refuse"), refuse).await?;
            }
        }
        Ok(Verdict { accepted, known: false })
    }

    /// Puts the books aside and has them paid for.
    async fn meet(&self, slip: &Slip, begun: bool) -> Result<(), Stop> {
        let Slip { ticket, order, isbn, quantity, .. } = *slip;
        let price = self.catalog.ask(FindPrice(isbn)).await.map_err(not_asked)?;
        if price != slip.price {
            return Err(Stop::Refused(Refusal::PriceChanged));
        }
        let reserve = ReserveStock { isbn, order, quantity };
        let reserved = self.system.execute_as(ticket.step("reserve"), reserve).await;
        reserved.map_err(not_executed)?;
        let paid = self.pay(slip, begun).await;
        if let Err(Stop::Refused(_)) = paid {
            let release = ReleaseStock { isbn, order, quantity };
            self.system.execute_as(ticket.step("release"), release).await?;
        }
        paid
    }

    /// Has the order paid for, unless its payment is settled.
    async fn pay(&self, slip: &Slip, begun: bool) -> Result<(), Stop> {
        let order = slip.order;
        if begun {
            let payment = self.system.repository::<Payment>()?.load(&order).await?;
            if let Some(settled) = payment.state.settled {
                return settled.map_err(Stop::Refused);
            }
        }
        match self.charge(slip).await {
            Ok(amount) => {
                let take = TakePayment { order, amount };
                self.system.execute_as(slip.ticket.step("pay"), take).await?;
                Ok(())
            }
            Err(Stop::Refused(reason)) if reason != Refusal::TerminalDown => {
                let decline = DeclinePayment { order, reason };
                self.system.execute_as(slip.ticket.step("pay"), decline).await?;
                Err(Stop::Refused(reason))
            }
            Err(stop) => Err(stop),
        }
    }

    /// Charges the card. When the terminal fails, the question is not lost, but asked again. So it is
    /// when the shop crashes before the answer is written down: the bank knows the order's number,
    /// and pays once.
    async fn charge(&self, slip: &Slip) -> Result<Cents, Stop> {
        for attempt in 1..=ATTEMPTS {
            let (order, card, amount) = (slip.order, slip.card.clone(), slip.total());
            let charge = ChargeCard { order, card, amount, attempt };
            match self.cashier.ask(charge).await {
                Err(AskError::Failed(_)) => {}
                answered => return answered.map_err(not_asked),
            }
        }
        Err(Stop::Refused(Refusal::TerminalDown))
    }

    async fn ship(&self, slip: &Slip) {
        let (customer, address) = (slip.customer.clone(), slip.address.clone());
        let ship = ShipOrder { ticket: slip.ticket, order: slip.order, customer, address };
        // Paid for, so accepted. Should shipping have ended, the order stays open, and is sent when
        // the file is read again.
        let _ = self.shipping.tell(ship).await;
    }
}

fn not_asked<M: Request<Error = Refusal> + Sync>(error: AskError<M>) -> Stop {
    match error {
        AskError::Refused(refusal) => Stop::Refused(refusal),
        other => Stop::Failed(other.into()),
    }
}

fn not_executed<C: Request<Error = Refusal>>(error: ExecuteError<C>) -> Stop {
    match error {
        ExecuteError::Refused(refusal) => Stop::Refused(refusal),
        other => Stop::Failed(other.into()),
    }
}
