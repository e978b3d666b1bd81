//! Handlers that block a thread of their own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdddy::prelude::*;

bounded_context!("real_blocking");

#[derive(Command, Debug)]
#[command(reply = u32)]
struct Take;

#[derive(Command, Debug)]
#[command(reply = u32)]
struct TakeInTime;

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Taken;

#[derive(Command, Debug)]
struct Break;

/// Blocks until there is something to take.
struct Taker {
    source: Arc<Mutex<Receiver<u32>>>,
    taken: u32,
}

impl Taker {
    fn block(&mut self) -> u32 {
        let n = self.source.lock().unwrap().recv().unwrap_or_default();
        self.taken += n;
        n
    }
}

#[actor]
impl Taker {
    #[handler(blocking)]
    fn take(&mut self, _: Take) -> u32 {
        self.block()
    }

    #[handler(blocking, timeout = "50ms")]
    fn take_in_time(&mut self, _: TakeInTime) -> u32 {
        self.block()
    }

    #[handler(blocking)]
    fn give_up(&mut self, _: Break) {
        panic!("broken");
    }

    #[handler]
    fn taken(&self, _: Taken) -> u32 {
        self.taken
    }
}

fn taker() -> (Props<Taker>, Sender<u32>) {
    let (give, source) = channel();
    let source = Arc::new(Mutex::new(source));
    (Props::new(move || Taker { source: Arc::clone(&source), taken: 0 }), give)
}

#[tokio::test]
async fn a_handler_that_blocks_does_not_block_the_only_runner() {
    let system = ActorSystem::builder().start().await.unwrap();
    let (slow, give) = taker();
    let (other, _) = taker();
    let slow = system.spawn(slow).await.unwrap();
    let other = system.spawn(other).await.unwrap();
    let taking = slow.clone();
    let taking = tokio::task::spawn(async move { taking.ask(Take).await });
    assert_eq!(other.ask(Taken).await.unwrap(), 0);
    give.send(7).unwrap();
    assert_eq!(taking.await.unwrap().unwrap(), 7);
    assert_eq!(slow.ask(Taken).await.unwrap(), 7, "the state came back");
}

#[tokio::test]
async fn a_panic_in_a_handler_that_blocks_is_a_failure_like_any_other() {
    let system = ActorSystem::builder().start().await.unwrap();
    let (props, give) = taker();
    let taker = system.spawn(props).await.unwrap();
    give.send(5).unwrap();
    taker.ask(Take).await.unwrap();
    let answer = taker.ask(Break).await;
    assert!(matches!(answer, Err(AskError::Failed(Failure::Panic(_)))), "{answer:?}");
    assert_eq!(taker.ask(Taken).await.unwrap(), 0);
    assert_eq!(taker.incarnation(), 2);
}

#[tokio::test]
async fn a_handler_that_blocks_for_too_long_is_left_behind_with_its_state() {
    let system = ActorSystem::builder().start().await.unwrap();
    let (props, give) = taker();
    let taker = system.spawn(props).await.unwrap();
    let answer = taker.ask(TakeInTime).await;
    assert!(matches!(answer, Err(AskError::Failed(Failure::TimedOut(_)))), "{answer:?}");
    assert_eq!(taker.ask(Taken).await.unwrap(), 0, "a new life goes on");
    assert_eq!(taker.incarnation(), 2);
    // Lets the thread end.
    drop(give);
}

#[tokio::test]
async fn an_actor_that_blocks_can_be_killed() {
    let system = ActorSystem::builder().start().await.unwrap();
    let (props, give) = taker();
    let taker = system.spawn(props).await.unwrap();
    let taking = taker.clone();
    let taking = tokio::task::spawn(async move { taking.ask(Take).await });
    while system.counters().sent == 0 {
        tokio::task::yield_now().await;
    }
    taker.kill();
    assert_eq!(taker.stopped().await, StopReason::Killed);
    let answer = taking.await.unwrap();
    assert!(matches!(answer, Err(AskError::DeadLetter(_))), "{answer:?}");
    drop(give);
    let report = system.shutdown_within(Duration::from_secs(5)).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.counters.in_flight(), 0);
}
