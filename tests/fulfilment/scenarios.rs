//! The life of one order, told for people: see `docs/scenarios`.

use std::time::Duration;

use rdddy::process::SagaState;
use rdddy_testkit::{Durable, Scenario, World};

use crate::bookstore::fulfilment::Fulfilment;
use crate::bookstore::mail::ConfirmationSent;
use crate::bookstore::order::{
    OrderError, OrderPlaced, OrderRefused, OrderReturned, OrderShipped, Refusal,
};
use crate::bookstore::payment::{PaymentDeclined, PaymentRefunded, PaymentTaken};
use crate::bookstore::sales::BookSales;
use crate::bookstore::shelf::{StockReleased, StockReserved};
use crate::bookstore::terminal::Display;
use crate::bookstore::values::OrderId;
use crate::shop::{card, delivery, isbn, open, order};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Written down where people find it.
fn told(shop: &mut Durable) -> Scenario<'_> {
    shop.scenario().documented_in(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenarios"))
}

#[rdddy_testkit::test]
async fn an_order_is_paid_and_shipped(world: &mut World) {
    let mut shop = open(world, || true);
    let mut scenario = told(&mut shop);
    scenario.given(delivery(12)).await;
    scenario.when(order(1, 5, card(Display::Approved))).await;
    scenario.after(HOUR).await;
    scenario.then::<OrderPlaced>();
    scenario.then_matching::<StockReserved>(|reserved| reserved.left == 7);
    scenario.then::<PaymentTaken>();
    scenario.then::<OrderShipped>();
    scenario.then::<ConfirmationSent>();
    scenario.then_no::<OrderRefused>();
    scenario.then_saga::<Fulfilment>(1, SagaState::Completed).await;
    scenario.then_row::<BookSales>(&isbn(), "has sold 5", |row| row.unwrap().sold == 5).await;

    scenario.when(order(1, 1, card(Display::Approved))).await;
    scenario.then_rejects(OrderError::PlacedBefore(OrderId::new(1)));
    scenario.then_nothing_else();
}

#[rdddy_testkit::test]
async fn a_declined_card_gives_the_books_back(world: &mut World) {
    let mut shop = open(world, || true);
    let mut scenario = told(&mut shop);
    scenario.given(delivery(12)).await;
    scenario.when(order(2, 2, card(Display::InsufficientFunds))).await;
    scenario.after(HOUR).await;
    scenario.then::<StockReserved>();
    scenario.then::<PaymentDeclined>();
    scenario.then_matching::<OrderRefused>(|event| event.reason == Refusal::InsufficientFunds);
    scenario.then_matching::<StockReleased>(|released| released.copies == 2);
    scenario.then_no::<OrderShipped>();
    scenario.then_saga::<Fulfilment>(2, SagaState::Compensated).await;
    scenario.then_row::<BookSales>(&isbn(), "has 12 left", |row| row.unwrap().left == 12).await;
}

#[rdddy_testkit::test]
async fn too_few_books_are_not_charged(world: &mut World) {
    let mut shop = open(world, || true);
    let mut scenario = told(&mut shop);
    scenario.given(delivery(12)).await;
    scenario.when(order(4, 100, card(Display::Approved))).await;
    scenario.after(HOUR).await;
    scenario.then_matching::<OrderRefused>(|event| event.reason == Refusal::OutOfStock);
    scenario.then_no::<StockReserved>();
    scenario.then_no::<PaymentTaken>();
}

#[rdddy_testkit::test]
async fn nobody_waits_for_the_bank_for_ever(world: &mut World) {
    let mut shop = open(world, || false);
    let mut scenario = told(&mut shop);
    scenario.given(delivery(3)).await;
    scenario.when(order(1, 2, card(Display::Approved))).await;
    scenario.after(MINUTE * 14).await;
    scenario.then::<OrderPlaced>();
    scenario.then_no::<OrderRefused>();
    scenario.then_saga::<Fulfilment>(1, SagaState::Running).await;

    scenario.after(MINUTE * 2).await;
    scenario.then_matching::<OrderRefused>(|event| event.reason == Refusal::TerminalDown);
    scenario.then_matching::<StockReleased>(|released| released.copies == 2);
    scenario.then_saga::<Fulfilment>(1, SagaState::Compensated).await;
}

#[rdddy_testkit::test]
async fn a_parcel_that_cannot_leave_is_paid_back(world: &mut World) {
    let mut shop = open(world, || true);
    let mut scenario = told(&mut shop);
    scenario.given(delivery(12)).await;
    // Its label is too narrow for the street.
    scenario.when(order(5, 3, card(Display::Approved))).await;
    scenario.after(HOUR).await;
    scenario.then::<PaymentTaken>();
    scenario.then::<OrderReturned>();
    scenario.then::<StockReleased>();
    scenario.then::<PaymentRefunded>();
    scenario.then_no::<OrderShipped>();
    scenario.then_no::<ConfirmationSent>();
}

/// Wherever the shop dies, and however often.
#[rdddy_testkit::explore(seeds = 100)]
async fn crashes_change_nothing_about_a_declined_card(world: &mut World) {
    let mut shop = open(world, || true).crashes(3);
    let mut scenario = shop.scenario();
    scenario.given(delivery(12)).await;
    scenario.when(order(2, 2, card(Display::InsufficientFunds))).await;
    scenario.after(HOUR).await;
    scenario.then_matching::<OrderRefused>(|event| event.reason == Refusal::InsufficientFunds);
    scenario.then_no::<PaymentTaken>();
    scenario.then_saga::<Fulfilment>(2, SagaState::Compensated).await;
    scenario.then_row::<BookSales>(&isbn(), "has 12 left", |row| row.unwrap().left == 12).await;
}
