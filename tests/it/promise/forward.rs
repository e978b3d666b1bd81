//! Letting another actor answer.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::Forward;
use rdddy_testkit::World;

bounded_context!("forward");

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{0} is too much")]
struct TooMuch(u32);

#[derive(Command, Debug)]
#[command(reply = u32, error = TooMuch, shared)]
struct Approve(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<(u32, Option<Duration>)>)]
struct Approved;

#[derive(Default)]
struct Boss {
    approved: Vec<(u32, Option<Duration>)>,
}

#[actor(mailbox = bounded(2))]
impl Boss {
    #[handler]
    fn approve(&mut self, cmd: Approve, cx: &mut Context<Self>) -> Result<u32, TooMuch> {
        if cmd.0 > 100 {
            return Err(TooMuch(cmd.0));
        }
        self.approved.push((cmd.0, cx.time_left()));
        Ok(cmd.0)
    }

    #[handler]
    fn approved(&self, _: Approved) -> Vec<(u32, Option<Duration>)> {
        self.approved.clone()
    }
}

struct Clerk {
    boss: ActorRef<Boss>,
}

#[actor]
impl Clerk {
    #[handler]
    fn approve(&mut self, cmd: Approve) -> Forward<u32, TooMuch> {
        self.boss.forward(cmd)
    }
}

async fn office(world: &World) -> (ActorRef<Clerk>, ActorRef<Boss>) {
    let boss = world.spawn(Boss::default()).await;
    (world.spawn(Clerk { boss: boss.clone() }).await, boss)
}

#[rdddy_testkit::test]
async fn the_other_actor_answers_the_asker(world: &mut World) {
    let (clerk, _) = office(world).await;
    assert_eq!(clerk.ask(Approve(7)).await.unwrap(), 7);
    let refused = clerk.ask(Approve(700)).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&TooMuch(700)));
}

#[rdddy_testkit::test]
async fn the_askers_deadline_goes_along(world: &mut World) {
    let (clerk, boss) = office(world).await;
    clerk.ask(Approve(7)).timeout(Duration::from_secs(5)).await.unwrap();
    clerk.tell(Approve(8)).await.unwrap();
    world.settle().await;
    let approved = boss.ask(Approved).await.unwrap();
    assert_eq!(approved, [(7, Some(Duration::from_secs(5))), (8, None)]);
}

#[rdddy_testkit::explore(seeds = 50)]
async fn forwarded_messages_keep_their_order(world: &mut World) {
    let (clerk, boss) = office(world).await;
    for n in [1, 2] {
        clerk.tell(Approve(n)).await.unwrap();
    }
    world.settle().await;
    let approved = boss.ask(Approved).await.unwrap();
    assert_eq!(approved, [(1, None), (2, None)]);
}

#[rdddy_testkit::explore(seeds = 50)]
async fn more_than_there_is_room_for_is_forwarded_all_the_same(world: &mut World) {
    let (clerk, boss) = office(world).await;
    for n in 1..=20 {
        clerk.tell(Approve(n)).await.unwrap();
    }
    world.settle().await;
    assert_eq!(boss.ask(Approved).await.unwrap().len(), 20);
}

#[rdddy_testkit::test]
async fn what_cannot_be_forwarded_is_a_dead_letter_and_the_asker_learns_it(world: &mut World) {
    let (clerk, boss) = office(world).await;
    boss.stop();
    boss.stopped().await;
    let answer = clerk.ask(Approve(7)).await;
    assert!(matches!(answer, Err(AskError::DeadLetter(DeadReason::Forward))), "{answer:?}");
    let dead = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::DeadLetter { to, reason: DeadReason::Forward, .. } if *to == boss.id()
        )
    };
    world.events().expect::<SystemEvent>().matching(dead).once();
}
