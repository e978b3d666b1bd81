//! actix on the one thread of its `System`, its default. Events go through `actix-broker`.
//!
//! `do_send` passes by the bound of the mailbox, and `send` waits for the answer: there is no tell
//! that waits for room.

use std::future::Future;
use std::sync::Arc;

use actix::prelude::*;
use actix_broker::{Broker, BrokerSubscribe, SystemBroker};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

pub(crate) struct Counter {
    total: u64,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Add(u64);

#[derive(Message)]
#[rtype(result = "u64")]
struct Total;

impl Actor for Counter {
    type Context = Context<Self>;
}

impl Handler<Add> for Counter {
    type Result = ();

    fn handle(&mut self, add: Add, _: &mut Self::Context) {
        self.total += add.0;
    }
}

impl Handler<Total> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Total, _: &mut Self::Context) -> u64 {
        self.total
    }
}

pub(crate) struct Relay {
    next: Option<Addr<Relay>>,
    done: Arc<Latch>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Connect(Addr<Relay>);

#[derive(Message)]
#[rtype(result = "()")]
struct Hop(u64);

impl Actor for Relay {
    type Context = Context<Self>;
}

impl Handler<Connect> for Relay {
    type Result = ();

    fn handle(&mut self, connect: Connect, _: &mut Self::Context) {
        self.next = Some(connect.0);
    }
}

impl Handler<Hop> for Relay {
    type Result = ();

    fn handle(&mut self, hop: Hop, _: &mut Self::Context) {
        if hop.0 == 0 {
            self.done.count_down();
        } else {
            let next = self.next.as_ref().expect("it is connected before the first hop");
            next.do_send(Hop(hop.0 - 1));
        }
    }
}

pub(crate) struct Listener(Hearing);

#[derive(Clone, Message)]
#[rtype(result = "()")]
struct Heard(u64);

#[derive(Message)]
#[rtype(result = "()")]
struct Subscribe;

impl Actor for Listener {
    type Context = Context<Self>;
}

impl Handler<Subscribe> for Listener {
    type Result = ();

    fn handle(&mut self, _: Subscribe, context: &mut Self::Context) {
        self.subscribe_async::<SystemBroker, Heard>(context);
    }
}

impl Handler<Heard> for Listener {
    type Result = ();

    fn handle(&mut self, heard: Heard, _: &mut Self::Context) {
        self.0.hear(heard.0);
    }
}

/// With default settings.
pub(crate) struct Actix;

impl Subject for Actix {
    const NAME: &'static str = "actix";
    const YIELD_EVERY: Option<u64> = Some(128);
    type Counter = Addr<Counter>;
    type Relay = Addr<Relay>;
    type Listener = Addr<Listener>;
    type Topic = ();

    fn cannot(workload: Workload) -> Option<&'static str> {
        (workload == Workload::TellBounded).then_some("none of its sends waits for room only")
    }

    fn block_on<T: Send + 'static>(main: impl Future<Output = T> + Send + 'static) -> T {
        System::new().block_on(main)
    }

    async fn start(_: Workload) -> Self {
        Actix
    }

    async fn counter(&self) -> Self::Counter {
        Counter { total: 0 }.start()
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.do_send(Add(amount));
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.send(Total).await.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        Relay { next: None, done }.start()
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.do_send(Connect(next));
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.do_send(Hop(left));
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        Listener(Hearing::new(every, done)).start()
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        for listener in listeners {
            listener.send(Subscribe).await.expect("the listener answers");
        }
    }

    async fn publish((): &Self::Topic, amount: u64) {
        Broker::<SystemBroker>::issue_async(Heard(amount));
        // One thread: let the broker and the listeners run.
        tokio::task::yield_now().await;
    }
}
