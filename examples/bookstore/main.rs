//! A bookstore: 3,000 orders from a file, some of them bad, through actors that fail and recover.
//!
//! Run it: `cargo run --example bookstore`, or `cargo run --example bookstore -- FILE` with orders
//! of your own, one JSON object per line.
//!
//! What you see: how many orders were accepted, and why the others were refused; which lines were
//! no orders; how often the card terminal failed and was restarted; which messages nobody could
//! handle; what was published; that every message is accounted for.
//!
//! The parts, in the order in which an order passes through them:
//!
//! - [`intake`]: lines of a file become orders, or are refused with a reason.
//! - [`desk`]: decides each order by asking the others. One at a time: books go to who comes first.
//! - [`catalog`], [`inventory`]: what is sold, and how many are left.
//! - [`payments`], [`terminal`]: cards are charged on a terminal that drops its line.
//! - [`shipping`]: prints the labels, behind the desk's back.
//! - [`audit`]: hears everything, and counts.
//! - [`summary`]: what is printed.

mod order;

mod intake;
mod messages;

mod audit;
mod catalog;
mod desk;
mod inventory;
mod payments;
mod shipping;
mod terminal;

mod summary;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::ActorConfig;

use audit::Audit;
use catalog::Catalog;
use desk::Desk;
use intake::Intake;
use inventory::Inventory;
use messages::{CountStock, PlaceOrder, ReportAudit, TestLine, TestPrinter};
use payments::Payments;
use shipping::Shipping;
use summary::Summary;

bounded_context!("bookstore");

/// Runs orders, one on each line, through a new bookstore.
pub(crate) async fn run(orders: impl BufRead) -> rdddy::Result<Summary> {
    // The terminal fails often; by default an actor may fail five times in ten seconds.
    let root = ActorConfig::new().intensity(10_000, Duration::from_secs(10));
    let system = ActorSystem::builder().root(root).start().await?;

    let audit = system.spawn_named("audit", Audit::default()).await?;
    let catalog = system.spawn_named("catalog", Catalog::open()).await?;
    let inventory = system.spawn_named("inventory", Inventory::open()).await?;
    let payments = system.spawn_named("payments", Props::new(Payments::connect)).await?;
    let shipping = system.spawn_named("shipping", Props::new(|| Shipping)).await?;
    let desk = Desk::new(catalog, inventory.clone(), payments.clone(), shipping.clone());
    let desk = system.spawn_named("desk", desk).await?;

    let mut summary = Summary::default();
    for line in Intake::new(orders) {
        let (number, line) = line?;
        match line {
            Ok(order) => match desk.ask(PlaceOrder(order)).await {
                Ok(()) => summary.accepted += 1,
                Err(AskError::Refused(refusal)) => summary.refused(&refusal),
                Err(other) => return Err(other.into()),
            },
            Err(bad) => summary.bad_line(number, &bad),
        }
    }

    // Both answer after all that waits for them, so the audit has heard of it.
    shipping.ask(TestPrinter).await?;
    payments.ask(TestLine).await?;
    summary.audit = audit.ask(ReportAudit).await?;
    summary.stock = inventory.ask(CountStock).await?;
    summary.elapsed = system.elapsed();
    summary.drained = Some(system.shutdown().await);
    Ok(summary)
}

#[tokio::main]
async fn main() -> rdddy::Result<()> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bookstore/orders.jsonl");
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(shipped), PathBuf::from);
    let orders = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let summary = run(BufReader::new(orders)).await?;
    Ok(write!(std::io::stdout(), "{summary}")?)
}
