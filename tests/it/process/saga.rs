//! A process over several aggregates comes to its end, or is undone, wherever it dies.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::{CancelError, SagaHandle, SagaView, StepState};
use rdddy::runtime::SystemBuilder;
use rdddy::store::MemoryStore;
use rdddy_testkit::{Durable, World, crash_at_every_step};

use super::fulfilment::{Fill, Fulfilment, Payment, PlaceOrder, Shipment, Stock};

fn sagas(system: SystemBuilder) -> SystemBuilder {
    system.saga::<Fulfilment>()
}

fn order(order: u64, copies: u32, card: &str) -> PlaceOrder {
    PlaceOrder { order, isbn: "moby".into(), copies, card: card.into() }
}

fn fulfilment(system: &ActorSystem) -> SagaHandle<Fulfilment> {
    system.saga::<Fulfilment>().unwrap()
}

async fn view(shop: &mut Durable, order: u64) -> SagaView {
    let key = order.to_string();
    shop.ask(async |system| fulfilment(system).show(&key).await).await.unwrap().unwrap()
}

#[derive(Debug, PartialEq)]
struct Books {
    free: u32,
    reserved: u32,
    charged: Vec<u64>,
    shipped: Vec<u64>,
}

/// What the aggregates say.
async fn books(shop: &Durable, orders: &[u64]) -> Books {
    let stock: Stock = shop.state(&"moby".to_owned()).await;
    let (mut charged, mut shipped) = (Vec::new(), Vec::new());
    for order in orders {
        let payment: Payment = shop.state(order).await;
        if payment.charged && !payment.refunded {
            charged.push(*order);
        }
        if shop.state::<Shipment>(order).await.shipped {
            shipped.push(*order);
        }
    }
    Books { free: stock.free, reserved: stock.reserved.values().sum(), charged, shipped }
}

const ORDERS: [(u64, u32, &str); 4] =
    [(1, 2, "good"), (2, 3, "declined"), (3, 90, "good"), (4, 1, "dead")];

async fn trade(shop: &mut Durable) -> Vec<SagaState> {
    shop.execute(Fill { isbn: "moby".into(), copies: 10 }).await.unwrap();
    for (number, copies, card) in ORDERS {
        shop.execute(order(number, copies, card)).await.unwrap();
    }
    shop.advance(Duration::from_secs(60)).await;
    let mut states = Vec::new();
    for (number, ..) in ORDERS {
        states.push(view(shop, number).await.state);
    }
    states
}

#[rdddy_testkit::test]
async fn an_order_is_fulfilled_or_undone(world: &mut World) {
    let mut shop = world.durable(sagas);
    let states = trade(&mut shop).await;
    let [completed, undone] = [SagaState::Completed, SagaState::Compensated];
    assert_eq!(states, [completed, undone, undone, undone]);
    let declined = view(&mut shop, 2).await;
    let steps: Vec<_> = declined.steps.iter().map(|step| (&*step.name, step.state)).collect();
    assert_eq!(steps, [("reserve", StepState::Compensated), ("charge", StepState::Refused)]);
    assert!(declined.why.as_ref().unwrap().contains("the card is declined"), "{declined:?}");
    let dead = view(&mut shop, 4).await;
    let steps: Vec<_> = dead.steps.iter().map(|step| (&*step.name, step.state)).collect();
    assert_eq!(steps, [("reserve", StepState::Compensated), ("charge", StepState::Compensated)]);
    let books = books(&shop, &[1, 2, 3, 4]).await;
    let expected = Books { free: 8, reserved: 2, charged: vec![1], shipped: vec![1] };
    assert_eq!(books, expected);
    let saga = fulfilment(shop.system());
    assert_eq!(saga.check().await.unwrap(), []);
    assert_eq!(saga.list(SagaState::Compensated).await.unwrap(), ["2", "3", "4"]);
    assert_eq!(saga.status().parked, []);
}

#[test]
fn it_comes_to_the_same_end_wherever_the_process_dies() {
    crash_at_every_step(sagas, async |shop| {
        let states = trade(shop).await;
        (states, books(shop, &[1, 2, 3, 4]).await)
    });
}

#[rdddy_testkit::explore(seeds = 300)]
async fn orders_are_never_half_fulfilled(world: &mut World) {
    half_fulfilled(world).await;
}

#[rdddy_testkit::explore(seeds = 10000)]
#[ignore = "takes a minute: cargo xtask test"]
async fn orders_are_never_half_fulfilled_in_ten_thousand_schedules(world: &mut World) {
    half_fulfilled(world).await;
}

/// Three orders of which at most one gets all copies, a flaky terminal, and a process that dies.
async fn half_fulfilled(world: &mut World) {
    let mut shop = world.durable(sagas).crashes(3);
    shop.execute(Fill { isbn: "moby".into(), copies: 4 }).await.unwrap();
    let orders = [(1, 2, "flaky"), (2, 3, "flaky"), (3, 1, "declined")];
    for (number, copies, card) in orders {
        shop.execute(order(number, copies, card)).await.unwrap();
    }
    shop.advance(Duration::from_secs(60)).await;
    let books = books(&shop, &[1, 2, 3]).await;
    assert_eq!(books.charged, books.shipped);
    assert_eq!(books.free + books.reserved, 4);
    for (number, copies, _) in orders {
        let end = view(&mut shop, number).await.state;
        let shipped = books.shipped.contains(&number);
        let expected = if shipped { SagaState::Completed } else { SagaState::Compensated };
        assert_eq!(end, expected, "order {number}");
        let reserved = shop.state::<Stock>(&"moby".to_owned()).await.reserved.get(&number).copied();
        assert_eq!(reserved, shipped.then_some(copies));
    }
}

/// Its terminal does not answer for as long as it is tried.
fn waiting() -> PlaceOrder {
    order(1, 1, "never")
}

#[rdddy_testkit::test]
async fn it_is_undone_when_its_time_is_up(world: &mut World) {
    let mut shop = world.durable(sagas);
    shop.execute(Fill { isbn: "moby".into(), copies: 4 }).await.unwrap();
    shop.execute(waiting()).await.unwrap();
    shop.advance(Duration::from_secs(14 * 60)).await;
    assert_eq!(view(&mut shop, 1).await.state, SagaState::Running);
    shop.advance(Duration::from_secs(61)).await;
    let undone = view(&mut shop, 1).await;
    assert_eq!(undone.state, SagaState::Compensated, "{undone:?}");
    assert_eq!(books(&shop, &[1]).await.free, 4);
    // The times of those that came to their end were up when it no longer mattered, or were cancelled.
    shop.execute(order(2, 1, "good")).await.unwrap();
    shop.advance(Duration::from_secs(3600)).await;
    assert_eq!(view(&mut shop, 2).await.state, SagaState::Completed);
    assert_eq!(fulfilment(shop.system()).late_timers(), 0);
}

#[rdddy_testkit::test]
async fn it_can_be_cancelled_until_its_pivot_is_past(world: &mut World) {
    let mut shop = world.durable(sagas);
    shop.execute(Fill { isbn: "moby".into(), copies: 4 }).await.unwrap();
    let saga = fulfilment(shop.system());
    assert_eq!(saga.cancel("9", "a whim").await, Err(CancelError::Unknown("9".into())));
    shop.execute(waiting()).await.unwrap();
    shop.advance(Duration::from_secs(1)).await;
    saga.cancel("1", "a whim").await.unwrap();
    let undone = saga.settled("1").await.unwrap();
    assert_eq!(undone.state, SagaState::Compensated);
    assert_eq!(undone.why.as_deref(), Some("cancelled: a whim"));
    assert_eq!(saga.cancel("1", "again").await, Err(CancelError::TooLate("1".into())));
    assert_eq!(
        books(&shop, &[1]).await,
        Books { free: 4, reserved: 0, charged: vec![], shipped: vec![] }
    );
}

#[test]
fn its_steps_are_a_picture() {
    let expected = "\
flowchart LR
    start([start]) --> reserve
    reserve -. undone by .-> release
    reserve --> charge{{charge}}
    charge -. undone by .-> refund
    charge --> ship
    ship --> done([done])
";
    assert_eq!(rdddy::process::saga_to_mermaid::<Fulfilment>(), expected);
}

#[tokio::test]
async fn two_systems_on_one_store_fulfil_each_order_once() {
    let store = MemoryStore::new();
    let builder = || sagas(ActorSystem::builder().store(store.reopen()));
    let (one, other) = (builder().start().await.unwrap(), builder().start().await.unwrap());
    one.execute(Fill { isbn: "moby".into(), copies: 10 }).await.unwrap();
    for (number, copies, card) in ORDERS {
        one.execute(order(number, copies, card)).await.unwrap();
    }
    let mut shipped = 0;
    for (number, ..) in ORDERS {
        let key = number.to_string();
        let view = fulfilment(&one).settled(&key).await.unwrap();
        assert_eq!(fulfilment(&other).settled(&key).await.unwrap().state, view.state);
        let shipments = one.repository::<Shipment>().unwrap();
        shipped += u32::from(shipments.load(&number).await.unwrap().state.shipped);
    }
    assert_eq!(shipped, 1);
}
