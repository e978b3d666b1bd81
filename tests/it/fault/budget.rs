//! Supervisors that run out of budget.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::{ActorConfig, SpawnError};
use rdddy_testkit::World;

bounded_context!("budget");

#[derive(Command, Debug)]
struct Fall;

struct Toddler;

#[actor]
impl Toddler {
    #[handler]
    fn fall(&mut self, _: Fall) {
        panic!("ouch");
    }
}

#[derive(Query, Debug)]
#[query(reply = ActorRef<Toddler>, error = SpawnError)]
struct Child;

/// Supervises toddlers.
struct Parent;

#[actor(intensity(2, within = "10s"))]
impl Parent {
    #[handler]
    async fn child(
        &self,
        _: Child,
        cx: &mut Context<Self>,
    ) -> Result<ActorRef<Toddler>, SpawnError> {
        cx.spawn(Props::new(|| Toddler)).await
    }
}

/// The same, but it lets go of one that falls too often.
struct Resigned;

#[actor(intensity(2, within = "10s"), exhausted = stop)]
impl Resigned {
    #[handler]
    async fn child(
        &self,
        _: ResignedChild,
        cx: &mut Context<Self>,
    ) -> Result<ActorRef<Toddler>, SpawnError> {
        cx.spawn(Props::new(|| Toddler)).await
    }
}

#[derive(Query, Debug)]
#[query(reply = ActorRef<Toddler>, error = SpawnError)]
struct ResignedChild;

async fn falls(world: &World, child: &ActorRef<Toddler>, times: u32) {
    for _ in 0..times {
        child.tell(Fall).await.unwrap();
        world.settle().await;
    }
}

fn escalations(world: &World) -> usize {
    let escalated = |event: &SystemEvent| matches!(event, SystemEvent::Escalated { .. });
    world.events().expect::<SystemEvent>().matching(escalated).at_least(0).len()
}

#[rdddy_testkit::test]
async fn a_child_is_restarted_as_often_as_the_budget_allows(world: &mut World) {
    let parent = world.spawn(Props::new(|| Parent)).await;
    let child = parent.ask(Child).await.unwrap();
    falls(world, &child, 2).await;
    assert_eq!((child.incarnation(), escalations(world)), (3, 0));
    assert!(child.is_alive());
}

#[rdddy_testkit::test]
async fn a_supervisor_out_of_budget_fails_in_its_turn(world: &mut World) {
    let parent = world.spawn(Props::new(|| Parent)).await;
    let child = parent.ask(Child).await.unwrap();
    falls(world, &child, 3).await;
    assert!(!child.is_alive());
    assert_eq!((parent.incarnation(), escalations(world)), (2, 1));
    let failed = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::Restarting { actor, failure: Failure::Child { child: path, .. }, .. }
                if actor.id == parent.id() && *path == child.path()
        )
    };
    world.events().expect::<SystemEvent>().matching(failed).once();
}

#[rdddy_testkit::test]
async fn a_budget_comes_back_with_time(world: &mut World) {
    let parent = world.spawn(Props::new(|| Parent)).await;
    let child = parent.ask(Child).await.unwrap();
    for _ in 0..5 {
        falls(world, &child, 2).await;
        world.advance(Duration::from_secs(11)).await;
    }
    assert_eq!((child.incarnation(), parent.incarnation()), (11, 1));
}

#[rdddy_testkit::test]
async fn a_supervisor_has_one_budget_for_all_its_children(world: &mut World) {
    let parent = world.spawn(Props::new(|| Parent)).await;
    for _ in 0..3 {
        let child = parent.ask(Child).await.unwrap();
        falls(world, &child, 1).await;
    }
    assert_eq!(parent.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn the_root_has_a_budget_for_each_actor(world: &mut World) {
    world.configure(|system| system.root(ActorConfig::new().intensity(2, Duration::from_secs(10))));
    let mut toddlers = Vec::new();
    for _ in 0..4 {
        toddlers.push(world.spawn(Props::new(|| Toddler)).await);
    }
    for toddler in &toddlers {
        falls(world, toddler, 2).await;
    }
    assert!(toddlers.iter().all(ActorRef::is_alive));
    falls(world, &toddlers[0], 1).await;
    assert!(!toddlers[0].is_alive());
    assert!(toddlers[1].is_alive());
}

#[rdddy_testkit::test]
async fn a_supervisor_may_let_go_of_a_child(world: &mut World) {
    let parent = world.spawn(Props::new(|| Resigned)).await;
    let child = parent.ask(ResignedChild).await.unwrap();
    falls(world, &child, 3).await;
    assert!(!child.is_alive());
    assert_eq!((parent.incarnation(), escalations(world)), (1, 0));
}

#[rdddy_testkit::test]
async fn what_reaches_the_root_is_over(world: &mut World) {
    let toddler = world.spawn(Props::new(|| Toddler)).await;
    falls(world, &toddler, rdddy::limits::RESTART_INTENSITY + 1).await;
    let reason = toddler.stopped().await;
    assert!(matches!(reason, StopReason::Failed(Failure::Panic(_))), "{reason:?}");
    let to_root =
        |event: &SystemEvent| matches!(event, SystemEvent::Escalated { supervisor: None, .. });
    world.events().expect::<SystemEvent>().matching(to_root).once();
}

#[rdddy_testkit::test]
async fn a_system_cannot_do_without_a_critical_actor(world: &mut World) {
    let toddler = world.spawn(Props::new(|| Toddler).critical()).await;
    let bystander = world.spawn(Props::new(|| Parent)).await;
    falls(world, &toddler, rdddy::limits::RESTART_INTENSITY).await;
    assert!(toddler.is_alive());
    toddler.tell(Fall).await.unwrap();
    let termination = world.system().terminated().await;
    let (actor, failure) = termination.cause.clone().unwrap();
    assert_eq!(actor.id, toddler.id());
    assert!(matches!(failure, Failure::Panic(_)));
    assert!(!bystander.is_alive());
    let critical = |event: &SystemEvent| matches!(event, SystemEvent::CriticalFailure { .. });
    world.events().expect::<SystemEvent>().matching(critical).once();
}
