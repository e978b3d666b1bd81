//! Everything at once: whatever happens, it ends, and every message is accounted for.

use std::cell::RefCell;
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::{ActorConfig, Forward};
use rdddy::simulation::Schedule;
use rdddy_testkit::{Exploration, World, explore, limits};

bounded_context!("chaos");

#[derive(Command, Debug, Clone)]
enum Do {
    Work(Duration),
    Fail,
    Leave,
    Remind,
    Ask,
    Shout,
}

#[derive(Command, Debug)]
struct PassOn(Do);

#[derive(Command, Debug)]
struct Meet(ActorRef<Member>);

#[derive(Event, Debug)]
struct Shouted;

const SECOND: Duration = Duration::from_secs(1);

/// Does as it is told, and knows somebody.
#[derive(Default)]
struct Member {
    friend: Option<ActorRef<Member>>,
    tired: bool,
}

#[actor(mailbox = bounded(4), overflow = fail)]
impl Member {
    #[handler]
    fn meet(&mut self, cmd: Meet, cx: &mut Context<Self>) {
        cx.watch(&cmd.0);
        self.friend = Some(cmd.0);
    }

    #[handler(redeliver, timeout = "3s", when = !self.tired)]
    async fn act(&mut self, cmd: Do, cx: &mut Context<Self>) {
        match cmd {
            Do::Work(time) => {
                cx.sleep(time).await;
                self.tired = time > Duration::from_secs(1);
                let _ = cx.after(Duration::from_secs(1), Rest);
            }
            Do::Fail => panic!("failed"),
            Do::Leave => cx.stop(),
            Do::Remind => drop(cx.after(Duration::from_millis(500), Do::Shout)),
            Do::Ask => {
                if let Some(friend) = &self.friend {
                    let _ = friend.ask(Do::Ask).timeout(Duration::from_secs(1)).await;
                }
            }
            Do::Shout => drop(cx.publish(Shouted).await),
        }
    }

    #[handler]
    fn pass_on(
        &mut self,
        cmd: PassOn,
        cx: &mut Context<Self>,
    ) -> Forward<(), std::convert::Infallible> {
        match &self.friend {
            Some(friend) => friend.forward(cmd.0),
            None => cx.actor_ref().forward(cmd.0),
        }
    }

    #[handler(lane = control)]
    fn rest(&mut self, _: Rest, cx: &mut Context<Self>) {
        self.tired = false;
        cx.unstash_all();
    }

    #[handler]
    fn shouted(&mut self, _: &Shouted) {}

    #[handler]
    fn lost(&mut self, _: &Terminated) {
        self.friend = None;
    }
}

#[derive(Command, Debug)]
struct Rest;

#[derive(Query, Debug)]
#[query(reply = Vec<ActorRef<Member>>)]
struct Members;

struct Team {
    size: usize,
    members: Vec<ActorRef<Member>>,
}

#[actor]
impl Team {
    #[on_start]
    async fn gather(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        for _ in 0..self.size {
            self.members.push(cx.spawn(Props::new(Member::default)).await?);
        }
        for (at, member) in self.members.iter().enumerate() {
            let friend = self.members[(at + 1) % self.size].clone();
            member.try_tell(Meet(friend))?;
        }
        Ok(())
    }

    #[handler]
    fn members(&self, _: Members) -> Vec<ActorRef<Member>> {
        self.members.clone()
    }
}

async fn team(system: &ActorSystem, strategy: Strategy) -> Vec<ActorRef<Member>> {
    let config = ActorConfig::new()
        .strategy(strategy)
        .intensity(3, Duration::from_secs(5))
        .backoff(Duration::from_millis(100), Duration::from_secs(1));
    let props = Props::new(|| Team { size: 3, members: Vec::new() }).config(config);
    let team = system.spawn(props).await.unwrap();
    team.ask(Members).await.unwrap_or_default()
}

/// Orders for a member: the same for the same place and time.
fn orders(member: usize, round: usize, second: Duration) -> [Do; 3] {
    let all = [
        Do::Work(second / 100),
        Do::Ask,
        Do::Fail,
        Do::Shout,
        Do::Remind,
        Do::Work(second * 2),
        Do::Leave,
        Do::Work(second * 10),
    ];
    [0, 1, 2].map(|n| all[(member * 5 + round * 3 + n * 7) % all.len()].clone())
}

/// A few seconds of it, which may pass faster.
pub(crate) async fn turmoil(system: &ActorSystem, second: Duration) {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let members = team(system, strategy).await;
        for (at, member) in members.into_iter().enumerate() {
            let own = system.clone();
            system.run(async move {
                for round in 0..6 {
                    for (n, order) in orders(at, round, second).into_iter().enumerate() {
                        match n {
                            0 => drop(member.tell(order).await),
                            1 => drop(member.tell(PassOn(order)).await),
                            _ => {
                                let limit = second * 3 / 10;
                                drop(member.ask(order).timeout(limit).await);
                            }
                        }
                    }
                    own.sleep(second * 7 / 10).await;
                }
                if at == 1 {
                    member.kill();
                }
            });
        }
    }
}

#[rdddy_testkit::explore(seeds = 150, crashes)]
async fn whatever_happens_it_ends_and_every_message_is_accounted_for(world: &mut World) {
    turmoil(world.system(), SECOND).await;
    world.advance(Duration::from_secs(120)).await;
    let report = world.system().shutdown().await;
    assert!(report.is_clean(), "{report:?}");
    assert!(world.system().actors().is_empty(), "{}", world.tree());
    assert_eq!(report.counters.spawned, report.counters.ended);
}

#[rdddy_testkit::explore(seeds = 150, crashes)]
async fn a_shutdown_in_the_middle_of_it_all_ends(world: &mut World) {
    turmoil(world.system(), SECOND).await;
    world.advance(Duration::from_secs(2)).await;
    let report = world.system().shutdown_within(Duration::from_secs(1)).await;
    assert!(report.stuck.is_empty(), "{report:?}");
    assert!(world.system().actors().is_empty(), "{}", world.tree());
    let counters = world.counters();
    assert_eq!((counters.spawned, counters.in_flight()), (counters.ended, 0));
}

/// What happens under this seed.
fn history(seed: u64) -> String {
    let history = RefCell::new(String::new());
    let seeded = Exploration::once(Schedule::Seeded(seed)).crashes(limits::CRASHES);
    let explored = explore(seeded, async |world: &mut World| {
        turmoil(world.system(), SECOND).await;
        world.advance(Duration::from_secs(10)).await;
        *history.borrow_mut() = world.events().describe();
    });
    assert!(explored.failure().is_none(), "{explored:?}");
    history.into_inner()
}

#[test]
fn the_same_seed_is_the_same_history_and_another_is_another() {
    for seed in 0..10 {
        let (once, again) = (history(seed), history(seed));
        let differs = once.lines().zip(again.lines()).find(|(one, other)| one != other);
        assert_eq!(differs, None);
        assert!(once == again && once != history(seed + 1));
    }
}
