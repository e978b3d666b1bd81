//! Messages that the present state does not accept wait for one that does.

use rdddy::limits;
use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("stash");

#[derive(Command, Debug)]
struct Open(bool);

#[derive(Command, Debug)]
struct Enter(u32);

#[derive(Event, Debug)]
struct Knock(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<u32>)]
struct Inside;

#[derive(Default)]
struct Door {
    open: bool,
    inside: Vec<u32>,
}

#[actor(mailbox = unbounded)]
impl Door {
    #[handler]
    fn open(&mut self, cmd: Open, cx: &mut Context<Self>) {
        self.open = cmd.0;
        cx.unstash_all();
    }

    #[handler(when = self.open)]
    fn enter(&mut self, cmd: Enter) {
        self.inside.push(cmd.0);
    }

    #[handler(when = self.open && event.0 > 0)]
    fn knock(&mut self, event: &Knock) {
        self.inside.push(event.0);
    }

    #[handler]
    fn inside(&self, _: Inside) -> Vec<u32> {
        self.inside.clone()
    }
}

#[rdddy_testkit::test]
async fn what_is_not_accepted_waits_and_keeps_its_order(world: &mut World) {
    let door = world.spawn(Door::default()).await;
    door.tell(Enter(1)).await.unwrap();
    world.publish(Knock(2)).await;
    door.tell(Enter(3)).await.unwrap();
    assert!(door.ask(Inside).await.unwrap().is_empty());
    assert_eq!(door.waiting(), 3);
    door.tell(Open(true)).await.unwrap();
    door.tell(Enter(4)).await.unwrap();
    assert_eq!(door.ask(Inside).await.unwrap(), [1, 2, 3, 4]);
}

#[rdddy_testkit::test]
async fn what_is_still_not_accepted_waits_again(world: &mut World) {
    let door = world.spawn(Door::default()).await;
    door.tell(Enter(1)).await.unwrap();
    world.publish(Knock(0)).await;
    door.tell(Open(true)).await.unwrap();
    assert_eq!(door.ask(Inside).await.unwrap(), [1]);
    assert_eq!(door.waiting(), 1, "the knock that is never accepted");
    door.stop();
    door.stopped().await;
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn an_asker_waits_for_the_state_that_accepts_its_message(world: &mut World) {
    let door = world.spawn(Door::default()).await;
    let entering = door.clone();
    world.system().run(async move { entering.ask(Enter(1)).await.unwrap() });
    world.settle().await;
    door.tell(Open(true)).await.unwrap();
    assert_eq!(door.ask(Inside).await.unwrap(), [1]);
}

#[rdddy_testkit::test]
async fn a_stash_is_bounded_and_what_does_not_fit_is_a_dead_letter(world: &mut World) {
    let door = world.spawn(Door::default()).await;
    for n in 0..=limits::STASH_CAPACITY {
        door.tell(Enter(n as u32)).await.unwrap();
    }
    world.settle().await;
    let full = |event: &SystemEvent| {
        matches!(event, SystemEvent::DeadLetter { reason: DeadReason::StashFull, .. })
    };
    world.events().expect::<SystemEvent>().matching(full).once();
    door.tell(Open(true)).await.unwrap();
    assert_eq!(door.ask(Inside).await.unwrap().len(), limits::STASH_CAPACITY);
}
