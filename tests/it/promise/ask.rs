//! Promise 5: every ask has a deadline that travels with the message, expired work is dead-lettered
//! unrun, and a cycle of asks is reported instead of hanging.

use std::time::Duration;

use rdddy::limits;
use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("ask");

#[derive(Query, Debug)]
#[query(reply = Option<Duration>)]
struct TimeLeft;

#[derive(Command, Debug)]
struct Think(Duration);

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Thoughts;

#[derive(Default)]
struct Sage {
    thoughts: u32,
}

#[actor]
impl Sage {
    #[handler]
    fn time_left(&self, _: TimeLeft, cx: &mut Context<Self>) -> Option<Duration> {
        cx.time_left()
    }

    #[handler]
    async fn think(&mut self, cmd: Think, cx: &mut Context<Self>) {
        cx.sleep(cmd.0).await;
        self.thoughts += 1;
    }

    #[handler]
    fn thoughts(&self, _: Thoughts) -> u32 {
        self.thoughts
    }
}

/// Passes a question on.
struct Student {
    sage: ActorRef<Sage>,
}

#[derive(Query, Debug)]
#[query(reply = Option<Duration>)]
struct TimeLeftThere;

#[actor]
impl Student {
    #[handler]
    async fn time_left(&self, _: TimeLeftThere, cx: &mut Context<Self>) -> Option<Duration> {
        cx.sleep(Duration::from_secs(1)).await;
        self.sage.ask(TimeLeft).await.unwrap()
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[rdddy_testkit::test]
async fn every_ask_has_a_deadline(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    assert_eq!(sage.ask(TimeLeft).await.unwrap(), Some(limits::ASK_TIMEOUT));
    assert_eq!(sage.ask(TimeLeft).timeout(5 * SECOND).await.unwrap(), Some(5 * SECOND));
    let answer = sage.ask(Think(3600 * SECOND)).await;
    let limit = limits::ASK_TIMEOUT;
    assert!(matches!(answer, Err(AskError::TimedOut(after)) if after == limit), "{answer:?}");
    assert_eq!(world.elapsed(), limit);
}

#[rdddy_testkit::test]
async fn an_asked_asker_waits_no_longer_than_its_own_asker(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    let student = world.spawn(Student { sage }).await;
    let left = student.ask(TimeLeftThere).timeout(5 * SECOND).await.unwrap();
    assert_eq!(left, Some(4 * SECOND));
}

#[rdddy_testkit::test]
async fn work_that_nobody_waits_for_any_more_is_not_done(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    sage.tell(Think(10 * SECOND)).await.unwrap();
    let answer = sage.ask(Think(SECOND)).timeout(5 * SECOND).await;
    assert!(matches!(answer, Err(AskError::TimedOut(_))), "{answer:?}");
    assert_eq!(sage.ask(Thoughts).await.unwrap(), 1, "the second thought was not begun");
    let expired = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::DeadLetter { message: "ask.Think", reason: DeadReason::Expired, .. }
        )
    };
    world.events().expect::<SystemEvent>().matching(expired).once();
}

#[rdddy_testkit::test]
async fn work_of_an_asker_that_went_away_is_not_begun(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    sage.tell(Think(10 * SECOND)).await.unwrap();
    world.settle().await;
    {
        let mut ask = std::pin::pin!(sage.ask(Think(SECOND)));
        std::future::poll_fn(|cx| {
            assert!(ask.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    assert_eq!(sage.ask(Thoughts).await.unwrap(), 1);
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn an_ask_that_is_never_awaited_is_never_sent(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    drop(sage.ask(Think(SECOND)));
    world.settle().await;
    assert_eq!(world.counters().sent, 0);
}

#[rdddy_testkit::test]
async fn work_that_was_begun_is_finished_though_nobody_waits(world: &mut World) {
    let sage = world.spawn(Sage::default()).await;
    let answer = sage.ask(Think(10 * SECOND)).timeout(SECOND).await;
    assert!(matches!(answer, Err(AskError::TimedOut(_))), "{answer:?}");
    assert_eq!(sage.ask(Thoughts).await.unwrap(), 1);
    assert_eq!(world.counters().handled, 2);
}

/// Asks the next in a circle.
#[derive(Default)]
struct Asker {
    next: Option<ActorRef<Asker>>,
    last: Option<Result<(), Vec<ActorId>>>,
}

#[derive(Command, Debug)]
struct Next(ActorRef<Asker>);

#[derive(Command, Debug)]
struct AskRound;

#[derive(Query, Debug)]
#[query(reply = Option<Result<(), Vec<ActorId>>>)]
struct Outcome;

#[actor]
impl Asker {
    #[handler]
    fn next(&mut self, cmd: Next) {
        self.next = Some(cmd.0);
    }

    #[handler]
    async fn ask(&mut self, _: AskRound) {
        let Some(next) = &self.next else { return };
        self.last = Some(match next.ask(AskRound).await {
            Err(AskError::WouldDeadlock { cycle }) => Err(cycle),
            Ok(()) => Ok(()),
            Err(other) => panic!("{other:?}"),
        });
    }

    #[handler]
    fn outcome(&self, _: Outcome) -> Option<Result<(), Vec<ActorId>>> {
        self.last.clone()
    }
}

async fn circle(world: &World, size: usize) -> Vec<ActorRef<Asker>> {
    let mut askers = Vec::new();
    for _ in 0..size {
        askers.push(world.spawn(Asker::default()).await);
    }
    for (at, asker) in askers.iter().enumerate() {
        let next = askers[(at + 1) % size].clone();
        asker.tell(Next(next)).await.unwrap();
    }
    askers
}

async fn cycles(askers: &[ActorRef<Asker>]) -> Vec<Vec<ActorId>> {
    let mut cycles = Vec::new();
    for asker in askers {
        if let Some(Err(cycle)) = asker.ask(Outcome).await.unwrap() {
            cycles.push(cycle);
        }
    }
    cycles
}

#[rdddy_testkit::explore(seeds = 50)]
async fn a_circle_of_asks_is_reported_once_with_all_who_are_in_it(world: &mut World) {
    for size in 1..=4 {
        let askers = circle(world, size).await;
        askers[0].ask(AskRound).await.unwrap();
        let cycles = cycles(&askers).await;
        assert_eq!(cycles.len(), 1, "{cycles:?}");
        let mut all: Vec<_> = askers.iter().map(ActorRef::id).collect();
        let mut cycle = cycles[0].clone();
        all.sort();
        cycle.sort();
        assert_eq!(cycle, all);
    }
    assert_eq!(world.elapsed(), Duration::ZERO, "nobody had to wait for a timeout");
    let reported = |event: &SystemEvent| matches!(event, SystemEvent::WouldDeadlock { .. });
    world.events().expect::<SystemEvent>().matching(reported).times(4);
}

#[rdddy_testkit::explore(seeds = 50)]
async fn two_who_ask_each_other_at_the_same_time_are_not_stuck(world: &mut World) {
    let askers = circle(world, 2).await;
    for asker in &askers {
        asker.tell(AskRound).await.unwrap();
    }
    world.settle().await;
    assert_eq!(world.elapsed(), Duration::ZERO);
    assert!(!cycles(&askers).await.is_empty());
}

#[rdddy_testkit::test]
async fn asks_without_a_circle_are_not_held_for_one(world: &mut World) {
    // A line: each asks the next, the last asks nobody; and again, now that all have waited once.
    let askers: Vec<_> = circle(world, 3).await;
    let last = world.spawn(Asker::default()).await;
    askers[2].tell(Next(last)).await.unwrap();
    for _ in 0..2 {
        askers[0].ask(AskRound).await.unwrap();
        assert!(cycles(&askers).await.is_empty());
    }
}

#[derive(Query, Debug)]
#[query(reply = bool)]
struct AskMyself;

struct Introvert;

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Mood;

#[actor]
impl Introvert {
    #[handler]
    async fn ask_myself(&self, _: AskMyself, cx: &mut Context<Self>) -> bool {
        let me = cx.actor_ref();
        let answer = me.ask(Mood).await;
        matches!(answer, Err(AskError::WouldDeadlock { cycle }) if cycle == [cx.id()])
    }

    #[handler]
    fn mood(&self, _: Mood) -> u32 {
        1
    }
}

#[rdddy_testkit::test]
async fn an_actor_that_asks_itself_in_disguise_is_told_so(world: &mut World) {
    let introvert = world.spawn(Introvert).await;
    assert!(introvert.ask(AskMyself).await.unwrap());
}
