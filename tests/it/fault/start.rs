//! Actors that do not start.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdddy::limits;
use rdddy::prelude::*;
use rdddy::runtime::SpawnError;
use rdddy_testkit::World;

bounded_context!("start");

#[derive(Clone, Copy, Debug)]
enum Mood {
    Fine,
    Error,
    Panic,
    Hang,
}

#[derive(Debug, thiserror::Error)]
#[error("out of bed on the wrong side")]
struct WrongSide;

#[derive(Event, Debug)]
struct Alarm;

struct Riser {
    mood: Mood,
    child: bool,
}

impl Riser {
    fn with(mood: Mood) -> Self {
        Riser { mood, child: false }
    }
}

#[actor]
impl Riser {
    #[on_start]
    async fn rise(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        if self.child {
            cx.spawn(Riser::with(Mood::Fine)).await?;
        }
        match self.mood {
            Mood::Fine => Ok(()),
            Mood::Error => Err(WrongSide.into()),
            Mood::Panic => panic!("not today"),
            Mood::Hang => std::future::pending().await,
        }
    }

    #[handler]
    fn alarm(&mut self, _: &Alarm) {}
}

async fn refused(world: &World, mood: Mood) -> Failure {
    match world.system().spawn(Riser { mood, child: true }).await.unwrap_err() {
        SpawnError::StartFailed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[rdddy_testkit::test]
async fn spawn_says_why_an_actor_did_not_start(world: &mut World) {
    let failure = refused(world, Mood::Error).await;
    assert!(matches!(&failure, Failure::Error(report) if report.message().contains("wrong side")));
    let failure = refused(world, Mood::Panic).await;
    assert_eq!(failure, Failure::Panic("not today".to_owned()));
    assert_eq!(world.elapsed(), Duration::ZERO);
    let failure = refused(world, Mood::Hang).await;
    assert_eq!(failure, Failure::TimedOut(limits::START_TIMEOUT));
    assert_eq!(world.elapsed(), limits::START_TIMEOUT);
}

#[rdddy_testkit::test]
async fn an_actor_that_did_not_start_leaves_nothing_behind(world: &mut World) {
    refused(world, Mood::Error).await;
    assert!(world.system().actors().is_empty(), "its child is gone, too: {}", world.tree());
    let counters = world.counters();
    assert_eq!((counters.spawned, counters.ended), (2, 2));
}

#[rdddy_testkit::test]
async fn an_event_for_an_actor_that_does_not_start_is_a_dead_letter(world: &mut World) {
    let system = world.system().clone();
    world.system().run(async move {
        let refused = system.spawn(Riser::with(Mood::Hang)).await;
        assert!(refused.is_err());
    });
    world.settle().await;
    world.publish(Alarm).await;
    world.advance(limits::START_TIMEOUT).await;
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn a_spawn_that_nobody_waits_for_leaves_nothing_behind(world: &mut World) {
    let spawning = world.system().spawn(Riser::with(Mood::Hang));
    let given_up = futures_race(spawning, world.advance(Duration::from_secs(1))).await;
    assert!(given_up.is_none());
    world.settle().await;
    assert!(world.system().actors().is_empty(), "{}", world.tree());
}

/// What `one` comes to, unless `other` is first.
async fn futures_race<T>(
    one: impl Future<Output = T>,
    other: impl Future<Output = ()>,
) -> Option<T> {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|cx| {
        if let std::task::Poll::Ready(out) = one.as_mut().poll(cx) {
            return std::task::Poll::Ready(Some(out));
        }
        other.as_mut().poll(cx).map(|()| None)
    })
    .await
}

#[rdddy_testkit::test]
async fn a_builder_that_panics_refuses_the_spawn(world: &mut World) {
    let props = Props::new(|| -> Riser { panic!("no parts") });
    let refused = world.system().spawn(props).await.unwrap_err();
    assert_eq!(refused, SpawnError::StartFailed(Failure::Panic("no parts".to_owned())));
    assert_eq!(world.counters().spawned, 0);
}

#[derive(Command, Debug)]
struct Trip;

/// Starts the first time only.
struct Once {
    starts: Arc<AtomicU32>,
}

#[actor]
impl Once {
    #[on_start]
    fn start(&mut self) -> Result<(), WrongSide> {
        if self.starts.fetch_add(1, Ordering::Relaxed) == 0 { Ok(()) } else { Err(WrongSide) }
    }

    #[handler]
    fn trip(&mut self, _: Trip) {
        panic!("tripped");
    }
}

#[rdddy_testkit::test]
async fn a_restart_that_fails_is_one_more_failure(world: &mut World) {
    let starts = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&starts);
    let once = world.spawn(Props::new(move || Once { starts: Arc::clone(&seen) })).await;
    once.tell(Trip).await.unwrap();
    let reason = once.stopped().await;
    assert!(matches!(reason, StopReason::Failed(Failure::Error(_))), "{reason:?}");
    // The first start, and as many more as the budget allows.
    assert_eq!(starts.load(Ordering::Relaxed), 1 + limits::RESTART_INTENSITY);
}
