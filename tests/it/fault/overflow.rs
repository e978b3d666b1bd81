//! Full mailboxes, under each policy.

use std::time::Duration;

use rdddy::limits;
use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("overflow");

#[derive(Command, Debug)]
struct Push(u32);

#[derive(Event, Debug)]
struct Pushed(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<u32>)]
struct Contents;

#[derive(Command, Debug)]
struct Block(Duration);

#[derive(Default)]
struct Belt {
    contents: Vec<u32>,
}

#[actor]
impl Belt {
    #[handler]
    fn push(&mut self, cmd: Push) {
        self.contents.push(cmd.0);
    }

    #[handler]
    fn pushed(&mut self, event: &Pushed) {
        self.contents.push(event.0);
    }

    #[handler]
    fn contents(&self, _: Contents) -> Vec<u32> {
        self.contents.clone()
    }

    #[handler]
    async fn block(&mut self, cmd: Block, cx: &mut Context<Self>) {
        cx.sleep(cmd.0).await;
    }
}

/// A belt with room for two, that handles something else for ten seconds.
async fn blocked(world: &World, overflow: Overflow) -> ActorRef<Belt> {
    let props = Props::value(Belt::default()).mailbox(Capacity::Bounded(2)).overflow(overflow);
    let belt = world.spawn(props).await;
    belt.tell(Block(Duration::from_secs(10))).await.unwrap();
    world.settle().await;
    belt
}

fn dead_letters(world: &World, reason: DeadReason) -> usize {
    let dead = |event: &SystemEvent| matches!(event, SystemEvent::DeadLetter { reason: why, .. } if *why == reason);
    world.events().expect::<SystemEvent>().matching(dead).at_least(0).len()
}

fn overflows(world: &World) -> usize {
    let full = |event: &SystemEvent| {
        matches!(event, SystemEvent::Overflowed { capacity: 2, message: "overflow.Push", .. })
    };
    world.events().expect::<SystemEvent>().matching(full).at_least(0).len()
}

#[rdddy_testkit::test]
async fn by_default_the_sender_waits_for_room(world: &mut World) {
    let belt = blocked(world, Overflow::Block).await;
    for n in 1..=5 {
        belt.tell(Push(n)).await.unwrap();
    }
    assert!(world.elapsed() >= Duration::from_secs(10));
    assert_eq!(belt.ask(Contents).await.unwrap(), [1, 2, 3, 4, 5]);
}

#[rdddy_testkit::test]
async fn a_sender_that_does_not_wait_gets_its_message_back(world: &mut World) {
    let belt = blocked(world, Overflow::Block).await;
    belt.try_tell(Push(1)).unwrap();
    belt.try_tell(Push(2)).unwrap();
    assert!(matches!(belt.try_tell(Push(3)), Err(SendError::Full(Push(3)))));
    assert_eq!(belt.waiting(), 2);
}

#[rdddy_testkit::test]
async fn a_sender_waits_for_room_no_longer_than_the_limit(world: &mut World) {
    let belt = blocked(world, Overflow::Block).await;
    belt.tell(Block(Duration::from_secs(3600))).await.unwrap();
    belt.tell(Push(1)).await.unwrap();
    // Two wait; the first ends after ten seconds, the second only after an hour.
    belt.tell(Push(2)).await.unwrap();
    let before = world.elapsed();
    let refused = belt.tell(Push(3)).await;
    assert!(matches!(refused, Err(SendError::TimedOut(Push(3)))), "{refused:?}");
    assert_eq!(world.elapsed() - before, limits::SEND_TIMEOUT);
}

#[rdddy_testkit::test]
async fn an_asker_waits_for_room_no_longer_than_for_the_answer(world: &mut World) {
    let belt = blocked(world, Overflow::Block).await;
    belt.tell(Push(1)).await.unwrap();
    belt.tell(Push(2)).await.unwrap();
    let answer = belt.ask(Contents).timeout(Duration::from_secs(1)).await;
    assert!(matches!(answer, Err(AskError::TimedOut(_))), "{answer:?}");
    assert_eq!(world.elapsed(), Duration::from_secs(1));
    assert_eq!(belt.ask(Contents).timeout(Duration::from_secs(10)).await.unwrap(), [1, 2]);
}

#[rdddy_testkit::test]
async fn a_mailbox_that_fails_gives_the_message_back(world: &mut World) {
    let belt = blocked(world, Overflow::Fail).await;
    belt.tell(Push(1)).await.unwrap();
    belt.tell(Push(2)).await.unwrap();
    assert!(matches!(belt.tell(Push(3)).await, Err(SendError::Full(Push(3)))));
    assert!(matches!(belt.ask(Contents).await, Err(AskError::Full(Contents))));
    assert_eq!(overflows(world), 1);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(belt.ask(Contents).await.unwrap(), [1, 2]);
}

#[rdddy_testkit::test]
async fn a_mailbox_that_drops_the_oldest_keeps_the_newest(world: &mut World) {
    let belt = blocked(world, Overflow::DropOldest).await;
    for n in 1..=5 {
        belt.tell(Push(n)).await.unwrap();
    }
    assert_eq!((dead_letters(world, DeadReason::Overflow), overflows(world)), (3, 3));
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(belt.ask(Contents).await.unwrap(), [4, 5]);
}

#[rdddy_testkit::test]
async fn a_mailbox_that_drops_the_newest_keeps_the_oldest(world: &mut World) {
    let belt = blocked(world, Overflow::DropNewest).await;
    for n in 1..=5 {
        belt.tell(Push(n)).await.unwrap();
    }
    // Dropped without a dead letter of its own, but counted and reported.
    assert_eq!((dead_letters(world, DeadReason::Overflow), overflows(world)), (0, 3));
    assert_eq!(world.counters().dead_letters, 3);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(belt.ask(Contents).await.unwrap(), [1, 2]);
}

#[rdddy_testkit::test]
async fn a_mailbox_that_buries_reports_each_message(world: &mut World) {
    let belt = blocked(world, Overflow::DeadLetter).await;
    for n in 1..=5 {
        belt.tell(Push(n)).await.unwrap();
    }
    assert_eq!((dead_letters(world, DeadReason::Overflow), overflows(world)), (3, 3));
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(belt.ask(Contents).await.unwrap(), [1, 2]);
}

#[rdddy_testkit::test]
async fn an_ask_that_is_dropped_for_want_of_room_is_answered_so(world: &mut World) {
    for overflow in [Overflow::DropNewest, Overflow::DeadLetter] {
        let belt = blocked(world, overflow).await;
        belt.tell(Push(1)).await.unwrap();
        belt.tell(Push(2)).await.unwrap();
        let answer = belt.ask(Contents).await;
        assert!(matches!(answer, Err(AskError::DeadLetter(DeadReason::Overflow))), "{answer:?}");
    }
}

#[rdddy_testkit::test]
async fn a_publisher_waits_for_an_actor_that_blocks_and_for_no_other(world: &mut World) {
    let slow = blocked(world, Overflow::Block).await;
    let fast = world.spawn(Belt::default()).await;
    slow.tell(Push(1)).await.unwrap();
    slow.tell(Push(2)).await.unwrap();
    let publishing = world.system().clone();
    world.system().run(async move { publishing.publish(Pushed(3)).await.unwrap() });
    world.settle().await;
    assert_eq!(fast.ask(Contents).await.unwrap(), [3]);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(slow.ask(Contents).await.unwrap(), [1, 2, 3]);
}

#[rdddy_testkit::test]
async fn an_event_that_finds_no_room_is_a_dead_letter(world: &mut World) {
    for (overflow, reason) in [
        (Overflow::Fail, DeadReason::Overflow),
        (Overflow::DropOldest, DeadReason::Overflow),
        (Overflow::DeadLetter, DeadReason::Overflow),
    ] {
        let belt = blocked(world, overflow).await;
        let before = dead_letters(world, reason);
        for n in 1..=3 {
            world.publish(Pushed(n)).await;
        }
        assert_eq!(dead_letters(world, reason) - before, 1, "{overflow:?}");
        belt.stop();
        belt.stopped().await;
    }
}

#[rdddy_testkit::test]
async fn an_event_that_finds_no_room_in_time_is_a_dead_letter(world: &mut World) {
    let belt = blocked(world, Overflow::Block).await;
    belt.tell(Block(Duration::from_secs(3600))).await.unwrap();
    world.advance(Duration::from_secs(10)).await;
    for n in 1..=3 {
        world.publish(Pushed(n)).await;
    }
    assert_eq!(dead_letters(world, DeadReason::NoRoom), 1);
    assert_eq!(belt.waiting(), 2);
}

#[rdddy_testkit::test]
async fn an_unbounded_mailbox_takes_everything(world: &mut World) {
    let belt = world.spawn(Props::value(Belt::default()).mailbox(Capacity::Unbounded)).await;
    belt.tell(Block(Duration::from_secs(1))).await.unwrap();
    for n in 0..10_000 {
        belt.try_tell(Push(n)).unwrap();
    }
    assert_eq!(belt.ask(Contents).await.unwrap().len(), 10_000);
}

#[derive(Command, Debug)]
struct PushMyself(u32);

/// Tells itself more than it has room for.
struct Greedy {
    taken: u32,
}

#[actor(mailbox = bounded(4))]
impl Greedy {
    #[handler]
    fn push(&mut self, cmd: PushMyself, cx: &mut Context<Self>) {
        self.taken = (0..cmd.0).filter(|_| cx.me().tell(Nothing).is_ok()).count() as u32;
    }

    #[handler]
    fn nothing(&mut self, _: Nothing) {}

    #[handler]
    fn taken(&self, _: Taken) -> u32 {
        self.taken
    }
}

#[derive(Command, Debug)]
struct Nothing;

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Taken;

#[rdddy_testkit::test]
async fn an_actor_that_tells_itself_too_much_is_not_stuck(world: &mut World) {
    let greedy = world.spawn(Greedy { taken: 0 }).await;
    greedy.tell(PushMyself(10)).await.unwrap();
    world.settle().await;
    assert_eq!(greedy.ask(Taken).await.unwrap(), 4);
}

#[derive(Command, Debug)]
struct Fill;

/// Sets a timer for a message that there is no room for when it is due.
struct Reminded;

#[actor(mailbox = bounded(1))]
impl Reminded {
    #[handler]
    async fn fill(&mut self, _: Fill, cx: &mut Context<Self>) {
        let _ = cx.after(Duration::from_secs(1), Nothing);
        let _ = cx.me().tell(Nothing);
        cx.sleep(Duration::from_secs(3600)).await;
    }

    #[handler]
    fn nothing(&mut self, _: Nothing) {}
}

#[rdddy_testkit::test]
async fn a_timer_that_finds_no_room_in_time_leaves_a_dead_letter(world: &mut World) {
    let reminded = world.spawn(Reminded).await;
    reminded.tell(Fill).await.unwrap();
    world.advance(Duration::from_secs(3600)).await;
    assert_eq!(dead_letters(world, DeadReason::NoRoom), 1);
    let counters = world.counters();
    assert_eq!((counters.handled, counters.dead_letters), (2, 1));
}
