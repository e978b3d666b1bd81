//! Promise 9: a shutdown drains with a deadline, and reports what it could not drain.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("shutdown");

#[derive(Event, Debug)]
struct Closed(&'static str);

#[derive(Command, Debug)]
struct Serve(Duration);

struct Waiter {
    name: &'static str,
}

#[actor]
impl Waiter {
    #[on_stop]
    async fn close(&mut self, cx: &mut Context<Self>) {
        cx.publish(Closed(self.name)).await.unwrap();
    }

    #[handler]
    async fn serve(&mut self, cmd: Serve, cx: &mut Context<Self>) {
        cx.sleep(cmd.0).await;
    }
}

fn closed(world: &World) -> Vec<&'static str> {
    world.events().of::<Closed>().iter().map(|closed| closed.0).collect()
}

#[rdddy_testkit::test]
async fn what_waits_is_handled_before_the_end(world: &mut World) {
    let waiter = world.spawn(Waiter { name: "a" }).await;
    for _ in 0..5 {
        waiter.tell(Serve(Duration::from_secs(1))).await.unwrap();
    }
    let report = world.system().shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.counters.handled, report.counters.dead_letters), (5, 0));
    assert_eq!(world.elapsed(), Duration::from_secs(5));
    assert_eq!(waiter.stopped().await, StopReason::Stopped);
}

#[rdddy_testkit::test]
async fn the_last_started_ends_first(world: &mut World) {
    for name in ["a", "b", "c"] {
        world.spawn(Waiter { name }).await;
    }
    world.system().shutdown().await;
    assert_eq!(closed(world), ["c", "b", "a"]);
}

#[rdddy_testkit::test]
async fn what_does_not_drain_in_time_is_reported(world: &mut World) {
    let slow = world.spawn(Waiter { name: "slow" }).await;
    world.spawn(Waiter { name: "fast" }).await;
    for _ in 0..3 {
        slow.tell(Serve(Duration::from_secs(3600))).await.unwrap();
    }
    let limit = Duration::from_secs(7);
    let report = world.system().shutdown_within(limit).await;
    assert!(!report.is_clean());
    let [(actor, undelivered)] = &report.undelivered[..] else { panic!("{report:?}") };
    assert_eq!((actor.id, *undelivered), (slow.id(), 2));
    assert!(report.stuck.is_empty());
    assert_eq!(world.elapsed(), limit);
    assert_eq!(report.counters.dead_letters, 3, "the one being handled, too");
    assert_eq!(closed(world), ["fast", "slow"]);
}

#[rdddy_testkit::test]
async fn one_that_does_not_drain_does_not_keep_the_others_from_it(world: &mut World) {
    let fast = world.spawn(Waiter { name: "fast" }).await;
    let slow = world.spawn(Waiter { name: "slow" }).await;
    slow.tell(Serve(Duration::from_secs(3600))).await.unwrap();
    fast.tell(Serve(Duration::from_secs(1))).await.unwrap();
    let report = world.system().shutdown_within(Duration::from_secs(7)).await;
    let late: Vec<_> = report.undelivered.iter().map(|(actor, _)| actor.id).collect();
    assert_eq!(late, [slow.id()]);
    assert_eq!(fast.stopped().await, StopReason::Stopped);
}

#[rdddy_testkit::test]
async fn nothing_is_started_during_a_shutdown(world: &mut World) {
    let slow = world.spawn(Waiter { name: "slow" }).await;
    slow.tell(Serve(Duration::from_secs(5))).await.unwrap();
    let system = world.system().clone();
    world.system().run(async move { drop(system.shutdown().await) });
    world.settle().await;
    let refused = world.system().spawn(Waiter { name: "late" }).await.unwrap_err();
    assert_eq!(refused, rdddy::runtime::SpawnError::ShuttingDown);
    world.system().terminated().await;
}

#[rdddy_testkit::test]
async fn all_who_wait_for_the_end_get_the_same_report(world: &mut World) {
    let slow = world.spawn(Waiter { name: "slow" }).await;
    slow.tell(Serve(Duration::from_secs(5))).await.unwrap();
    let system = world.system().clone();
    world.system().run(async move { drop(system.shutdown().await) });
    world.settle().await;
    let second = world.system().shutdown().await;
    let termination = world.system().terminated().await;
    assert_eq!((&termination.report, &termination.cause), (&second, &None));
}

#[rdddy_testkit::test]
async fn a_shutdown_that_nobody_waits_for_goes_on(world: &mut World) {
    world.spawn(Waiter { name: "a" }).await;
    {
        let mut given_up = std::pin::pin!(world.system().shutdown());
        std::future::poll_fn(|cx| {
            let _ = given_up.as_mut().poll(cx);
            std::task::Poll::Ready(())
        })
        .await;
    }
    assert!(world.system().shutdown().await.is_clean());
}

#[derive(Command, Debug)]
struct CloseUp;

struct Manager;

#[actor]
impl Manager {
    #[handler]
    async fn close_up(&mut self, _: CloseUp, cx: &mut Context<Self>) {
        let system = cx.system();
        system.clone().run(async move { drop(system.shutdown().await) });
    }
}

#[rdddy_testkit::test]
async fn an_actor_may_end_its_system(world: &mut World) {
    world.spawn(Waiter { name: "a" }).await;
    let manager = world.spawn(Manager).await;
    manager.tell(CloseUp).await.unwrap();
    let termination = world.system().terminated().await;
    assert!(termination.report.is_clean());
    assert_eq!(closed(world), ["a"]);
}

/// Waits for the end of its own system, which waits for it.
struct Fool;

#[actor]
impl Fool {
    #[handler]
    async fn close_up(&mut self, _: FoolishCloseUp, cx: &mut Context<Self>) {
        cx.system().shutdown().await;
    }
}

#[derive(Command, Debug)]
struct FoolishCloseUp;

#[rdddy_testkit::test]
async fn an_actor_that_waits_for_its_own_end_is_killed_in_time(world: &mut World) {
    let fool = world.spawn(Fool).await;
    fool.tell(FoolishCloseUp).await.unwrap();
    let termination = world.system().terminated().await;
    assert_eq!(termination.report.undelivered.len(), 1);
    assert_eq!(world.elapsed(), rdddy::limits::SHUTDOWN_TIMEOUT);
}
