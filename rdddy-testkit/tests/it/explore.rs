use rdddy::prelude::*;
use rdddy_testkit::{Broken, Exploration, Replay, World, explore, limits};

use crate::bank::{Account, Balance, SetBalance, two_deposits};

#[test]
fn a_planted_race_is_found_within_a_few_seeds() {
    let explored = explore(Exploration::seeds(50), two_deposits);
    let failure = explored.failure().expect("the race is found");
    assert!(matches!(failure.broken(), Broken::Panic(_)), "{failure}");
    assert!(failure.to_string().contains("money was lost"), "{failure}");
}

#[test]
fn a_test_in_order_alone_does_not_find_it() {
    use rdddy::simulation::Schedule;
    let explored = explore(Exploration::once(Schedule::InOrder), two_deposits);
    assert_eq!(explored.schedules(), 1);
}

#[test]
fn what_was_found_is_replayed_by_its_line() {
    let found = explore(Exploration::seeds(50), two_deposits);
    let replay: Replay = found.failure().unwrap().replay().to_string().parse().unwrap();
    let again = explore(Exploration::replay(replay.clone()), two_deposits);
    let failure = again.failure().expect("it fails again");
    assert_eq!((failure.schedules(), failure.replay()), (1, &replay));
    assert_eq!(failure.events(), found.failure().unwrap().events());
}

#[test]
fn a_failing_schedule_is_shortened() {
    let as_found = explore(Exploration::seeds(50).shrink_runs_max(0), two_deposits);
    assert!(as_found.failure().unwrap().replay().to_string().starts_with("seed:"));
    let shortened = explore(Exploration::seeds(50), two_deposits);
    let script = shortened.failure().unwrap().replay().to_string();
    let choices = script.strip_prefix("script:").unwrap();
    assert!(choices.split(',').count() <= 10, "{script}");
}

#[test]
fn all_schedules_of_a_small_test_are_tried() {
    let explored = explore(Exploration::exhaustive(), two_tellings);
    assert!(explored.failure().is_none(), "{explored:?}");
    assert!(!explored.is_cut_short());
    assert!(explored.schedules() > 1);
    assert_eq!(explored.schedules(), explored.distinct());
}

async fn two_tellings(world: &mut World) {
    let (one, other) =
        (world.spawn(Account::default()).await, world.spawn(Account::default()).await);
    one.tell(SetBalance(1)).await.unwrap();
    other.tell(SetBalance(2)).await.unwrap();
    world.settle().await;
    assert_eq!(one.ask(Balance).await.unwrap() + other.ask(Balance).await.unwrap(), 3);
}

#[test]
fn an_exhaustive_exploration_says_when_it_was_cut_short() {
    let explored = explore(Exploration::exhaustive().at_most(1), two_tellings);
    assert_eq!((explored.schedules(), explored.is_cut_short()), (1, true));
}

#[test]
fn an_exhaustive_exploration_finds_the_race_for_certain() {
    let explored = explore(Exploration::exhaustive(), two_deposits);
    assert!(explored.failure().is_some(), "{explored:?}");
}

#[rdddy_testkit::explore(seeds = 200)]
async fn no_schedule_loses_a_message(world: &mut World) {
    let account = world.spawn(Account::default()).await;
    for n in 0..10 {
        account.tell(SetBalance(n)).await.unwrap();
    }
    assert_eq!(account.ask(Balance).await.unwrap(), 9);
}

#[rdddy_testkit::explore(exhaustive)]
async fn whatever_the_order_the_sum_is_right(world: &mut World) {
    two_tellings(world).await;
}

#[test]
fn crashes_are_injected_where_they_are_asked_for() {
    let crashed = |event: &SystemEvent| {
        matches!(event, SystemEvent::Restarting { failure: Failure::Injected, .. })
    };
    let explored =
        explore(Exploration::seeds(100).crashes(limits::CRASHES), async |world: &mut World| {
            let account = world.spawn(Props::new(Account::default)).await;
            for n in 0..10 {
                account.tell(SetBalance(n)).await.unwrap();
            }
            world.settle().await;
            world.events().expect::<SystemEvent>().matching(crashed).never();
        });
    let failure = explored.failure().expect("a crash");
    // One crash is enough to fail, so one is what is left.
    let replay = failure.replay().to_string();
    assert!(replay.ends_with("crashes:1"), "{replay}");
    let again = explore(
        Exploration::replay(failure.replay().clone()).crashes(limits::CRASHES),
        two_tellings,
    );
    assert_eq!(again.schedules(), 1);
}

#[rdddy_testkit::explore(seeds = 100, crashes)]
async fn a_crash_loses_no_message(world: &mut World) {
    let account = world.spawn(Props::new(Account::default)).await;
    for n in 0..10 {
        account.tell(SetBalance(n)).await.unwrap();
    }
    world.check_balance().await;
    assert_eq!(world.counters().handled, 10, "a crash comes before the message is handled");
}

/// In eight factorial orders: more than are tried.
async fn eight_tellings(world: &mut World) {
    for n in 0..8 {
        world.spawn(Account::default()).await.tell(SetBalance(n)).await.unwrap();
    }
}

#[test]
#[should_panic(expected = "there are more than 10000 schedules")]
fn too_many_schedules_fail_an_exhaustive_test() {
    let options = rdddy_testkit::__private::Options::explore().exhaustive();
    rdddy_testkit::__private::run("p", "p::t", options, eight_tellings);
}

#[rdddy_testkit::explore(exhaustive, seeds = 50)]
async fn as_many_schedules_as_are_said_to_be_enough_are_enough(world: &mut World) {
    eight_tellings(world).await;
}
