//! murmer, without a cluster. Events go through its `Router`.
//!
//! Every `send` waits for the answer. What does not wait is spawned, as its documentation does it:
//! `ctx.spawn` in a handler, `Router::fan_out` outside. A task for each message does not keep their
//! order, so there is nothing to compare with a tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use murmer::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

pub(crate) struct Counter;

#[derive(Clone, Debug, Deserialize, Message, Serialize)]
#[message(result = (), remote = "counter::Add")]
struct Add(u64);

#[derive(Clone, Debug, Deserialize, Message, Serialize)]
#[message(result = u64, remote = "counter::Total")]
struct Total;

impl Actor for Counter {
    type State = u64;
}

#[handlers]
impl Counter {
    #[handler]
    fn add(&mut self, _: &ActorContext<Self>, total: &mut u64, msg: Add) {
        *total += msg.0;
    }

    #[handler]
    fn total(&mut self, _: &ActorContext<Self>, total: &mut u64, _msg: Total) -> u64 {
        *total
    }
}

pub(crate) struct Relay;

/// Messages can cross the wire, so the next relay is part of the state and not of a message.
pub(crate) struct RelayState {
    next: Option<Endpoint<Relay>>,
    done: Arc<Latch>,
}

#[derive(Clone, Debug, Deserialize, Message, Serialize)]
#[message(result = (), remote = "relay::Connect")]
struct Connect(String);

#[derive(Clone, Debug, Deserialize, Message, Serialize)]
#[message(result = (), remote = "relay::Hop")]
struct Hop(u64);

impl Actor for Relay {
    type State = RelayState;
}

#[handlers]
impl Relay {
    #[handler]
    fn connect(&mut self, context: &ActorContext<Self>, state: &mut RelayState, msg: Connect) {
        state.next = context.receptionist().lookup(&msg.0);
    }

    #[handler]
    fn hop(&mut self, context: &ActorContext<Self>, state: &mut RelayState, msg: Hop) {
        if msg.0 == 0 {
            state.done.count_down();
        } else {
            let next = state.next.clone().expect("it is connected before the first hop");
            context.spawn(async move {
                next.send(Hop(msg.0 - 1)).await.expect("the relay answers");
            });
        }
    }
}

pub(crate) struct Listener;

#[derive(Clone, Debug, Deserialize, Message, Serialize)]
#[message(result = (), remote = "listener::Heard")]
struct Heard(u64);

impl Actor for Listener {
    type State = Hearing;
}

#[handlers]
impl Listener {
    #[handler]
    fn heard(&mut self, _: &ActorContext<Self>, hearing: &mut Hearing, msg: Heard) {
        hearing.hear(msg.0);
    }
}

/// A local system.
pub(crate) struct Murmer {
    system: System,
    /// Actors need distinct labels.
    labels: AtomicU64,
}

impl Murmer {
    fn label(&self) -> String {
        format!("actor/{}", self.labels.fetch_add(1, Ordering::Relaxed))
    }
}

impl Subject for Murmer {
    const NAME: &'static str = "murmer";
    const IDLE_ACTORS: usize = 100_000;
    type Counter = Endpoint<Counter>;
    type Relay = (String, Endpoint<Relay>);
    type Listener = Endpoint<Listener>;
    type Topic = Router<Listener>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        matches!(workload, Workload::Tell | Workload::TellBounded | Workload::Tell4)
            .then_some("it has no tell that keeps the order of messages")
    }

    async fn start(_: Workload) -> Self {
        Murmer { system: System::local(), labels: AtomicU64::new(0) }
    }

    async fn counter(&self) -> Self::Counter {
        self.system.start(&self.label(), Counter, 0)
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.send(Add(amount)).await.expect("the counter answers");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.send(Total).await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        let label = self.label();
        let relay = self.system.start(&label, Relay, RelayState { next: None, done });
        (label, relay)
    }

    async fn connect((_, relay): &Self::Relay, (next, _): Self::Relay) {
        relay.send(Connect(next)).await.expect("the relay answers");
    }

    async fn hop((_, relay): &Self::Relay, left: u64) {
        relay.send(Hop(left)).await.expect("the relay answers");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        self.system.start(&self.label(), Listener, Hearing::new(every, done))
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        Router::new(listeners, RoutingStrategy::Broadcast)
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        topic.fan_out(Heard(amount));
    }
}
