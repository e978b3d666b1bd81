use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::{Exploration, World, explore};

#[derive(Command, Debug)]
struct Tick(u32);

#[derive(Event, Debug)]
struct Ticked(u32);

/// Publishes one event a second, as often as it is told.
struct Ticker;

#[actor]
impl Ticker {
    #[handler]
    async fn tick(&mut self, cmd: Tick, cx: &mut Context<Self>) {
        for n in 1..=cmd.0 {
            cx.sleep(Duration::from_secs(1)).await;
            let _ = cx.publish(Ticked(n)).await;
        }
    }
}

#[rdddy_testkit::test]
async fn a_probe_waits_in_virtual_time(world: &mut World) {
    let ticker = world.spawn(Ticker).await;
    let mut ticked = world.probe::<Ticked>();
    ticker.tell(Tick(3)).await.unwrap();
    assert!(ticked.try_next().is_none());
    assert_eq!(ticked.expect_within(Duration::from_secs(1)).await.0, 1);
    assert_eq!(ticked.next().await.map(|event| event.0), Some(2));
    assert_eq!(world.elapsed(), Duration::from_secs(2));
    let third = ticked.expect_matching_within(Duration::from_secs(9), |event| event.0 == 3).await;
    assert_eq!((third.0, world.elapsed()), (3, Duration::from_secs(3)));
    ticked.expect_none_within(Duration::from_secs(10)).await;
    assert_eq!(world.elapsed(), Duration::from_secs(13));
}

#[rdddy_testkit::test]
async fn a_probe_hears_only_what_comes_after_it_was_made(world: &mut World) {
    world.publish(Ticked(0)).await;
    let mut ticked = world.probe::<Ticked>();
    world.publish(Ticked(1)).await;
    assert_eq!(ticked.next().await.map(|event| event.0), Some(1));
}

#[rdddy_testkit::test]
async fn a_probe_ends_with_the_system(world: &mut World) {
    let mut ticked = world.probe::<Ticked>();
    world.system().shutdown().await;
    assert!(ticked.next().await.is_none());
}

#[test]
fn a_probe_that_hears_nothing_fails_at_the_line_that_expects_it() {
    let line = line!() + 2;
    let explored = explore(Exploration::seeds(1), async |world: &mut World| {
        world.probe::<Ticked>().expect_within(Duration::from_secs(5)).await;
    });
    let report = explored.failure().unwrap().to_string();
    assert!(report.contains("expected a `it.Ticked` within 5s"), "{report}");
    assert!(report.contains(&format!("probe.rs:{line}")), "{report}");
}

#[test]
fn a_probe_that_expects_silence_fails_when_it_hears_something() {
    let explored = explore(Exploration::seeds(1), async |world: &mut World| {
        let ticker = world.spawn(Ticker).await;
        let mut ticked = world.probe::<Ticked>();
        ticker.tell(Tick(1)).await.unwrap();
        ticked.expect_none_within(Duration::from_secs(1)).await;
    });
    let report = explored.failure().unwrap().to_string();
    assert!(report.contains("expected no `it.Ticked` within 1s"), "{report}");
}
