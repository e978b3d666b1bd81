//! A process over several aggregates comes to its end, or is undone, wherever it dies.

use rdddy::message::MessageId;
use rdddy::prelude::*;
use rdddy::process::{CancelError, SagaHandle, SagaView, StepState};
use rdddy::store::{EventStore, MemoryStore, StoreFault};

use super::fulfilment::{Fill, Fulfilment, Order, Payment, PlaceOrder, Shipment, Stock};

async fn shop(store: MemoryStore) -> ActorSystem {
    let builder = ActorSystem::builder().store(store).saga::<Fulfilment>();
    builder.aggregate::<Order>().start().await.unwrap()
}

fn order(order: u64, copies: u32, card: &str) -> PlaceOrder {
    PlaceOrder { order, isbn: "moby".into(), copies, card: card.into() }
}

fn fulfilment(system: &ActorSystem) -> SagaHandle<Fulfilment> {
    system.saga::<Fulfilment>().unwrap()
}

/// Waits until nothing more happens to the orders.
async fn ended(system: &ActorSystem, orders: &[u64]) -> Vec<SagaView> {
    let mut ended = Vec::new();
    for order in orders {
        loop {
            match fulfilment(system).show(&order.to_string()).await {
                Ok(Some(view))
                    if view.state.has_ended() || view.state == SagaState::NeedsOperator =>
                {
                    ended.push(view);
                    break;
                }
                _ => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
            }
        }
    }
    ended
}

#[derive(Debug, PartialEq)]
struct Books {
    free: u32,
    reserved: u32,
    charged: Vec<u64>,
    shipped: Vec<u64>,
}

/// What the aggregates say, on a handle that does not fail.
async fn books(store: &MemoryStore, orders: &[u64]) -> Books {
    let system = ActorSystem::builder().store(store.reopen()).start().await.unwrap();
    let stock = system.repository::<Stock>().unwrap().load(&"moby".to_owned()).await.unwrap().state;
    let (payments, shipments) =
        (system.repository::<Payment>().unwrap(), system.repository::<Shipment>().unwrap());
    let (mut charged, mut shipped) = (Vec::new(), Vec::new());
    for order in orders {
        let payment = payments.load(order).await.unwrap().state;
        if payment.charged && !payment.refunded {
            charged.push(*order);
        }
        if shipments.load(order).await.unwrap().state.shipped {
            shipped.push(*order);
        }
    }
    Books { free: stock.free, reserved: stock.reserved.values().sum(), charged, shipped }
}

#[tokio::test]
async fn an_order_is_fulfilled_or_undone() {
    let store = MemoryStore::new();
    let system = shop(store.clone()).await;
    system.execute(Fill { isbn: "moby".into(), copies: 10 }).await.unwrap();
    for (number, copies, card) in
        [(1, 2, "good"), (2, 3, "declined"), (3, 90, "good"), (4, 1, "dead"), (5, 1, "flaky")]
    {
        system.execute(order(number, copies, card)).await.unwrap();
    }
    let views = ended(&system, &[1, 2, 3, 4, 5]).await;
    let states: Vec<_> = views.iter().map(|view| view.state).collect();
    assert_eq!(
        states[..4],
        [
            SagaState::Completed,
            SagaState::Compensated,
            SagaState::Compensated,
            SagaState::Compensated,
        ]
    );
    let steps: Vec<_> = views[1].steps.iter().map(|step| (&*step.name, step.state)).collect();
    assert_eq!(steps, [("reserve", StepState::Compensated), ("charge", StepState::Refused)]);
    assert!(views[1].why.as_ref().unwrap().contains("the card is declined"), "{views:?}");
    let fifth = u32::from(states[4] == SagaState::Completed);
    let books = books(&store, &[1, 2, 3, 4, 5]).await;
    assert_eq!((books.free, books.reserved), (8 - fifth, 2 + fifth));
    assert_eq!(books.charged, books.shipped);
    assert_eq!(fulfilment(&system).check().await.unwrap(), []);
    assert_eq!(
        fulfilment(&system).list(SagaState::Compensated).await.unwrap().len() + fifth as usize,
        4
    );
}

#[tokio::test]
async fn an_instance_can_be_cancelled_before_its_pivot_is_past() {
    let store = MemoryStore::new();
    let system = shop(store.clone()).await;
    let saga = fulfilment(&system);
    assert_eq!(saga.cancel("9", "a whim").await, Err(CancelError::Unknown("9".into())));
    // Without stock, it is refused at once: so it waits for nothing, and has ended.
    system.execute(order(1, 1, "good")).await.unwrap();
    ended(&system, &[1]).await;
    assert_eq!(saga.cancel("1", "a whim").await, Err(CancelError::TooLate("1".into())));
}

/// The same commands, with the same ids, whoever has seen them before.
async fn trade(system: &ActorSystem) {
    let fill = Fill { isbn: "moby".into(), copies: 10 };
    let _ = system.execute_as(MessageId(1), fill).await;
    for (number, copies, card) in [(2, 4, "good"), (3, 3, "declined"), (4, 90, "good")] {
        let _ = system.execute_as(MessageId(number.into()), order(number, copies, card)).await;
    }
}

#[tokio::test]
async fn it_comes_to_the_same_end_wherever_the_process_dies() {
    let orders = [2, 3, 4];
    let store = MemoryStore::new();
    let system = shop(store.clone()).await;
    trade(&system).await;
    let expected: Vec<_> = ended(&system, &orders).await.iter().map(|view| view.state).collect();
    let (undisturbed, calls) = (books(&store, &orders).await, store.calls());
    assert_eq!(undisturbed, Books { free: 6, reserved: 4, charged: vec![2], shipped: vec![2] });
    drop(system);
    for fault in [StoreFault::CrashBefore, StoreFault::CrashAfter] {
        for call in 1..=calls {
            let store = MemoryStore::new();
            let doomed = store.reopen();
            doomed.inject(call, fault);
            let system = shop(doomed.clone()).await;
            trade(&system).await;
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            drop(system);
            let system = shop(store.reopen()).await;
            trade(&system).await;
            let views = ended(&system, &orders).await;
            let states: Vec<_> = views.iter().map(|view| view.state).collect();
            assert_eq!(states, expected, "{fault:?} at call {call}: {views:#?}");
            assert_eq!(books(&store, &orders).await, undisturbed, "{fault:?} at call {call}");
        }
    }
}

#[tokio::test]
async fn two_systems_on_one_store_fulfil_each_order_once() {
    let store = MemoryStore::new();
    let (one, other) = (shop(store.reopen()).await, shop(store.reopen()).await);
    trade(&one).await;
    let orders = [2, 3, 4];
    ended(&one, &orders).await;
    ended(&other, &orders).await;
    let found = books(&store, &orders).await;
    assert_eq!(found, Books { free: 6, reserved: 4, charged: vec![2], shipped: vec![2] });
    let head = store.head().await.unwrap();
    assert!(fulfilment(&other).wait_for(&head).await);
}
