//! kameo: the default mailbox (64), or an unbounded one. Events go through `kameo_actors::pubsub`.
//!
//! Requests end in `.send().await`, which spares the box that a bare `.await` on them allocates.

use std::sync::Arc;

use kameo::actor::{Actor, ActorRef, Spawn};
use kameo::error::Infallible;
use kameo::mailbox;
use kameo::message::{Context, Message};
use kameo_actors::DeliveryStrategy;
use kameo_actors::pubsub::{PubSub, Publish, Subscribe};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

pub(crate) struct Counter {
    total: u64,
}

struct Add(u64);
struct Total;

impl Actor for Counter {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(state: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(state)
    }
}

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, add: Add, _: &mut Context<Self, ()>) {
        self.total += add.0;
    }
}

impl Message<Total> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Total, _: &mut Context<Self, u64>) -> u64 {
        self.total
    }
}

pub(crate) struct Relay {
    next: Option<ActorRef<Relay>>,
    done: Arc<Latch>,
}

struct Connect(ActorRef<Relay>);
struct Hop(u64);

impl Actor for Relay {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(state: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(state)
    }
}

impl Message<Connect> for Relay {
    type Reply = ();

    async fn handle(&mut self, connect: Connect, _: &mut Context<Self, ()>) {
        self.next = Some(connect.0);
    }
}

impl Message<Hop> for Relay {
    type Reply = ();

    async fn handle(&mut self, hop: Hop, _: &mut Context<Self, ()>) {
        if hop.0 == 0 {
            self.done.count_down();
        } else {
            let next = self.next.as_ref().expect("it is connected before the first hop");
            next.tell(Hop(hop.0 - 1)).send().await.expect("the relay runs");
        }
    }
}

pub(crate) struct Listener(Hearing);

#[derive(Clone)]
pub(crate) struct Heard(u64);

impl Actor for Listener {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(state: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(state)
    }
}

impl Message<Heard> for Listener {
    type Reply = ();

    async fn handle(&mut self, heard: Heard, _: &mut Context<Self, ()>) {
        self.0.hear(heard.0);
    }
}

/// With the default mailbox, or with an unbounded one.
pub(crate) struct Kameo<const UNBOUNDED: bool>;

impl<const UNBOUNDED: bool> Kameo<UNBOUNDED> {
    fn spawn<A: Actor<Args = A>>(actor: A) -> ActorRef<A> {
        if UNBOUNDED { A::spawn_with_mailbox(actor, mailbox::unbounded()) } else { A::spawn(actor) }
    }
}

impl<const UNBOUNDED: bool> Subject for Kameo<UNBOUNDED> {
    const NAME: &'static str = if UNBOUNDED { "kameo-unbounded" } else { "kameo" };
    const IDLE_ACTORS: usize = 100_000;
    type Counter = ActorRef<Counter>;
    type Relay = ActorRef<Relay>;
    type Listener = ActorRef<Listener>;
    type Topic = ActorRef<PubSub<Heard>>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        (UNBOUNDED && workload == Workload::TellBounded).then_some("its mailbox has no bound")
    }

    async fn start(_: Workload) -> Self {
        Kameo
    }

    async fn counter(&self) -> Self::Counter {
        Self::spawn(Counter { total: 0 })
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.tell(Add(amount)).send().await.expect("the counter runs");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.ask(Total).send().await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        Self::spawn(Relay { next: None, done })
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.tell(Connect(next)).send().await.expect("the relay runs");
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.tell(Hop(left)).send().await.expect("the relay runs");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        Self::spawn(Listener(Hearing::new(every, done)))
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        // The strategy that loses nothing.
        let topic = Self::spawn(PubSub::new(DeliveryStrategy::Guaranteed));
        for listener in listeners {
            topic.ask(Subscribe(listener)).send().await.expect("the topic answers");
        }
        topic
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        topic.tell(Publish(Heard(amount))).send().await.expect("the topic runs");
    }
}
