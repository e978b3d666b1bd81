//! A bookstore: 3,000 orders from a file, some of them bad, decided by aggregates, with actors that
//! fail and recover.
//!
//! Run it: `cargo run --example bookstore`, or `cargo run --example bookstore -- FILE` with orders
//! of your own, one JSON object per line. What happens is kept in memory.
//!
//! `cargo run --features embedded --example bookstore` keeps it in a temporary file, and with
//! `-- --store bookstore.db` in one that stays: run it again, or kill it and run it again, and it goes
//! on where it stopped.
//!
//! What you see: how many orders were accepted, and why the others were refused; which lines were
//! no orders; what has happened, by all that is stored; then, of this run, how often the card
//! terminal failed and was restarted; which messages nobody could handle; that every message is
//! accounted for.
//!
//! The parts, in the order in which an order passes through them:
//!
//! - [`intake`]: lines of a file become [`values`], or are refused with a reason. Each has a
//!   [`ticket`], by which it is recognised.
//! - [`desk`]: decides each order, step by step. One at a time: books go to who comes first.
//! - [`order`], [`shelf`], [`payment`]: the aggregates.
//! - [`catalog`]: what is sold, at which price.
//! - [`cashier`], [`terminal`]: cards are charged on a terminal that drops its line.
//! - [`shipping`]: prints the labels, behind the desk's back.
//! - [`sales`]: a read model: what is left and sold of each book.
//! - [`ledger`]: what has happened, by the store. [`audit`]: what the system says about itself.
//! - [`summary`]: what is printed.
//! - [`place`]: where the events are kept.

mod ticket;
mod values;

mod order;
mod payment;
mod shelf;

mod intake;
mod messages;

mod audit;
mod cashier;
mod catalog;
mod desk;
mod ledger;
mod sales;
mod shipping;
mod terminal;

mod summary;

pub(crate) mod place;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::ActorConfig;
use rdddy::store::EventStore;

use audit::Audit;
use cashier::Cashier;
use catalog::{BOOKS, Catalog};
use desk::Desk;
use intake::Intake;
use ledger::Ledger;
use messages::{ReportAudit, TestLine, TestPrinter};
use place::Arguments;
use sales::{BookSales, HowAreTheBooks};
use shelf::DeliverStock;
use shipping::Shipping;
use summary::Summary;
use ticket::Ticket;

bounded_context!("bookstore");

/// Runs orders, one on each line, through the bookstore whose events are in `store`.
pub(crate) async fn run(orders: impl BufRead, store: impl EventStore) -> rdddy::Result<Summary> {
    // The terminal fails often; by default an actor may fail five times in ten seconds.
    let root = ActorConfig::new().intensity(10_000, Duration::from_secs(10));
    let system = ActorSystem::builder().root(root).store(store);
    let system = system.projection::<BookSales>().start().await?;

    let audit = system.spawn_named("audit", Audit::default()).await?;
    let catalog = system.spawn_named("catalog", Catalog::open()?).await?;
    let cashier = system.spawn_named("cashier", Props::new(Cashier::connect)).await?;
    let shipping = system.spawn_named("shipping", Props::new(|| Shipping)).await?;
    for book in BOOKS {
        let deliver = DeliverStock { isbn: book.isbn()?, copies: book.copies };
        let delivery = Ticket::of(0, book.title.as_bytes()).step("deliver");
        system.execute_as(delivery, deliver).await?;
    }

    let mut summary = Summary::default();
    let (sent, charged) = (shipping.clone(), cashier.clone());
    let desk = Desk { system: system.clone(), catalog, cashier, shipping };
    for line in Intake::new(orders) {
        let (number, line) = line?;
        match line {
            Ok(slip) => summary.decided(&desk.take(&slip).await?),
            Err(bad) => summary.bad_line(number, &bad),
        }
    }

    // Both answer after all that waits for them, so the audit has heard of it.
    sent.ask(TestPrinter).await?;
    charged.ask(TestLine).await?;
    summary.audit = audit.ask(ReportAudit).await?;
    summary.ledger = Ledger::read(&system).await?;
    let head = system.store().ok_or("the shop has no store")?.head().await?;
    system.projection::<BookSales>()?.wait_for(&head).await;
    summary.books = system.query(HowAreTheBooks).await?;
    summary.elapsed = system.elapsed();
    summary.drained = Some(system.shutdown().await);
    Ok(summary)
}

#[tokio::main]
async fn main() -> rdddy::Result<()> {
    let Arguments { orders, store } = Arguments::parse(std::env::args_os().skip(1))?;
    let file = File::open(&orders).map_err(|error| format!("{}: {error}", orders.display()))?;
    let summary = place::run(BufReader::new(file), store).await?;
    Ok(write!(std::io::stdout(), "{summary}")?)
}
