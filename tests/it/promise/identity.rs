//! Promise 2: a reference is a logical identity that survives restart; the old incarnation's
//! `on_stop` ends before the new `on_start`.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("identity");

#[derive(Event, Debug, PartialEq)]
enum Life {
    Began(u32),
    Ending(u32),
    Ended(u32),
}

#[derive(Command, Debug)]
struct Die;

#[derive(Command, Debug)]
struct Add(u32);

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Sum;

#[derive(Default)]
struct Cat {
    sum: u32,
}

#[actor]
impl Cat {
    #[on_start]
    async fn begin(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        cx.sleep(Duration::from_millis(10)).await;
        Ok(cx.publish(Life::Began(cx.incarnation())).await?)
    }

    #[on_stop]
    async fn end(&mut self, cx: &mut Context<Self>) {
        let _ = cx.publish(Life::Ending(cx.incarnation())).await;
        cx.sleep(Duration::from_millis(10)).await;
        let _ = cx.publish(Life::Ended(cx.incarnation())).await;
    }

    #[handler]
    fn die(&mut self, _: Die) {
        panic!("dead");
    }

    #[handler]
    fn add(&mut self, cmd: Add) {
        self.sum += cmd.0;
    }

    #[handler]
    fn sum(&self, _: Sum) -> u32 {
        self.sum
    }
}

fn lives(world: &World) -> String {
    let lives = world.events().of::<Life>();
    let lives: Vec<_> = lives.iter().map(|life| format!("{:?}", **life)).collect();
    lives.join(" ")
}

#[rdddy_testkit::test]
async fn a_life_ends_before_the_next_begins(world: &mut World) {
    let cat = world.spawn(Props::new(Cat::default)).await;
    cat.tell(Die).await.unwrap();
    assert_eq!(cat.ask(Sum).await.unwrap(), 0);
    cat.stop();
    cat.stopped().await;
    assert_eq!(lives(world), "Began(1) Ending(1) Ended(1) Began(2) Ending(2) Ended(2)");
}

#[rdddy_testkit::test]
async fn a_reference_and_what_waits_survive_a_restart(world: &mut World) {
    let cat = world.spawn(Props::new(Cat::default).named("tom")).await;
    let (id, path) = (cat.id(), cat.path());
    cat.tell(Add(1)).await.unwrap();
    cat.tell(Die).await.unwrap();
    cat.tell(Add(10)).await.unwrap();
    cat.tell(Add(100)).await.unwrap();
    assert_eq!(cat.ask(Sum).await.unwrap(), 110, "a new life, and the old mailbox");
    assert_eq!((cat.id(), cat.path(), cat.incarnation()), (id, path, 2));
    assert_eq!(world.system().lookup::<Cat>("tom").unwrap(), cat);
    world.publish(Life::Began(0)).await;
}

#[rdddy_testkit::test]
async fn a_message_sent_while_an_actor_restarts_is_handled_by_the_next_life(world: &mut World) {
    let cat = world.spawn(Props::new(Cat::default)).await;
    cat.tell(Die).await.unwrap();
    world.advance(Duration::from_millis(15)).await;
    assert_eq!(lives(world), "Began(1) Ending(1) Ended(1)", "between two lives");
    cat.tell(Add(7)).await.unwrap();
    assert_eq!(cat.ask(Sum).await.unwrap(), 7);
}

#[rdddy_testkit::test]
async fn a_weak_reference_does_not_keep_an_actor(world: &mut World) {
    let cat = world.spawn(Cat::default()).await;
    let weak = cat.downgrade();
    assert_eq!(weak.upgrade(), Some(cat.clone()));
    cat.stop();
    cat.stopped().await;
    assert_eq!(weak.upgrade(), None, "ended, though a strong reference is left");
    drop(cat);
    assert_eq!(weak.upgrade(), None);
}

#[rdddy_testkit::test]
async fn a_recipient_hides_what_the_actor_is(world: &mut World) {
    let cat = world.spawn(Cat::default()).await;
    let recipients = [cat.recipient::<Add>(), cat.recipient()];
    recipients[0].tell(Add(1)).await.unwrap();
    recipients[1].try_tell(Add(2)).unwrap();
    assert_eq!(cat.recipient::<Sum>().ask(Sum).await.unwrap(), 3);
    assert_eq!((recipients[0].id(), recipients[0].path()), (cat.id(), cat.path()));
    assert!(recipients[0].is_alive());
}

#[rdddy_testkit::test]
async fn references_are_equal_when_they_refer_to_the_same_actor(world: &mut World) {
    let (one, other) = (world.spawn(Cat::default()).await, world.spawn(Cat::default()).await);
    assert_eq!(one, one.clone());
    assert_ne!(one, other);
    assert!(one.id() < other.id(), "later actors have larger ids");
    let found = world.system().actor(one.id()).unwrap();
    assert_eq!(found.downcast::<Cat>().unwrap(), one);
    assert_eq!(ActorId::from_u64(one.id().as_u64()), one.id());
}
