//! An aggregate as a user writes it.

use rdddy::domain::{Aggregate, AggregateEvent};
use rdddy::host::{AggregateFault, ExecuteError, FaultKind};
use rdddy::prelude::*;
use rdddy::store::{EventQuery, EventStore, MemoryStore, Position, QueryItem, Tag, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Id)]
struct OrderId(u64);

#[derive(Command, Clone, Debug)]
#[command(error = OrderError)]
struct PlaceOrder {
    #[key]
    order: OrderId,
    quantity: u32,
}

#[derive(Command, Clone, Debug)]
#[command(reply = u32, error = OrderError)]
struct ChangeOrder {
    #[key]
    order: OrderId,
    quantity: u32,
}

#[derive(Event, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OrderPlaced {
    #[tag]
    order: OrderId,
    quantity: u32,
}

#[derive(Event, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[event(version = 3, formerly = "it.QuantitySet")]
struct QuantityChanged {
    quantity: u32,
    reason: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum OrderError {
    #[error("order {0} was already placed")]
    AlreadyPlaced(OrderId),
    #[error("there is no such order")]
    NotPlaced,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Order {
    quantity: Option<u32>,
}

#[aggregate(id = OrderId, snapshot(every = 5))]
impl Order {
    #[handler]
    #[requires(self.quantity.is_none(), OrderError::AlreadyPlaced(place.order))]
    #[ensures(self.quantity == Some(place.quantity))]
    fn place(&self, place: PlaceOrder) -> OrderPlaced {
        OrderPlaced { order: place.order, quantity: place.quantity }
    }

    #[handler]
    fn change(
        &self,
        change: ChangeOrder,
        cx: &Decide<Self>,
    ) -> Result<Decided<Self, u32>, OrderError> {
        let before = self.quantity.ok_or(OrderError::NotPlaced)?;
        let reason = format!("change {} of order {}", cx.version(), cx.id());
        let event = QuantityChanged { quantity: change.quantity, reason };
        Ok(Decided::<Self, ()>::event(event).reply(before))
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.quantity = Some(if event.quantity == 666 { 0 } else { event.quantity });
    }

    #[apply]
    fn changed(&mut self, event: &QuantityChanged) {
        self.quantity = Some(event.quantity);
    }

    #[upcast(event = QuantityChanged, from = 1)]
    fn changed_1(json: Value) -> Value {
        json!({ "quantity": json["amount"] })
    }

    #[upcast(event = QuantityChanged, from = 2)]
    fn changed_2(mut json: Value) -> Result<Value, std::io::Error> {
        json["reason"] = "not known".into();
        Ok(json)
    }

    #[invariant("an order is below a thousand")]
    fn is_small(&self) -> bool {
        self.quantity.is_none_or(|quantity| quantity < 1000)
    }
}

fn place(order: u64, quantity: u32) -> PlaceOrder {
    PlaceOrder { order: OrderId::new(order), quantity }
}

fn change(order: u64, quantity: u32) -> ChangeOrder {
    ChangeOrder { order: OrderId::new(order), quantity }
}

async fn shop(store: &MemoryStore) -> ActorSystem {
    ActorSystem::builder().store(store.reopen()).start().await.unwrap()
}

#[tokio::test]
async fn an_order_is_placed_once() {
    let system = shop(&MemoryStore::new()).await;
    let placed = system.execute(place(1, 3)).await.unwrap();
    let expected = OrderPlaced { order: OrderId::new(1), quantity: 3 };
    assert_eq!(placed.event::<OrderPlaced>(), Some(&expected));
    let again = system.execute(place(1, 3)).await.unwrap_err();
    assert_eq!(again.refusal(), Some(&OrderError::AlreadyPlaced(OrderId::new(1))));
    assert_eq!(system.execute(change(1, 4)).await.unwrap().reply, 3);
    let missing = system.execute(change(2, 4)).await.unwrap_err();
    assert_eq!(missing.refusal(), Some(&OrderError::NotPlaced));
}

#[tokio::test]
async fn a_promise_and_an_invariant_keep_their_events_out_of_the_store() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    let mut faults = system.subscribe::<AggregateFault>();
    for (quantity, says) in [(666, "place.quantity"), (5000, "below a thousand")] {
        let broken = system.execute(place(1, quantity)).await.unwrap_err();
        assert!(matches!(broken, ExecuteError::Breach(_)), "{broken}");
        assert!(broken.to_string().contains(says), "{broken}");
        let fault = faults.next().await.unwrap();
        assert!(matches!(fault.kind, FaultKind::Breach(_)), "{fault:?}");
    }
    assert_eq!(store.head().await.unwrap(), Position::START);
    system.execute(place(1, 1)).await.unwrap();
}

#[tokio::test]
async fn events_are_found_by_their_tags_and_heard_by_actors() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    let mut heard = system.subscribe::<OrderPlaced>();
    system.execute(place(7, 3)).await.unwrap();
    assert_eq!(heard.next().await.unwrap().quantity, 3);
    let query = EventQuery::all().or(QueryItem::tagged([Tag::new("order", "7").unwrap()]));
    let page = store.read(&query, &Position::START, 10).await.unwrap();
    let [stored] = page.events.as_slice() else { panic!("{page:?}") };
    assert_eq!((stored.version, &*stored.event.name), (Version(1), "it.OrderPlaced"));
}

#[tokio::test]
async fn old_events_are_read_as_those_of_today() {
    let formats = <Order as Aggregate>::Event::formats();
    let changed = formats.iter().find(|format| format.name == "it.QuantityChanged").unwrap();
    assert_eq!((changed.schema, changed.formerly.as_slice()), (3, ["it.QuantitySet"].as_slice()));

    let store = MemoryStore::new();
    let system = shop(&store).await;
    system.execute(place(1, 3)).await.unwrap();
    let stream = rdddy::store::StreamName::new("it.Order", "1").unwrap();
    let mut old = store.read_stream(&stream, Version(1), 1).await.unwrap().remove(0).event;
    old.id = rdddy::message::MessageId(99);
    (old.name, old.schema, old.data) = ("it.QuantitySet".into(), 1, br#"{"amount": 8}"#.to_vec());
    let expected = rdddy::store::Expected::Version(Version(1));
    let append = rdddy::store::Append::new(Default::default()).to(stream, expected, vec![old]);
    store.append(append).await.unwrap();
    let restarted = shop(&store).await;
    assert_eq!(restarted.execute(change(1, 9)).await.unwrap().reply, 8);
}

#[tokio::test]
async fn a_snapshot_is_used_and_a_strange_one_is_not() {
    let store = MemoryStore::new();
    let system = shop(&store).await;
    system.execute(place(1, 0)).await.unwrap();
    for quantity in 1..=11 {
        system.execute(change(1, quantity)).await.unwrap();
    }
    let stream = rdddy::store::StreamName::new("it.Order", "1").unwrap();
    let found = store.load_snapshot(&stream, Order::fingerprint()).await.unwrap().unwrap();
    assert_eq!(found.version, Version(10));
    assert!(store.load_snapshot(&stream, 1).await.unwrap().is_none());
    let broken =
        rdddy::store::Snapshot { data: b"{".to_vec(), version: Version(12), ..found.clone() };
    store.save_snapshot(broken).await.unwrap();
    let restarted = shop(&store).await;
    let mut faults = restarted.subscribe::<AggregateFault>();
    assert_eq!(restarted.execute(change(1, 12)).await.unwrap().reply, 11);
    assert!(matches!(faults.next().await.unwrap().kind, FaultKind::Snapshot(_)));
}
