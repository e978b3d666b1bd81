//! ractor: its mailboxes are unbounded. Events go to a process group (`pg`): an `OutputPort` drops
//! what a slow subscriber has no room for, so that it cannot carry the load.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, pg};

use super::{Hearing, Subject};
use crate::latch::Latch;
use crate::workload::Workload;

struct Counter;

pub(crate) enum CounterMessage {
    Add(u64),
    Total(RpcReplyPort<u64>),
}

impl Actor for Counter {
    type Msg = CounterMessage;
    type State = u64;
    type Arguments = ();

    async fn pre_start(
        &self,
        _: ActorRef<CounterMessage>,
        (): (),
    ) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<CounterMessage>,
        message: CounterMessage,
        total: &mut u64,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            CounterMessage::Add(amount) => *total += amount,
            CounterMessage::Total(reply) => reply.send(*total)?,
        }
        Ok(())
    }
}

struct Relay;

pub(crate) enum RelayMessage {
    Connect(ActorRef<RelayMessage>),
    Hop(u64),
}

struct RelayState {
    next: Option<ActorRef<RelayMessage>>,
    done: Arc<Latch>,
}

impl Actor for Relay {
    type Msg = RelayMessage;
    type State = RelayState;
    type Arguments = Arc<Latch>;

    async fn pre_start(
        &self,
        _: ActorRef<RelayMessage>,
        done: Arc<Latch>,
    ) -> Result<RelayState, ActorProcessingErr> {
        Ok(RelayState { next: None, done })
    }

    async fn handle(
        &self,
        _: ActorRef<RelayMessage>,
        message: RelayMessage,
        state: &mut RelayState,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            RelayMessage::Connect(next) => state.next = Some(next),
            RelayMessage::Hop(0) => state.done.count_down(),
            RelayMessage::Hop(left) => {
                let next = state.next.as_ref().expect("it is connected before the first hop");
                next.cast(RelayMessage::Hop(left - 1))?;
            }
        }
        Ok(())
    }
}

struct Listener;

pub(crate) struct Heard(u64);

impl Actor for Listener {
    type Msg = Heard;
    type State = Hearing;
    type Arguments = Hearing;

    async fn pre_start(
        &self,
        _: ActorRef<Heard>,
        hearing: Hearing,
    ) -> Result<Hearing, ActorProcessingErr> {
        Ok(hearing)
    }

    async fn handle(
        &self,
        _: ActorRef<Heard>,
        heard: Heard,
        hearing: &mut Hearing,
    ) -> Result<(), ActorProcessingErr> {
        hearing.hear(heard.0);
        Ok(())
    }
}

/// With default settings.
pub(crate) struct Ractor;

impl Subject for Ractor {
    const NAME: &'static str = "ractor";
    const IDLE_ACTORS: usize = 100_000;
    type Counter = ActorRef<CounterMessage>;
    type Relay = ActorRef<RelayMessage>;
    type Listener = ActorRef<Heard>;
    type Topic = String;

    fn cannot(workload: Workload) -> Option<&'static str> {
        (workload == Workload::TellBounded).then_some("its mailboxes have no bound")
    }

    async fn start(_: Workload) -> Self {
        Ractor
    }

    async fn counter(&self) -> Self::Counter {
        Actor::spawn(None, Counter, ()).await.expect("the counter starts").0
    }

    async fn add(counter: &Self::Counter, amount: u64) {
        counter.cast(CounterMessage::Add(amount)).expect("the counter runs");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        let answer = counter.call(CounterMessage::Total, None).await.expect("the counter runs");
        answer.expect("the counter answers")
    }

    async fn relay(&self, done: Arc<Latch>) -> Self::Relay {
        Actor::spawn(None, Relay, done).await.expect("the relay starts").0
    }

    async fn connect(relay: &Self::Relay, next: Self::Relay) {
        relay.cast(RelayMessage::Connect(next)).expect("the relay runs");
    }

    async fn hop(relay: &Self::Relay, left: u64) {
        relay.cast(RelayMessage::Hop(left)).expect("the relay runs");
    }

    async fn listener(&self, every: u64, done: Arc<Latch>) -> Self::Listener {
        let hearing = Hearing::new(every, done);
        Actor::spawn(None, Listener, hearing).await.expect("the listener starts").0
    }

    async fn topic(&self, listeners: Vec<Self::Listener>) -> Self::Topic {
        let group = "heard".to_owned();
        pg::join(group.clone(), listeners.iter().map(|listener| listener.get_cell()).collect());
        group
    }

    async fn publish(topic: &Self::Topic, amount: u64) {
        for member in pg::get_local_members(topic) {
            member.send_message(Heard(amount)).expect("the listener runs");
        }
    }
}
