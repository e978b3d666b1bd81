//! Promise 8: who hears an event, and that subscribers outside say what they missed.

use std::pin::pin;
use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("publishing");

#[derive(Event, Debug)]
struct News(u32);

#[derive(Event, Debug)]
struct Weather;

#[derive(Command, Debug)]
struct Tell(u32);

#[derive(Command, Debug)]
struct TellAll(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<u32>)]
struct Heard;

#[derive(Default)]
struct Reporter {
    heard: Vec<u32>,
}

#[actor]
impl Reporter {
    #[handler]
    async fn tell(&mut self, cmd: Tell, cx: &mut Context<Self>) {
        cx.publish(News(cmd.0)).await.unwrap();
    }

    #[handler]
    async fn tell_all(&mut self, cmd: TellAll, cx: &mut Context<Self>) {
        cx.system().publish_to_all(News(cmd.0)).await.unwrap();
    }

    #[handler]
    fn hear(&mut self, event: &News) {
        self.heard.push(event.0);
    }

    #[handler]
    fn heard(&self, _: Heard) -> Vec<u32> {
        self.heard.clone()
    }
}

#[rdddy_testkit::test]
async fn an_event_reaches_everybody_but_its_publisher(world: &mut World) {
    let (one, other) =
        (world.spawn(Reporter::default()).await, world.spawn(Reporter::default()).await);
    one.tell(Tell(1)).await.unwrap();
    other.tell(Tell(2)).await.unwrap();
    world.publish(News(3)).await;
    world.settle().await;
    assert_eq!(one.ask(Heard).await.unwrap(), [3, 2]);
    assert_eq!(other.ask(Heard).await.unwrap(), [3, 1]);
}

#[rdddy_testkit::test]
async fn a_publisher_hears_its_own_event_when_it_asks_for_that(world: &mut World) {
    let reporter = world.spawn(Reporter::default()).await;
    reporter.tell(TellAll(1)).await.unwrap();
    world.settle().await;
    assert_eq!(reporter.ask(Heard).await.unwrap(), [1]);
}

#[rdddy_testkit::test]
async fn an_event_nobody_handles_costs_nobody_anything(world: &mut World) {
    world.spawn(Reporter::default()).await;
    world.publish(Weather).await;
    let counters = world.counters();
    assert_eq!((counters.published, counters.sent), (1, 0));
}

#[rdddy_testkit::test]
async fn an_actor_hears_nothing_from_before_it_was_started(world: &mut World) {
    world.publish(News(1)).await;
    let reporter = world.spawn(Reporter::default()).await;
    world.publish(News(2)).await;
    assert_eq!(reporter.ask(Heard).await.unwrap(), [2]);
}

#[rdddy_testkit::test]
async fn a_subscriber_outside_hears_in_order_and_says_what_it_missed(world: &mut World) {
    let mut news = world.system().subscribe_with::<News>(3);
    for n in 0..5 {
        world.publish(News(n)).await;
    }
    assert_eq!(news.missed(), 2);
    for n in 2..5 {
        assert_eq!(news.next().await.unwrap().0, n);
    }
    assert!(news.try_next().is_none());
    assert_eq!(news.missed(), 2, "they are not counted twice");
}

#[rdddy_testkit::test]
async fn a_subscription_of_no_capacity_still_holds_one(world: &mut World) {
    let mut news = world.system().subscribe_with::<News>(0);
    world.publish(News(1)).await;
    world.publish(News(2)).await;
    assert_eq!(news.next().await.unwrap().0, 2);
    assert_eq!(news.missed(), 1);
}

#[rdddy_testkit::test]
async fn waiting_for_an_event_begins_before_it_is_awaited(world: &mut World) {
    let first = world.system().wait_for::<News>();
    let third = world.system().wait_for_matching::<News>(|news| news.0 == 3);
    for n in 1..=3 {
        world.publish(News(n)).await;
    }
    assert_eq!(first.await.unwrap().0, 1);
    assert_eq!(third.await.unwrap().0, 3);
}

#[rdddy_testkit::test]
async fn an_event_is_shared_and_not_copied(world: &mut World) {
    let (mut one, mut other) =
        (world.system().subscribe::<News>(), world.system().subscribe::<News>());
    world.publish(News(1)).await;
    let (one, other) = (one.next().await.unwrap(), other.next().await.unwrap());
    assert!(std::sync::Arc::ptr_eq(&one, &other));
}

#[rdddy_testkit::test]
async fn a_subscriber_that_gave_up_misses_nothing_for_the_next(world: &mut World) {
    let mut news = world.system().subscribe::<News>();
    {
        let mut given_up = pin!(news.next());
        std::future::poll_fn(|cx| {
            assert!(given_up.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    world.publish(News(1)).await;
    assert_eq!(news.next().await.unwrap().0, 1);
}

/// Publishes while one of those who would hear it is started by one of those who do.
struct Editor;

#[derive(Command, Debug)]
struct Hire;

#[actor]
impl Editor {
    #[handler]
    async fn hear(&mut self, event: &News, cx: &mut Context<Self>) {
        if event.0 < 3 {
            cx.spawn(Editor).await.unwrap();
        }
    }

    #[handler]
    fn hire(&mut self, _: Hire) {}
}

#[rdddy_testkit::explore(seeds = 20)]
async fn actors_started_while_an_event_is_handled_hear_the_next(world: &mut World) {
    world.spawn(Editor).await;
    for n in 1..=3 {
        world.publish(News(n)).await;
        world.advance(Duration::from_secs(1)).await;
    }
    // One, then two, then four heard it.
    assert_eq!(world.counters().handled, 1 + 2 + 4);
}
