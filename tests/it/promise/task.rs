//! Timers, piped futures and attached streams: work beside an actor's handlers, which ends with it.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("task");

const SECOND: Duration = Duration::from_secs(1);

#[derive(Command, Debug)]
enum Do {
    After(Duration, u32),
    Every(Duration),
    Pipe(Duration, u32),
    PipePanic,
    Attach(u32),
    Cancel,
    Fail,
}

#[derive(Command, Debug)]
struct Got(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<u32>)]
struct All;

#[derive(Default)]
struct Desk {
    got: Vec<u32>,
    handle: Option<rdddy::runtime::TaskHandle>,
    every: bool,
}

#[actor]
impl Desk {
    #[on_start]
    fn start(&mut self, cx: &mut Context<Self>) -> Result<(), rdddy::runtime::TaskError> {
        if self.every {
            cx.every(SECOND, || Got(1))?;
        }
        Ok(())
    }

    #[handler]
    fn act(&mut self, cmd: Do, cx: &mut Context<Self>) {
        let handle = match cmd {
            Do::After(delay, n) => cx.after(delay, Got(n)),
            Do::Every(period) => {
                let mut n = 0;
                cx.every(period, move || {
                    n += 1;
                    Got(n)
                })
            }
            Do::Pipe(wait, n) => {
                let system = cx.system();
                let work = async move {
                    system.sleep(wait).await;
                    n
                };
                cx.pipe(work, Got)
            }
            Do::PipePanic => cx.pipe(async { panic!("lost") }, Got),
            Do::Attach(n) => cx.attach(Numbers { next: 0, end: n }, Got),
            Do::Cancel => {
                assert!(self.handle.take().unwrap().cancel());
                return;
            }
            Do::Fail => panic!("failed"),
        };
        self.handle = Some(handle.unwrap());
    }

    #[handler]
    fn got(&mut self, cmd: Got) {
        self.got.push(cmd.0);
    }

    #[handler]
    fn all(&self, _: All) -> Vec<u32> {
        self.got.clone()
    }
}

/// A stream of numbers.
struct Numbers {
    next: u32,
    end: u32,
}

impl futures_core::Stream for Numbers {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u32>> {
        let next = self.next;
        self.next += 1;
        Poll::Ready((next < self.end).then_some(next))
    }
}

async fn desk_that_does(world: &World, tasks: impl IntoIterator<Item = Do>) -> ActorRef<Desk> {
    let desk = world.spawn(Props::new(Desk::default)).await;
    for task in tasks {
        desk.tell(task).await.unwrap();
    }
    desk
}

#[rdddy_testkit::test]
async fn a_timer_sends_its_message_when_it_is_due(world: &mut World) {
    let desk = desk_that_does(world, [Do::After(2 * SECOND, 2), Do::After(SECOND, 1)]).await;
    world.advance(SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [1]);
    world.advance(SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [1, 2]);
}

#[rdddy_testkit::test]
async fn an_interval_goes_on_until_it_is_cancelled(world: &mut World) {
    let desk = desk_that_does(world, [Do::Every(SECOND)]).await;
    world.advance(3 * SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [1, 2, 3]);
    desk.tell(Do::Cancel).await.unwrap();
    world.advance(10 * SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [1, 2, 3]);
}

#[rdddy_testkit::test]
async fn a_piped_future_does_not_keep_the_actor_from_its_messages(world: &mut World) {
    let desk = desk_that_does(world, [Do::Pipe(10 * SECOND, 7)]).await;
    assert!(desk.ask(All).await.unwrap().is_empty(), "it is not busy");
    world.advance(10 * SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [7]);
}

#[rdddy_testkit::test]
async fn a_stream_is_attached_as_fast_as_there_is_room(world: &mut World) {
    let desk = desk_that_does(world, [Do::Attach(1_000)]).await;
    world.settle().await;
    assert_eq!(desk.ask(All).await.unwrap(), (0..1_000).collect::<Vec<_>>());
}

#[rdddy_testkit::test]
async fn work_ends_with_its_actor(world: &mut World) {
    let desk = desk_that_does(world, [Do::Every(SECOND), Do::Pipe(5 * SECOND, 7)]).await;
    world.advance(SECOND).await;
    let before = world.counters().sent;
    desk.stop();
    desk.stopped().await;
    world.advance(60 * SECOND).await;
    assert_eq!(world.counters().sent, before);
}

#[rdddy_testkit::test]
async fn work_ends_with_the_life_that_began_it(world: &mut World) {
    let every = || Desk { every: true, ..Desk::default() };
    let desk = world.spawn(Props::new(every)).await;
    for _ in 0..3 {
        desk.tell(Do::Fail).await.unwrap();
    }
    world.settle().await;
    assert_eq!(desk.incarnation(), 4);
    world.advance(5 * SECOND).await;
    assert_eq!(desk.ask(All).await.unwrap(), [1; 5], "one interval, not four");
}

#[rdddy_testkit::test]
async fn a_piped_future_that_panics_fails_its_actor(world: &mut World) {
    let desk = desk_that_does(world, [Do::PipePanic]).await;
    world.settle().await;
    assert_eq!(desk.incarnation(), 2);
    let lost = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::Restarting { failure: Failure::Panic(text), .. } if text == "lost"
        )
    };
    world.events().expect::<SystemEvent>().matching(lost).once();
}

#[rdddy_testkit::test]
async fn a_cancelled_timer_says_whether_it_was_in_time(world: &mut World) {
    let desk = world.spawn(Canceller::default()).await;
    desk.tell(Set).await.unwrap();
    assert!(desk.ask(Unset).await.unwrap());
    desk.tell(Set).await.unwrap();
    world.advance(SECOND).await;
    assert!(!desk.ask(Unset).await.unwrap());
}

#[derive(Default)]
struct Canceller {
    handle: Option<rdddy::runtime::TaskHandle>,
}

#[derive(Command, Debug)]
struct Set;

#[derive(Command, Debug)]
#[command(reply = bool)]
struct Unset;

#[derive(Command, Debug)]
struct Ring;

#[actor]
impl Canceller {
    #[handler]
    fn set(&mut self, _: Set, cx: &mut Context<Self>) {
        self.handle = cx.after(SECOND, Ring).ok();
    }

    #[handler]
    fn unset(&mut self, _: Unset) -> bool {
        self.handle.take().unwrap().cancel()
    }

    #[handler]
    fn ring(&mut self, _: Ring) {}
}
