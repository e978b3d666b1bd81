//! rdddy with default settings: supervised, counted, panic-safe, mailboxes of 64. Or with unbounded
//! mailboxes.

use std::sync::Arc;

use rdddy::prelude::*;

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

bounded_context!("benches");

#[derive(Command)]
struct Add {
    amount: u64,
}

#[derive(Query)]
#[query(reply = u64)]
struct Total;

/// Answered by an `async` handler.
#[derive(Query)]
#[query(reply = u64)]
struct TotalAsync;

pub(crate) struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.total += add.amount;
    }

    #[handler]
    fn total(&self, _: Total) -> u64 {
        self.total
    }

    #[handler]
    async fn total_async(&self, _: TotalAsync) -> u64 {
        self.total
    }
}

#[derive(Command)]
struct Connect {
    next: ActorRef<Relay>,
}

#[derive(Command)]
struct Hop {
    left: u64,
}

pub(crate) struct Relay {
    next: Option<ActorRef<Relay>>,
    done: Arc<Latch>,
}

#[actor]
impl Relay {
    #[handler]
    fn connect(&mut self, connect: Connect) {
        self.next = Some(connect.next);
    }

    #[handler]
    async fn hop(&mut self, hop: Hop) {
        if hop.left == 0 {
            self.done.count_down();
        } else {
            let next = self.next.as_ref().expect("it is connected before the first hop");
            next.tell(Hop { left: hop.left - 1 }).await.expect("the relay runs");
        }
    }
}

#[derive(Event)]
struct Heard {
    amount: u64,
}

pub(crate) struct Listener(Hearing);

#[actor]
impl Listener {
    #[handler]
    fn heard(&mut self, event: &Heard) {
        self.0.hear(event.amount);
    }
}

/// With default mailboxes, or with unbounded ones.
pub(crate) struct Rdddy<const UNBOUNDED: bool>(ActorSystem);

impl<const UNBOUNDED: bool> Rdddy<UNBOUNDED> {
    async fn spawn<A: Actor>(&self, actor: A) -> ActorRef<A> {
        if UNBOUNDED {
            let props = Props::value(actor).mailbox(Capacity::Unbounded);
            self.0.spawn(props).await.expect("the actor starts")
        } else {
            self.0.spawn(actor).await.expect("the actor starts")
        }
    }
}

impl<const UNBOUNDED: bool> Subject for Rdddy<UNBOUNDED> {
    const NAME: &'static str = if UNBOUNDED { "rdddy-unbounded" } else { "rdddy" };
    type Counter = ActorRef<Counter>;
    type Relay = ActorRef<Relay>;
    type Listener = ActorRef<Listener>;
    type Topic = ActorSystem;

    fn cannot(workload: Workload) -> Option<&'static str> {
        (UNBOUNDED && workload == Workload::TellBounded).then_some("its mailbox has no bound")
    }

    async fn start(workload: Workload) -> Self {
        let builder = match workload {
            Workload::AskQueued => ActorSystem::builder().ask_in_place(false),
            _ => ActorSystem::builder(),
        };
        Rdddy(builder.start().await.expect("the system starts"))
    }

    async fn counter(&self) -> Self::Counter {
        self.spawn(Counter { total: 0 }).await
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.tell(Add { amount }).await.expect("the counter runs");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.ask(Total).await.expect("the counter answers")
    }

    async fn total_async(counter: &Self::Counter) -> u64 {
        counter.ask(TotalAsync).await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        self.spawn(Relay { next: None, done }).await
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.tell(Connect { next }).await.expect("the relay runs");
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.tell(Hop { left }).await.expect("the relay runs");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        self.spawn(Listener(Hearing::new(every, done))).await
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        // Whoever has a handler for the event hears it; they only have to live on.
        std::mem::forget(listeners);
        self.0.clone()
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        topic.publish(Heard { amount }).await.expect("the system runs");
    }
}
