//! xtra with unbounded mailboxes. It has no topics, so events go out in a loop.

use std::sync::Arc;

use xtra::{Actor, Address, Context, Handler, Mailbox};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

#[derive(Actor)]
pub(crate) struct Counter {
    total: u64,
}

struct Add(u64);
struct Total;

impl Handler<Add> for Counter {
    type Return = ();

    async fn handle(&mut self, add: Add, _: &mut Context<Self>) {
        self.total += add.0;
    }
}

impl Handler<Total> for Counter {
    type Return = u64;

    async fn handle(&mut self, _: Total, _: &mut Context<Self>) -> u64 {
        self.total
    }
}

#[derive(Actor)]
pub(crate) struct Relay {
    next: Option<Address<Relay>>,
    done: Arc<Latch>,
}

struct Connect(Address<Relay>);
struct Hop(u64);

impl Handler<Connect> for Relay {
    type Return = ();

    async fn handle(&mut self, connect: Connect, _: &mut Context<Self>) {
        self.next = Some(connect.0);
    }
}

impl Handler<Hop> for Relay {
    type Return = ();

    async fn handle(&mut self, hop: Hop, _: &mut Context<Self>) {
        if hop.0 == 0 {
            self.done.count_down();
        } else {
            let next = self.next.as_ref().expect("it is connected before the first hop");
            tell(next, Hop(hop.0 - 1)).await;
        }
    }
}

#[derive(Actor)]
pub(crate) struct Listener(Hearing);

struct Heard(u64);

impl Handler<Heard> for Listener {
    type Return = ();

    async fn handle(&mut self, heard: Heard, _: &mut Context<Self>) {
        self.0.hear(heard.0);
    }
}

/// Enqueues `message`; nobody waits until it is handled.
async fn tell<A: Handler<M, Return = ()>, M: Send + 'static>(address: &Address<A>, message: M) {
    // The inner future is the answer, which nobody wants.
    drop(address.send(message).detach().await.expect("the actor runs"));
}

/// With unbounded mailboxes.
pub(crate) struct Xtra;

impl Subject for Xtra {
    const NAME: &'static str = "xtra";
    type Counter = Address<Counter>;
    type Relay = Address<Relay>;
    type Listener = Address<Listener>;
    type Topic = Vec<Self::Listener>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        (workload == Workload::TellBounded).then_some("measured with unbounded mailboxes")
    }

    async fn start(_: Workload) -> Self {
        Xtra
    }

    async fn counter(&self) -> Self::Counter {
        xtra::spawn_tokio(Counter { total: 0 }, Mailbox::unbounded())
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        tell(counter, Add(amount)).await;
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.send(Total).await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        xtra::spawn_tokio(Relay { next: None, done }, Mailbox::unbounded())
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        tell(relay, Connect(next)).await;
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        tell(relay, Hop(left)).await;
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        xtra::spawn_tokio(Listener(Hearing::new(every, done)), Mailbox::unbounded())
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        listeners
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        for listener in topic {
            tell(listener, Heard(amount)).await;
        }
    }
}
