//! A bookstore: 3,000 orders from a file, some of them bad, each fulfilled or refused by a process that
//! spans aggregates, actors that fail, and a bank that may not answer.
//!
//! Run it: `cargo run --example bookstore`, or `cargo run --example bookstore -- FILE` with orders
//! of your own, one JSON object per line. What happens is kept in memory.
//!
//! `cargo run --features embedded --example bookstore` keeps it in a temporary file, and with
//! `-- --store bookstore.db` in one that stays: run it again, or kill it and run it again, and it goes
//! on where it stopped. With `--features postgres` and `-- --store postgres://..` it is a database.
//!
//! What you see: how many orders were accepted, and why the others were refused; which lines were
//! no orders; what has happened, by all that is stored; how the books and the customers are doing, by
//! read models; then, of this run, how often the card terminal failed and was restarted, and that
//! every message is accounted for.
//!
//! The parts, in the order in which an order passes through them:
//!
//! - [`intake`]: lines of a file become [`values`], or are refused with a reason. Each has a
//!   [`ticket`], by which it is recognised.
//! - [`counter`]: places orders. Books go to who comes first.
//! - [`fulfilment`]: the saga of an order, over the aggregates [`order`], [`shelf`] and [`payment`].
//! - [`card`], [`parcel`], [`mail`]: tasks, which touch the world. Cards are charged by the
//!   [`cashier`] on a [`terminal`] that drops its line; labels are printed by [`shipping`].
//! - [`policies`]: what follows by itself: refunds, books that go back, orders from the publisher.
//! - [`sales`], [`customers`]: read models.
//! - [`ledger`]: what has happened, by the store. [`audit`]: what the system says about itself.
//! - [`summary`]: what is printed.
//! - [`catalog`]: what is sold. [`place`]: where the events are kept.

mod ticket;
pub(crate) mod values;

pub(crate) mod order;
pub(crate) mod payment;
pub(crate) mod shelf;

mod intake;
pub(crate) mod messages;

pub(crate) mod cashier;
pub(crate) mod catalog;
pub(crate) mod shipping;
pub(crate) mod terminal;

pub(crate) mod card;
mod counter;
pub(crate) mod fulfilment;
pub(crate) mod mail;
mod parcel;
mod policies;

mod audit;
pub(crate) mod customers;
mod ledger;
pub(crate) mod sales;

mod summary;

pub(crate) mod place;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::{ActorConfig, SystemBuilder};
use rdddy::store::EventStore;

use audit::Audit;
use card::ChargeCards;
use cashier::Cashier;
use catalog::BOOKS;
use counter::Counter;
use customers::{BestCustomers, CustomerHistory};
use fulfilment::Fulfilment;
use intake::Intake;
use ledger::Ledger;
use mail::SendConfirmations;
use messages::ReportAudit;
use parcel::PrintLabels;
use place::Arguments;
use policies::{Restock, Settle, TakeBack};
use sales::{BookSales, HowAreTheBooks};
use shelf::DeliverStock;
use shipping::Shipping;
use summary::{CUSTOMERS_SHOWN, Summary};
use ticket::Ticket;

bounded_context!("bookstore");

/// Runs orders, one on each line, through the bookstore whose events are in `store`.
pub(crate) async fn run(orders: impl BufRead, store: impl EventStore) -> rdddy::Result<Summary> {
    // The terminal fails often; by default an actor may fail five times in ten seconds.
    let root = ActorConfig::new().intensity(10_000, Duration::from_secs(10));
    let system = processes(ActorSystem::builder().root(root).store(store)).start().await?;
    let audit = system.spawn_named("audit", Audit::default()).await?;
    system.spawn_named("cashier", Props::new(Cashier::connect)).await?;
    system.spawn_named("shipping", Props::new(|| Shipping)).await?;
    for book in BOOKS {
        let (isbn, copies, price) = (book.isbn()?, book.copies, book.price);
        let delivery = Ticket::of(0, book.title.as_bytes()).step("deliver");
        system.execute_as(delivery, DeliverStock { isbn, copies, price }).await?;
    }

    let (mut summary, mut counter) = (Summary::default(), Counter::open(&system)?);
    for line in Intake::new(orders) {
        match line? {
            (_, Ok(slip)) => summary.taken(slip.order, counter.take(slip).await?),
            (number, Err(bad)) => summary.bad_line(number, &bad),
        }
    }
    counter.close().await?;

    summary.audit = audit.ask(ReportAudit).await?;
    summary.ledger = Ledger::read(&system).await?;
    let head = system.store().ok_or("the shop has no store")?.head().await?;
    system.projection::<BookSales>()?.wait_for(&head).await;
    summary.books = system.query(HowAreTheBooks).await?;
    system.projection::<CustomerHistory>()?.wait_for(&head).await;
    summary.customers = system.query(BestCustomers(CUSTOMERS_SHOWN)).await?;
    summary.elapsed = system.elapsed();
    summary.drained = Some(system.shutdown().await);
    Ok(summary)
}

/// What goes on by itself in a bookstore.
pub(crate) fn processes(system: SystemBuilder) -> SystemBuilder {
    system
        .saga::<Fulfilment>()
        .task(ChargeCards)
        .policy(Settle)
        .task(PrintLabels)
        .policy(TakeBack)
        .policy(Restock)
        .task(SendConfirmations)
        .projection::<BookSales>()
        .projection::<CustomerHistory>()
}

#[tokio::main]
async fn main() -> rdddy::Result<()> {
    let Arguments { orders, store } = Arguments::parse(std::env::args_os().skip(1))?;
    let file = File::open(&orders).map_err(|error| format!("{}: {error}", orders.display()))?;
    let summary = place::run(BufReader::new(file), store).await?;
    Ok(write!(std::io::stdout(), "{summary}")?)
}
