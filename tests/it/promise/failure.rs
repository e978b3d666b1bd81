//! Promise 6: a handler's error or panic is a typed event before its supervisor decides, and a
//! failure in a handler of system events is never published.

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("failure");

#[derive(Debug, thiserror::Error)]
#[error("cannot write")]
struct WriteError(#[source] DiskFull);

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
struct DiskFull;

#[derive(Command, Debug)]
#[command(error = WriteError)]
struct Write;

#[derive(Event, Debug)]
struct Tick;

#[derive(Default)]
struct Disk;

#[actor]
impl Disk {
    #[handler]
    fn write(&mut self, _: Write) -> Result<(), WriteError> {
        Err(WriteError(DiskFull))
    }

    #[handler]
    fn tick(&mut self, _: &Tick) -> Result<(), WriteError> {
        Err(WriteError(DiskFull))
    }
}

#[rdddy_testkit::test]
async fn a_failure_is_published_with_its_causes_before_the_restart(world: &mut World) {
    let disk = world.spawn(Props::new(Disk::default)).await;
    disk.tell(Write).await.unwrap();
    world.settle().await;
    let failed = |event: &SystemEvent| {
        let SystemEvent::HandlerFailed { actor, message, failure, attempt, answered } = event
        else {
            return false;
        };
        let Failure::Error(report) = failure else { return false };
        assert_eq!(report.to_string(), "cannot write: the disk is full");
        assert_eq!(report.causes(), ["the disk is full"]);
        assert_eq!(
            (actor.id, *message, *attempt, *answered),
            (disk.id(), "failure.Write", 1, false)
        );
        true
    };
    let restarting = |event: &SystemEvent| matches!(event, SystemEvent::Restarting { .. });
    let restarted = |event: &SystemEvent| matches!(event, SystemEvent::Restarted { .. });
    world
        .events()
        .sequence()
        .then_matching(failed)
        .then_matching(restarting)
        .then_matching(restarted)
        .check();
}

/// Fails on every system event, and on nothing else.
#[derive(Default)]
struct Watchdog {
    heard: u32,
}

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Heard;

#[actor]
impl Watchdog {
    #[handler]
    fn hear(&mut self, _: &SystemEvent) {
        self.heard += 1;
        panic!("too much");
    }

    #[handler]
    fn heard(&self, _: Heard) -> u32 {
        self.heard
    }
}

#[rdddy_testkit::test]
async fn a_failing_monitor_is_restarted_and_counted_but_not_talked_about(world: &mut World) {
    let watchdog = world.spawn(Props::new(Watchdog::default)).await;
    let disk = world.spawn(Props::new(Disk::default)).await;
    world.settle().await;
    let about_watchdog = |event: &SystemEvent| match event {
        SystemEvent::HandlerFailed { actor, .. }
        | SystemEvent::Restarting { actor, .. }
        | SystemEvent::Restarted { actor, .. } => actor.id == watchdog.id(),
        _ => false,
    };
    world.events().expect::<SystemEvent>().matching(about_watchdog).never();
    assert!(world.counters().restarts > 0);
    drop(disk);
}

#[rdddy_testkit::test]
async fn a_monitor_hears_of_the_others(world: &mut World) {
    let monitor = world.spawn(Monitor::default()).await;
    let disk = world.spawn(Props::new(Disk::default)).await;
    disk.tell(Write).await.unwrap();
    world.settle().await;
    let heard = monitor.ask(HeardOf).await.unwrap();
    let of_disk: Vec<_> = heard.iter().filter(|line| line.contains("Disk")).collect();
    assert_eq!(of_disk.len(), 4, "started, failed, restarting, restarted: {heard:?}");
}

#[derive(Default)]
struct Monitor {
    heard: Vec<String>,
}

#[derive(Query, Debug)]
#[query(reply = Vec<String>)]
struct HeardOf;

#[actor]
impl Monitor {
    #[handler]
    fn hear(&mut self, event: &SystemEvent) {
        self.heard.push(format!("{event:?}"));
    }

    #[handler]
    fn heard(&self, _: HeardOf) -> Vec<String> {
        self.heard.clone()
    }
}

#[rdddy_testkit::test]
async fn a_monitor_without_room_misses_events_which_is_counted(world: &mut World) {
    let monitor = world.spawn(Props::value(Monitor::default()).mailbox(Capacity::Bounded(2))).await;
    for _ in 0..5 {
        world.spawn(Disk).await;
    }
    assert!(world.counters().missed_system_events >= 3);
    world.settle().await;
    assert!(monitor.is_alive());
}
