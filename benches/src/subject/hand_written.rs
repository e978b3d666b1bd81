//! What one writes without an actor crate: a task that reads a channel of an enum.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

pub(crate) enum CounterMessage {
    Add(u64),
    Total(oneshot::Sender<u64>),
}

pub(crate) enum RelayMessage<R> {
    Connect(R),
    Hop(u64),
}

pub(crate) struct Heard(u64);

struct Counter {
    total: u64,
}

impl Counter {
    fn handle(&mut self, message: CounterMessage) {
        match message {
            CounterMessage::Add(amount) => self.total += amount,
            CounterMessage::Total(reply) => {
                // The caller may have gone; that is its own affair.
                let _ = reply.send(self.total);
            }
        }
    }
}

/// Unbounded channels.
pub(crate) struct Unbounded;

#[derive(Clone)]
pub(crate) struct UnboundedRelay(mpsc::UnboundedSender<RelayMessage<UnboundedRelay>>);

impl Subject for Unbounded {
    const NAME: &'static str = "tokio";
    type Counter = mpsc::UnboundedSender<CounterMessage>;
    type Relay = UnboundedRelay;
    type Listener = mpsc::UnboundedSender<Heard>;
    type Topic = Vec<Self::Listener>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        (workload == Workload::TellBounded).then_some("its channel has no bound")
    }

    async fn start(_: Workload) -> Self {
        Unbounded
    }

    async fn counter(&self) -> Self::Counter {
        let (sender, mut mailbox) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut counter = Counter { total: 0 };
            while let Some(message) = mailbox.recv().await {
                counter.handle(message);
            }
        });
        sender
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.send(CounterMessage::Add(amount)).expect("the counter runs");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        let (reply, answer) = oneshot::channel();
        counter.send(CounterMessage::Total(reply)).expect("the counter runs");
        answer.await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        let (sender, mut mailbox) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut next: Option<UnboundedRelay> = None;
            while let Some(message) = mailbox.recv().await {
                match message {
                    RelayMessage::Connect(relay) => next = Some(relay),
                    RelayMessage::Hop(0) => done.count_down(),
                    RelayMessage::Hop(left) => {
                        let next = next.as_ref().expect("it is connected before the first hop");
                        Self::hop(next, left - 1).await;
                    }
                }
            }
        });
        UnboundedRelay(sender)
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.0.send(RelayMessage::Connect(next)).expect("the relay runs");
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.0.send(RelayMessage::Hop(left)).expect("the relay runs");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        let (sender, mut mailbox) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut hearing = Hearing::new(every, done);
            while let Some(Heard(amount)) = mailbox.recv().await {
                hearing.hear(amount);
            }
        });
        sender
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        listeners
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        for listener in topic {
            listener.send(Heard(amount)).expect("the listener runs");
        }
    }
}

/// Channels of 64, the default bound of kameo and of rdddy.
pub(crate) struct Bounded;

const CAPACITY: usize = 64;

#[derive(Clone)]
pub(crate) struct BoundedRelay(mpsc::Sender<RelayMessage<BoundedRelay>>);

impl Subject for Bounded {
    const NAME: &'static str = "tokio-bounded";
    type Counter = mpsc::Sender<CounterMessage>;
    type Relay = BoundedRelay;
    type Listener = mpsc::Sender<Heard>;
    type Topic = Vec<Self::Listener>;

    async fn start(_: Workload) -> Self {
        Bounded
    }

    async fn counter(&self) -> Self::Counter {
        let (sender, mut mailbox) = mpsc::channel(CAPACITY);
        tokio::spawn(async move {
            let mut counter = Counter { total: 0 };
            while let Some(message) = mailbox.recv().await {
                counter.handle(message);
            }
        });
        sender
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.send(CounterMessage::Add(amount)).await.expect("the counter runs");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        let (reply, answer) = oneshot::channel();
        counter.send(CounterMessage::Total(reply)).await.expect("the counter runs");
        answer.await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        let (sender, mut mailbox) = mpsc::channel(CAPACITY);
        tokio::spawn(async move {
            let mut next: Option<BoundedRelay> = None;
            while let Some(message) = mailbox.recv().await {
                match message {
                    RelayMessage::Connect(relay) => next = Some(relay),
                    RelayMessage::Hop(0) => done.count_down(),
                    RelayMessage::Hop(left) => {
                        let next = next.as_ref().expect("it is connected before the first hop");
                        Self::hop(next, left - 1).await;
                    }
                }
            }
        });
        BoundedRelay(sender)
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.0.send(RelayMessage::Connect(next)).await.expect("the relay runs");
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.0.send(RelayMessage::Hop(left)).await.expect("the relay runs");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        let (sender, mut mailbox) = mpsc::channel(CAPACITY);
        tokio::spawn(async move {
            let mut hearing = Hearing::new(every, done);
            while let Some(Heard(amount)) = mailbox.recv().await {
                hearing.hear(amount);
            }
        });
        sender
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        listeners
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        for listener in topic {
            listener.send(Heard(amount)).await.expect("the listener runs");
        }
    }
}
