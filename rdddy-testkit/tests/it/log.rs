use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::{EventLog, World};
use serde::{Deserialize, Serialize};

#[derive(Event, Debug, Serialize, Deserialize)]
struct OrderPlaced {
    order: u32,
}

#[derive(Event, Debug)]
struct StockReserved(u32);

#[derive(Event, Debug)]
struct OrderShipped(u32);

#[derive(Command, Debug)]
struct Ship(u32);

/// Reserves what is ordered, and has it shipped.
struct Stock {
    dispatch: ActorRef<Dispatch>,
}

#[actor]
impl Stock {
    #[handler]
    async fn placed(&mut self, event: &OrderPlaced, cx: &mut Context<Self>) -> rdddy::Result<()> {
        cx.publish(StockReserved(event.order)).await?;
        self.dispatch.tell(Ship(event.order)).await?;
        Ok(())
    }
}

struct Dispatch;

#[actor]
impl Dispatch {
    #[handler]
    async fn ship(&mut self, cmd: Ship, cx: &mut Context<Self>) {
        cx.sleep(Duration::from_secs(60)).await;
        cx.publish(OrderShipped(cmd.0)).await.unwrap();
    }
}

/// Two orders, an hour apart.
async fn two_orders(world: &World) -> (ActorRef<Stock>, ActorRef<Dispatch>) {
    let dispatch = world.spawn(Dispatch).await;
    let stock = world.spawn(Stock { dispatch: dispatch.clone() }).await;
    world.publish(OrderPlaced { order: 1 }).await;
    world.advance(Duration::from_secs(3600)).await;
    world.publish(OrderPlaced { order: 2 }).await;
    world.advance(Duration::from_secs(3600)).await;
    (stock, dispatch)
}

#[rdddy_testkit::test]
async fn events_are_counted_by_type_and_content(world: &mut World) {
    two_orders(world).await;
    let events = world.events();
    events.expect::<OrderPlaced>().times(2);
    events.expect::<OrderPlaced>().at_least(1);
    events.expect::<OrderPlaced>().at_most(2);
    let second = events.expect::<OrderPlaced>().matching(|placed| placed.order == 2).once();
    assert_eq!(second.entry().at(), Duration::from_secs(3600));
    events.expect::<OrderPlaced>().matching(|placed| placed.order == 3).never();
    assert_eq!(events.of::<OrderShipped>().len(), 2);
    assert_eq!(events.first::<OrderShipped>().0, 1);
    assert_eq!(events.last::<OrderShipped>().0, 2);
}

#[rdddy_testkit::test]
async fn events_are_told_apart_by_cause_through_commands(world: &mut World) {
    two_orders(world).await;
    let events = world.events();
    let first = events.first::<OrderPlaced>().id();
    assert_eq!(events.expect::<StockReserved>().caused_by(first).once().0, 1);
    assert_eq!(events.expect::<OrderShipped>().caused_by(first).once().0, 1);
    events.expect::<OrderShipped>().caused_by_a::<Ship>().times(2);
    events.expect::<OrderShipped>().caused_by_a::<OrderPlaced>().times(2);
    events.expect::<StockReserved>().caused_by_a::<Ship>().never();
    events.expect::<OrderPlaced>().caused_by(first).never();
}

#[rdddy_testkit::test]
async fn events_are_told_apart_by_publisher_and_time(world: &mut World) {
    let (stock, dispatch) = two_orders(world).await;
    let events = world.events();
    events.expect::<StockReserved>().published_by(stock.id()).times(2);
    events.expect::<StockReserved>().published_by(dispatch.id()).never();
    events.expect::<OrderShipped>().since(Duration::from_secs(3600)).once();
    assert_eq!(events.first::<OrderPlaced>().entry().publisher(), None);
}

#[rdddy_testkit::test]
async fn events_come_in_order(world: &mut World) {
    two_orders(world).await;
    let events = world.events();
    events.in_order::<(OrderPlaced, StockReserved, OrderShipped, OrderPlaced)>();
    let found = events
        .sequence()
        .then_matching::<OrderShipped>(|shipped| shipped.0 == 1)
        .then::<OrderPlaced>()
        .then_matching::<OrderShipped>(|shipped| shipped.0 == 2)
        .check();
    assert_eq!(found.len(), 3);
}

#[rdddy_testkit::test]
#[should_panic(expected = "expected exactly one `it.OrderShipped`, found 2")]
async fn too_many_events_fail_the_test(world: &mut World) {
    two_orders(world).await;
    world.events().expect::<OrderShipped>().once();
}

#[rdddy_testkit::test]
#[should_panic(expected = "expected exactly 1 `it.OrderPlaced` that match, found 0")]
async fn a_failed_expectation_says_what_was_expected(world: &mut World) {
    two_orders(world).await;
    world.events().expect::<OrderPlaced>().matching(|placed| placed.order == 9).times(1);
}

#[rdddy_testkit::test]
#[should_panic(expected = "there is no `it.OrderPlaced` after")]
async fn a_wrong_order_says_where_it_went_wrong(world: &mut World) {
    two_orders(world).await;
    let shipped = |shipped: &OrderShipped| shipped.0 == 2;
    world.events().sequence().then_matching(shipped).then::<OrderPlaced>().check();
}

#[rdddy_testkit::test]
async fn a_log_as_text_shows_content_publisher_and_cause(world: &mut World) {
    two_orders(world).await;
    let text = world.events().describe();
    let line = |part: &str| text.lines().find(|line| line.contains(part)).unwrap_or("").to_owned();
    assert!(line("it.OrderPlaced").ends_with("it.OrderPlaced {\"order\":1}"), "{text}");
    assert!(line("it.StockReserved").ends_with("by /Stock#2  because of #3"), "{text}");
    let shipped = line("it.OrderShipped");
    assert!(shipped.contains("60s "), "{text}");
    assert!(shipped.ends_with("by /Dispatch#1  because of it.Ship < #3"), "{text}");
    assert!(line("started").ends_with("started /Dispatch#1"), "{text}");
}

#[tokio::test]
async fn a_log_can_be_kept_of_a_system_that_is_not_simulated() {
    let events = EventLog::new();
    let system = ActorSystem::builder().recorder(events.recorder()).start().await.unwrap();
    system.publish(OrderPlaced { order: 1 }).await.unwrap();
    events.expect::<OrderPlaced>().once();
    let report = std::panic::catch_unwind(|| events.first::<OrderShipped>()).unwrap_err();
    let report = report.downcast::<String>().unwrap();
    assert!(report.contains("expected at least 1 `it.OrderShipped`, found 0"), "{report}");
    assert!(report.contains("it.OrderPlaced {\"order\":1}"), "the log is shown: {report}");
}
