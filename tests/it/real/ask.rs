//! Many askers at a time, and asks that run on their caller.

use std::time::Duration;

use rdddy::prelude::*;

bounded_context!("real_ask");

#[derive(Command, Debug)]
#[command(reply = u64)]
struct Next;

#[derive(Default)]
struct Counter {
    count: u64,
    busy: bool,
}

#[actor]
impl Counter {
    #[handler]
    async fn next(&mut self, _: Next) -> u64 {
        assert!(!std::mem::replace(&mut self.busy, true), "two handlers at the same time");
        if self.count.is_multiple_of(16) {
            tokio::task::yield_now().await;
        }
        self.busy = false;
        self.count += 1;
        self.count
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_askers_get_an_answer_each() {
    let system = ActorSystem::builder().start().await.unwrap();
    let counter = system.spawn(Counter::default()).await.unwrap();
    let mut askers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let counter = counter.clone();
        askers.spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..500 {
                answers.push(counter.ask(Next).await.unwrap());
            }
            answers
        });
    }
    let mut all = Vec::new();
    while let Some(answers) = askers.join_next().await {
        let answers = answers.unwrap();
        assert!(answers.is_sorted(), "the answers of one asker come in order");
        all.extend(answers);
    }
    all.sort_unstable();
    assert_eq!(all, (1..=64 * 500).collect::<Vec<_>>());
    let report = system.shutdown().await;
    assert_eq!((report.counters.handled, report.counters.in_flight()), (64 * 500, 0));
}

/// Asks the one below it.
struct Level {
    below: Option<ActorRef<Level>>,
}

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Depth;

#[actor]
impl Level {
    #[handler]
    async fn depth(&self, _: Depth) -> u32 {
        match &self.below {
            Some(below) => below.ask(Depth).await.unwrap() + 1,
            None => 0,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asks_within_asks_do_not_grow_the_stack() {
    let system = ActorSystem::builder().start().await.unwrap();
    let mut top = system.spawn(Level { below: None }).await.unwrap();
    for _ in 0..2_000 {
        top = system.spawn(Level { below: Some(top) }).await.unwrap();
    }
    for _ in 0..10 {
        assert_eq!(top.ask(Depth).await.unwrap(), 2_000);
    }
    assert!(system.shutdown().await.is_clean());
}

/// Two that ask each other.
struct Twin {
    other: Option<ActorRef<Twin>>,
}

#[derive(Command, Debug)]
struct Meet(ActorRef<Twin>);

#[derive(Command, Debug)]
#[command(reply = bool)]
struct Call;

#[actor]
impl Twin {
    #[handler]
    fn meet(&mut self, cmd: Meet) {
        self.other = Some(cmd.0);
    }

    /// Whether the call, or one further on, was refused because of the circle.
    #[handler]
    async fn call(&mut self, _: Call) -> bool {
        match &self.other {
            None => false,
            Some(other) => match other.ask(Call).await {
                Ok(refused) => refused,
                Err(AskError::WouldDeadlock { cycle }) => cycle.len() == 2,
                Err(other) => panic!("{other:?}"),
            },
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_circle_of_asks_is_refused_also_when_they_run_on_their_callers() {
    let system = ActorSystem::builder().start().await.unwrap();
    let one = system.spawn(Twin { other: None }).await.unwrap();
    let two = system.spawn(Twin { other: Some(one.clone()) }).await.unwrap();
    one.tell(Meet(two.clone())).await.unwrap();
    for _ in 0..200 {
        let (a, b) = tokio::join!(one.ask(Call), two.ask(Call));
        assert!(a.unwrap() || b.unwrap());
    }
    assert_eq!(system.shutdown().await.counters.in_flight(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ask_that_is_given_up_leaves_nothing_behind() {
    let system = ActorSystem::builder().start().await.unwrap();
    let counter = system.spawn(Counter::default()).await.unwrap();
    for _ in 0..200 {
        let asked = counter.clone();
        let asking = tokio::task::spawn(async move { asked.ask(Next).await });
        tokio::task::yield_now().await;
        asking.abort();
        let _ = asking.await;
    }
    counter.ask(Next).await.unwrap();
    assert_eq!(system.shutdown().await.counters.in_flight(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_ends_a_wait() {
    let system = ActorSystem::builder().start().await.unwrap();
    let sleeper = system.spawn(Sleeper).await.unwrap();
    let answer = sleeper.ask(Sleep).timeout(Duration::from_millis(20)).await;
    assert!(matches!(answer, Err(AskError::TimedOut(_))), "{answer:?}");
    let report = system.shutdown_within(Duration::from_millis(20)).await;
    assert_eq!(report.undelivered.len(), 1);
    assert_eq!(report.counters.in_flight(), 0);
}

#[derive(Command, Debug)]
struct Sleep;

struct Sleeper;

#[actor]
impl Sleeper {
    #[handler]
    async fn sleep(&mut self, _: Sleep) {
        std::future::pending::<()>().await;
    }
}
