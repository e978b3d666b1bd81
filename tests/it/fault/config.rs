//! Configurations that can never work, and durations that make no sense.

use std::time::Duration;

use rdddy::limits;
use rdddy::prelude::*;
use rdddy::runtime::{ActorConfig, BadConfig, SpawnError, StartError, TaskError};
use rdddy_testkit::World;

bounded_context!("config");

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Answer;

#[derive(Command, Debug)]
struct Tick;

#[derive(Command, Debug)]
#[command(error = TaskError)]
struct TickEvery(Duration);

#[derive(Command, Debug)]
#[command(error = TaskError)]
struct TickAfter(Duration);

struct Anybody;

#[actor]
impl Anybody {
    #[handler]
    fn answer(&self, _: Answer) -> u32 {
        42
    }

    #[handler]
    fn tick(&mut self, _: Tick) {}

    #[handler]
    fn every(&mut self, cmd: TickEvery, cx: &mut Context<Self>) -> Result<(), TaskError> {
        cx.every(cmd.0, || Tick).map(drop)
    }

    #[handler]
    fn after(&mut self, cmd: TickAfter, cx: &mut Context<Self>) -> Result<(), TaskError> {
        cx.after(cmd.0, Tick).map(drop)
    }
}

const TOO_LONG: Duration = Duration::from_secs(limits::DURATION_MAX.as_secs() + 1);

#[rdddy_testkit::test]
async fn a_mailbox_of_capacity_zero_is_refused(world: &mut World) {
    let refused = world.system().spawn(Props::value(Anybody).mailbox(Capacity::Bounded(0))).await;
    assert_eq!(refused.unwrap_err(), SpawnError::Config(BadConfig::MailboxOfZero));
    assert_eq!(world.counters().spawned, 0);
}

#[rdddy_testkit::test]
async fn a_mailbox_of_absurd_capacity_is_refused(world: &mut World) {
    let capacity = u32::MAX;
    let refused =
        world.system().spawn(Props::value(Anybody).mailbox(Capacity::Bounded(capacity))).await;
    assert_eq!(refused.unwrap_err(), SpawnError::Config(BadConfig::MailboxTooLarge { capacity }));
}

#[rdddy_testkit::test]
async fn a_backoff_that_runs_backwards_or_for_ages_is_refused(world: &mut World) {
    let (short, long) = (Duration::from_millis(1), Duration::from_secs(1));
    for (first, max) in [(long, short), (short, TOO_LONG)] {
        let refused = world.system().spawn(Props::value(Anybody).backoff(first, max)).await;
        assert_eq!(refused.unwrap_err(), SpawnError::Config(BadConfig::Backoff));
    }
}

#[rdddy_testkit::test]
async fn a_period_of_nothing_or_of_ages_is_refused(world: &mut World) {
    for period in [Duration::ZERO, TOO_LONG] {
        let config = ActorConfig::new().intensity(3, period);
        let refused = world.system().spawn(Props::value(Anybody).config(config)).await;
        assert_eq!(refused.unwrap_err(), SpawnError::Config(BadConfig::Period));
    }
}

#[tokio::test]
async fn a_root_that_cannot_supervise_does_not_start() {
    let config = ActorConfig::new().intensity(3, Duration::ZERO);
    let refused = ActorSystem::builder().root(config).start().await;
    assert_eq!(refused.unwrap_err(), StartError::Config(BadConfig::Period));
}

#[test]
fn a_system_outside_of_a_runtime_does_not_start() {
    let starting = std::pin::pin!(ActorSystem::builder().start());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(started) = starting.poll(&mut cx) else { panic!("it waits") };
    assert_eq!(started.unwrap_err(), StartError::NoRuntime);
}

#[rdddy_testkit::test]
async fn a_timer_of_no_or_endless_time_is_refused(world: &mut World) {
    let actor = world.spawn(Anybody).await;
    let refused = actor.ask(TickEvery(Duration::ZERO)).await.unwrap_err().into_refusal().unwrap();
    assert_eq!(refused, TaskError::ZeroInterval);
    let refused = actor.ask(TickEvery(TOO_LONG)).await.unwrap_err().into_refusal().unwrap();
    assert_eq!(refused, TaskError::TooLong);
    let refused = actor.ask(TickAfter(Duration::MAX)).await.unwrap_err().into_refusal().unwrap();
    assert_eq!(refused, TaskError::TooLong);
    // Nothing at all is a fine delay: after what waits already.
    actor.ask(TickAfter(Duration::ZERO)).await.unwrap();
    world.settle().await;
    assert_eq!(world.counters().handled, 2);
}

#[rdddy_testkit::test]
async fn more_timers_than_an_actor_may_have_are_refused(world: &mut World) {
    let actor = world.spawn(Anybody).await;
    for _ in 0..limits::TASKS_PER_ACTOR {
        actor.ask(TickAfter(Duration::from_secs(60))).await.unwrap();
    }
    let one_more = TickAfter(Duration::from_secs(60));
    let refused = actor.ask(one_more).await.unwrap_err().into_refusal().unwrap();
    assert_eq!(refused, TaskError::TooMany);
    world.advance(Duration::from_secs(60)).await;
    actor.ask(TickAfter(Duration::from_secs(60))).await.unwrap();
}

#[rdddy_testkit::test]
async fn an_ask_of_no_time_times_out_and_its_message_is_a_dead_letter(world: &mut World) {
    let actor = world.spawn(Anybody).await;
    let answer = actor.ask(Answer).timeout(Duration::ZERO).await;
    assert!(matches!(answer, Err(AskError::TimedOut(Duration::ZERO))), "{answer:?}");
    world.settle().await;
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn an_ask_of_endless_time_is_answered_like_any_other(world: &mut World) {
    let actor = world.spawn(Anybody).await;
    assert_eq!(actor.ask(Answer).timeout(Duration::MAX).await.unwrap(), 42);
}

#[rdddy_testkit::test]
async fn a_shutdown_of_no_time_still_reports(world: &mut World) {
    world.spawn(Anybody).await;
    let report = world.system().shutdown_within(Duration::ZERO).await;
    assert!(report.stuck.is_empty(), "{report:?}");
}

#[rdddy_testkit::test]
async fn a_shutdown_of_endless_time_ends_when_all_is_done(world: &mut World) {
    let actor = world.spawn(Anybody).await;
    actor.tell(Tick).await.unwrap();
    let report = world.system().shutdown_within(Duration::MAX).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(world.elapsed(), Duration::ZERO);
}
