//! Sends to actors that have ended, and to systems that have.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::{PublishError, SendToError, SpawnError};
use rdddy_testkit::World;

bounded_context!("stopped");

#[derive(Command, Debug, PartialEq)]
struct Write(u32);

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Read;

#[derive(Event, Debug)]
struct Written;

#[derive(Command, Debug)]
struct Pause(Duration);

#[derive(Default)]
struct Page {
    written: u32,
}

#[actor]
impl Page {
    #[handler]
    fn write(&mut self, cmd: Write) {
        self.written += cmd.0;
    }

    #[handler]
    fn read(&self, _: Read) -> u32 {
        self.written
    }

    #[handler]
    fn written(&mut self, _: &Written) {
        self.written += 1;
    }

    #[handler]
    async fn pause(&mut self, cmd: Pause, cx: &mut Context<Self>) {
        cx.sleep(cmd.0).await;
    }
}

async fn stopped_page(world: &World) -> ActorRef<Page> {
    let page = world.spawn(Page::default()).await;
    page.stop();
    assert_eq!(page.stopped().await, StopReason::Stopped);
    page
}

#[rdddy_testkit::test]
async fn a_message_to_an_ended_actor_comes_back(world: &mut World) {
    let page = stopped_page(world).await;
    assert!(!page.is_alive());
    assert_eq!(page.tell(Write(1)).await.unwrap_err().into_message(), Write(1));
    assert!(matches!(page.tell(Write(1)).await, Err(SendError::Stopped(Write(1)))));
    assert!(matches!(page.try_tell(Write(2)), Err(SendError::Stopped(Write(2)))));
    assert!(matches!(page.ask(Read).await, Err(AskError::Stopped(Read))));
    let recipient = page.recipient::<Write>();
    assert!(matches!(recipient.tell(Write(3)).await, Err(SendError::Stopped(Write(3)))));
    assert!(matches!(recipient.ask(Write(4)).await, Err(AskError::Stopped(Write(4)))));
    assert_eq!(world.counters().sent, 0);
}

#[rdddy_testkit::test]
async fn a_message_by_id_comes_back_and_is_a_dead_letter(world: &mut World) {
    let page = stopped_page(world).await;
    let refused = world.system().send(page.id(), Write(5)).unwrap_err();
    assert!(matches!(refused, SendToError::NoSuchActor(Write(5))), "{refused:?}");
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn an_event_passes_an_ended_actor_by(world: &mut World) {
    let ended = stopped_page(world).await;
    let other = world.spawn(Page::default()).await;
    world.publish(Written).await;
    world.publish(Written).await;
    assert_eq!(other.ask(Read).await.unwrap(), 2);
    assert!(!ended.is_alive());
}

#[rdddy_testkit::test]
async fn what_waits_behind_the_order_to_stop_is_a_dead_letter(world: &mut World) {
    let page = world.spawn(Page::default()).await;
    page.tell(Pause(Duration::from_secs(1))).await.unwrap();
    page.tell(Write(1)).await.unwrap();
    page.stop();
    page.tell(Write(2)).await.unwrap();
    let answer = page.ask(Read).await;
    assert!(matches!(answer, Err(AskError::DeadLetter(DeadReason::Stopped))), "{answer:?}");
    let counters = world.counters();
    assert_eq!((counters.handled, counters.dead_letters), (2, 2));
    let buried = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::DeadLetter {
                message: "stopped.Write",
                actor: Some(actor),
                reason: DeadReason::Stopped,
                ..
            } if actor.id == page.id()
        )
    };
    world.events().expect::<SystemEvent>().matching(buried).once();
}

#[rdddy_testkit::test]
async fn what_waits_for_a_killed_actor_is_a_dead_letter(world: &mut World) {
    let page = world.spawn(Page::default()).await;
    page.tell(Pause(Duration::from_secs(3600))).await.unwrap();
    page.tell(Write(1)).await.unwrap();
    world.settle().await;
    page.kill();
    assert_eq!(page.stopped().await, StopReason::Killed);
    assert_eq!(world.elapsed(), Duration::ZERO);
    let dead = |reason: DeadReason| move |event: &SystemEvent| matches!(event, SystemEvent::DeadLetter { reason: why, .. } if *why == reason);
    world.events().expect::<SystemEvent>().matching(dead(DeadReason::Killed)).once();
    world.events().expect::<SystemEvent>().matching(dead(DeadReason::Stopped)).once();
}

#[rdddy_testkit::test]
async fn an_ended_system_refuses_everything(world: &mut World) {
    let system = world.system().clone();
    let page = world.spawn(Page::default()).await;
    let report = system.shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert!(matches!(page.tell(Write(1)).await, Err(SendError::Stopped(Write(1)))));
    assert_eq!(system.publish(Written).await, Err(PublishError::Ended));
    assert_eq!(system.spawn(Page::default()).await.unwrap_err(), SpawnError::ShuttingDown);
    assert_eq!(system.shutdown().await, report, "the second report is the first");
}

#[rdddy_testkit::test]
async fn nothing_is_heard_of_an_ended_system(world: &mut World) {
    let system = world.system().clone();
    let mut before = system.subscribe::<Written>();
    system.shutdown().await;
    assert!(before.next().await.is_none());
    assert!(system.subscribe::<Written>().next().await.is_none());
    assert!(system.wait_for::<Written>().await.is_none());
}

#[tokio::test]
async fn an_actor_does_not_outlive_its_system() {
    let system = ActorSystem::builder().start().await.unwrap();
    let page = system.spawn(Page::default()).await.unwrap();
    drop(system);
    assert!(matches!(page.tell(Write(1)).await, Err(SendError::Stopped(Write(1)))));
    assert!(matches!(page.ask(Read).await, Err(AskError::Stopped(Read))));
}
