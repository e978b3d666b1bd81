use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::{Broken, Exploration, World, explore};

use crate::bank::{Account, Balance, SetBalance};

#[derive(Command, Debug)]
struct Wait(Duration);

#[derive(Event, Debug)]
struct Waited;

struct Sleeper;

#[actor]
impl Sleeper {
    #[handler]
    async fn wait(&mut self, cmd: Wait, cx: &mut Context<Self>) {
        cx.sleep(cmd.0).await;
        let _ = cx.publish(Waited).await;
    }
}

#[rdddy_testkit::test]
async fn settling_does_not_move_time(world: &mut World) {
    let sleeper = world.spawn(Sleeper).await;
    sleeper.tell(Wait(Duration::from_millis(1))).await.unwrap();
    world.settle().await;
    assert_eq!(world.elapsed(), Duration::ZERO);
    world.events().expect::<Waited>().never();
}

#[rdddy_testkit::test]
async fn advancing_lets_happen_what_is_due_in_the_last_moment(world: &mut World) {
    let sleeper = world.spawn(Sleeper).await;
    sleeper.tell(Wait(Duration::from_secs(1))).await.unwrap();
    sleeper.tell(Wait(Duration::from_secs(2))).await.unwrap();
    world.advance(Duration::from_secs(3)).await;
    assert_eq!(world.elapsed(), Duration::from_secs(3));
    world.events().expect::<Waited>().times(2);
}

#[rdddy_testkit::test]
async fn a_hundred_years_take_no_time(world: &mut World) {
    let century = Duration::from_secs(100 * 365 * 24 * 3600);
    world.advance(century).await;
    assert_eq!(world.elapsed(), century);
}

#[rdddy_testkit::test]
async fn what_waits_at_the_end_is_drained_and_not_held_against_the_test(world: &mut World) {
    let sleeper = world.spawn(Sleeper).await;
    sleeper.tell(Wait(Duration::from_secs(3600))).await.unwrap();
    sleeper.tell(Wait(Duration::from_secs(1))).await.unwrap();
    world.settle().await;
    assert_eq!(world.counters().in_flight(), 2);
}

#[rdddy_testkit::test]
#[should_panic(expected = "messages have not ended: 1 were sent and have not ended")]
async fn check_balance_sees_what_is_under_way(world: &mut World) {
    let sleeper = world.spawn(Sleeper).await;
    sleeper.tell(Wait(Duration::from_secs(3600))).await.unwrap();
    world.check_balance().await;
}

#[rdddy_testkit::test]
async fn check_balance_is_content_when_all_is_done(world: &mut World) {
    let account = world.spawn(Account::default()).await;
    account.tell(SetBalance(3)).await.unwrap();
    world.check_balance().await;
    assert_eq!(account.ask(Balance).await.unwrap(), 3);
}

#[rdddy_testkit::test]
#[should_panic(expected = "configure it before it is used")]
async fn a_system_cannot_be_configured_once_it_runs(world: &mut World) {
    world.spawn(Sleeper).await;
    world.invariant("too late", || true);
}

#[rdddy_testkit::test(seed = 7)]
async fn a_test_may_return_a_result(world: &mut World) -> Result<(), AskError<Balance>> {
    let account = world.spawn(Account::default()).await;
    assert_eq!(account.ask(Balance).await?, 0);
    Ok(())
}

#[rdddy_testkit::test]
async fn a_test_needs_no_world() {}

#[test]
fn a_returned_error_fails_the_test() {
    let explored = explore(Exploration::seeds(3), async |_| Err::<(), _>("no such order"));
    let failure = explored.failure().unwrap();
    assert_eq!(*failure.broken(), Broken::Error("\"no such order\"".to_owned()));
    assert_eq!(failure.schedules(), 1);
}

#[test]
fn a_broken_invariant_fails_the_test_and_names_the_actor() {
    let explored = explore(Exploration::seeds(1), async |world: &mut World| {
        let handled = Arc::new(AtomicU32::new(0));
        world.invariant("only twice", {
            let handled = Arc::clone(&handled);
            move || handled.fetch_add(1, Ordering::Relaxed) < 2
        });
        let account = world.spawn(Account::default()).await;
        for n in 0..4 {
            account.tell(SetBalance(n)).await.unwrap();
        }
    });
    let Broken::Invariant { name, actor } = explored.failure().unwrap().broken() else {
        panic!("{explored:?}");
    };
    assert_eq!((*name, actor.as_str()), ("only twice", "/Account#1"));
}

#[test]
fn a_test_that_waits_for_what_never_comes_is_a_deadlock() {
    let explored = explore(Exploration::seeds(1), async |world: &mut World| {
        world.probe::<Waited>().next().await;
    });
    let failure = explored.failure().unwrap();
    assert!(matches!(failure.broken(), Broken::Stalled(_)), "{failure}");
    assert!(failure.to_string().starts_with("deadlock"), "{failure}");
}

#[derive(Command, Debug)]
struct Spin;

struct Dervish;

#[actor]
impl Dervish {
    #[handler]
    fn spin(&mut self, _: Spin, cx: &mut Context<Self>) {
        let _ = cx.me().tell(Spin);
    }
}

#[test]
fn a_system_that_never_gets_quiet_is_endless() {
    let explored = explore(Exploration::seeds(1).steps_max(1_000), async |world: &mut World| {
        let dervish = world.spawn(Dervish).await;
        dervish.tell(Spin).await.unwrap();
    });
    let failure = explored.failure().unwrap();
    assert!(failure.to_string().starts_with("endless"), "{failure}");
}
