//! Being told of another actor's end, and sharing its fate.

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("watch");

#[derive(Command, Debug)]
struct Watch(ActorRef<Friend>);

#[derive(Command, Debug)]
struct Link(ActorRef<Friend>);

#[derive(Command, Debug)]
struct Fail;

#[derive(Query, Debug)]
#[query(reply = Vec<StopReason>)]
struct Ends;

#[derive(Default)]
struct Friend {
    ends: Vec<StopReason>,
}

#[actor]
impl Friend {
    #[handler]
    fn watch(&mut self, cmd: Watch, cx: &mut Context<Self>) {
        cx.watch(&cmd.0);
    }

    #[handler]
    fn link(&mut self, cmd: Link, cx: &mut Context<Self>) {
        cx.link(&cmd.0);
    }

    #[handler]
    fn fail(&mut self, _: Fail) {
        panic!("failed");
    }

    #[handler]
    fn ended(&mut self, event: &Terminated) {
        self.ends.push(event.reason.clone());
    }

    #[handler]
    fn ends(&self, _: Ends) -> Vec<StopReason> {
        self.ends.clone()
    }
}

async fn two(world: &World) -> (ActorRef<Friend>, ActorRef<Friend>) {
    (world.spawn(Friend::default()).await, world.spawn(Friend::default()).await)
}

#[rdddy_testkit::test]
async fn a_watcher_is_told_how_an_actor_ended(world: &mut World) {
    let (one, other) = two(world).await;
    one.tell(Watch(other.clone())).await.unwrap();
    world.settle().await;
    other.tell(Fail).await.unwrap();
    other.stopped().await;
    let ends = one.ask(Ends).await.unwrap();
    assert!(matches!(&ends[..], [StopReason::Failed(Failure::Panic(_))]), "{ends:?}");
}

#[rdddy_testkit::test]
async fn a_watcher_of_what_has_ended_is_told_at_once(world: &mut World) {
    let (one, other) = two(world).await;
    other.stop();
    other.stopped().await;
    one.tell(Watch(other)).await.unwrap();
    world.settle().await;
    assert_eq!(one.ask(Ends).await.unwrap(), [StopReason::Stopped]);
}

#[rdddy_testkit::test]
async fn a_restart_is_not_an_end(world: &mut World) {
    let one = world.spawn(Friend::default()).await;
    let other = world.spawn(Props::new(Friend::default)).await;
    one.tell(Watch(other.clone())).await.unwrap();
    world.settle().await;
    other.tell(Fail).await.unwrap();
    world.settle().await;
    assert_eq!(one.ask(Ends).await.unwrap(), []);
    other.kill();
    other.stopped().await;
    assert_eq!(one.ask(Ends).await.unwrap(), [StopReason::Killed]);
}

#[rdddy_testkit::test]
async fn watching_twice_is_watching_once(world: &mut World) {
    let (one, other) = two(world).await;
    one.tell(Watch(other.clone())).await.unwrap();
    one.tell(Watch(other.clone())).await.unwrap();
    world.settle().await;
    other.stop();
    other.stopped().await;
    assert_eq!(one.ask(Ends).await.unwrap().len(), 1);
}

#[rdddy_testkit::test]
async fn linked_actors_fail_together_in_both_directions(world: &mut World) {
    for first_fails in [true, false] {
        let (one, other) = two(world).await;
        one.tell(Link(other.clone())).await.unwrap();
        world.settle().await;
        let (fails, follows) = if first_fails { (&one, &other) } else { (&other, &one) };
        fails.tell(Fail).await.unwrap();
        let reason = follows.stopped().await;
        assert!(
            matches!(&reason, StopReason::Failed(Failure::Link { actor }) if *actor == fails.path()),
            "{reason:?}"
        );
    }
}

#[rdddy_testkit::test]
async fn a_linked_actor_that_leaves_in_peace_takes_nobody_along(world: &mut World) {
    let (one, other) = two(world).await;
    one.tell(Link(other.clone())).await.unwrap();
    world.settle().await;
    other.stop();
    other.stopped().await;
    world.settle().await;
    assert!(one.is_alive());
}

#[rdddy_testkit::test]
async fn a_linked_actor_that_can_be_restarted_is(world: &mut World) {
    let one = world.spawn(Props::new(Friend::default)).await;
    let other = world.spawn(Friend::default()).await;
    one.tell(Link(other.clone())).await.unwrap();
    world.settle().await;
    other.tell(Fail).await.unwrap();
    other.stopped().await;
    world.settle().await;
    assert!(one.is_alive());
    assert_eq!(one.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn one_who_watches_and_is_linked_is_told_and_fails(world: &mut World) {
    let one = world.spawn(Props::new(Friend::default)).await;
    let other = world.spawn(Friend::default()).await;
    one.tell(Watch(other.clone())).await.unwrap();
    one.tell(Link(other.clone())).await.unwrap();
    world.settle().await;
    other.tell(Fail).await.unwrap();
    other.stopped().await;
    world.settle().await;
    assert_eq!(one.incarnation(), 2, "it failed with the other");
    assert_eq!(world.counters().handled, 3, "two commands, and the news of the end");
}
