//! Many senders at a time.

use std::sync::Arc;

use rdddy::prelude::*;
use tokio::sync::Semaphore;

bounded_context!("real_tell");

#[derive(Command, Debug)]
struct Put {
    sender: usize,
    n: u64,
}

#[derive(Query, Debug)]
#[query(reply = Vec<u64>)]
struct Received;

/// Expects the messages of each sender in their order.
#[derive(Default)]
struct Inbox {
    received: Vec<u64>,
}

#[actor]
impl Inbox {
    #[handler]
    fn put(&mut self, cmd: Put) {
        if self.received.len() <= cmd.sender {
            self.received.resize(cmd.sender + 1, 0);
        }
        assert_eq!(cmd.n, self.received[cmd.sender], "out of order from {}", cmd.sender);
        self.received[cmd.sender] += 1;
    }

    #[handler]
    fn received(&self, _: Received) -> Vec<u64> {
        self.received.clone()
    }
}

const SENDERS: usize = 4;
const EACH: u64 = 250_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_million_messages_of_four_senders_arrive_each_in_order() {
    let system = ActorSystem::builder().start().await.unwrap();
    let inbox = system.spawn(Inbox::default()).await.unwrap();
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let inbox = inbox.clone();
        senders.spawn(async move {
            for n in 0..EACH {
                inbox.tell(Put { sender, n }).await.unwrap();
            }
        });
    }
    while let Some(sent) = senders.join_next().await {
        sent.unwrap();
    }
    assert_eq!(inbox.ask(Received).await.unwrap(), [EACH; SENDERS]);
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.counters.handled, SENDERS as u64 * EACH + 1);
    assert_eq!((report.counters.in_flight(), report.counters.failed), (0, 0));
}

/// Passes a token on.
struct Node {
    next: Option<ActorRef<Node>>,
}

#[derive(Command, Debug)]
struct Join(ActorRef<Node>);

#[derive(Command, Debug)]
struct Token(u32);

#[derive(Event, Debug)]
struct Arrived;

#[actor]
impl Node {
    #[handler]
    fn join(&mut self, cmd: Join) {
        self.next = Some(cmd.0);
    }

    #[handler]
    async fn pass(&mut self, cmd: Token, cx: &mut Context<Self>) {
        match &self.next {
            Some(next) if cmd.0 > 0 => next.tell(Token(cmd.0 - 1)).await.unwrap(),
            _ => cx.publish(Arrived).await.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_goes_round_a_ring_of_a_thousand() {
    let system = ActorSystem::builder().start().await.unwrap();
    let first = system.spawn(Node { next: None }).await.unwrap();
    let mut last = first.clone();
    for _ in 1..1_000 {
        last = system.spawn(Node { next: Some(last) }).await.unwrap();
    }
    first.tell(Join(last)).await.unwrap();
    let mut arrived = system.subscribe::<Arrived>();
    for _ in 0..4 {
        first.tell(Token(50_000)).await.unwrap();
    }
    for _ in 0..4 {
        arrived.next().await.unwrap();
    }
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.counters.in_flight(), 0);
}

#[tokio::test]
async fn one_thread_is_enough() {
    let system = ActorSystem::builder().start().await.unwrap();
    assert_eq!(system.workers(), 1);
    let inbox = system.spawn(Inbox::default()).await.unwrap();
    for n in 0..10_000 {
        inbox.tell(Put { sender: 0, n }).await.unwrap();
    }
    assert_eq!(inbox.ask(Received).await.unwrap(), [10_000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_systems_in_one_process_keep_their_books_apart() {
    let one = ActorSystem::builder().start().await.unwrap();
    let other = ActorSystem::builder().start().await.unwrap();
    let (here, there) =
        (one.spawn(Inbox::default()).await.unwrap(), other.spawn(Inbox::default()).await.unwrap());
    for n in 0..1_000 {
        here.tell(Put { sender: 0, n }).await.unwrap();
        there.tell(Put { sender: 0, n }).await.unwrap();
    }
    let (one, other) = (one.shutdown().await, other.shutdown().await);
    assert_eq!((one.counters.handled, other.counters.handled), (1_000, 1_000));
}

/// Keeps each message until it is let go.
struct Gate {
    open: Arc<Semaphore>,
}

#[derive(Command, Debug)]
struct Pass;

#[actor(mailbox = bounded(1))]
impl Gate {
    #[handler]
    async fn pass(&mut self, _: Pass) {
        self.open.acquire().await.unwrap().forget();
    }
}

#[tokio::test]
async fn a_sender_gets_the_room_that_a_handler_leaves_before_it_waits() {
    let system = ActorSystem::builder().start().await.unwrap();
    let open = Arc::new(Semaphore::new(0));
    let gate = system.spawn(Gate { open: Arc::clone(&open) }).await.unwrap();
    gate.tell(Pass).await.unwrap();
    while gate.waiting() > 0 {
        tokio::task::yield_now().await;
    }
    gate.tell(Pass).await.unwrap();
    // The first is being handled, the second waits, and there is no room for the third.
    let third = {
        let gate = gate.clone();
        tokio::task::spawn(async move { gate.tell(Pass).await })
    };
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(!third.is_finished());
    // The second is being handled now, for ever.
    open.add_permits(1);
    third.await.unwrap().unwrap();
    assert_eq!(gate.waiting(), 1);
}
