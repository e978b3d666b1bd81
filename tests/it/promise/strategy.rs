//! Promise 7: which children are restarted together, and in which order.

use rdddy::prelude::*;
use rdddy::runtime::SpawnError;
use rdddy_testkit::World;

bounded_context!("strategy");

#[derive(Event, Debug)]
struct Life {
    what: char,
    name: &'static str,
}

#[derive(Command, Debug)]
struct Fail;

#[derive(Command, Debug)]
struct Leave;

struct Child {
    name: &'static str,
}

#[actor]
impl Child {
    #[on_start]
    async fn begin(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        Ok(cx.publish(Life { what: '+', name: self.name }).await?)
    }

    #[on_stop]
    async fn end(&mut self, cx: &mut Context<Self>) {
        let _ = cx.publish(Life { what: '-', name: self.name }).await;
    }

    #[handler]
    fn fail(&mut self, _: Fail) {
        panic!("{} fails", self.name);
    }

    #[handler]
    fn leave(&mut self, _: Leave, cx: &mut Context<Self>) {
        cx.stop();
    }
}

#[derive(Query, Debug)]
#[query(reply = Vec<ActorRef<Child>>)]
struct Children;

#[derive(Default)]
struct Parent {
    children: Vec<ActorRef<Child>>,
}

#[actor]
impl Parent {
    #[on_start]
    async fn begin(&mut self, cx: &mut Context<Self>) -> Result<(), SpawnError> {
        for name in ["a", "b", "c"] {
            self.children.push(cx.spawn(Props::new(move || Child { name })).await?);
        }
        Ok(())
    }

    #[on_stop]
    async fn end(&mut self, cx: &mut Context<Self>) {
        let _ = cx.publish(Life { what: '-', name: "parent" }).await;
    }

    #[handler]
    fn children(&self, _: Children) -> Vec<ActorRef<Child>> {
        self.children.clone()
    }
}

async fn family(world: &World, strategy: Strategy) -> Vec<ActorRef<Child>> {
    let config = rdddy::runtime::ActorConfig::new().strategy(strategy);
    let parent = world.spawn(Props::new(Parent::default).config(config)).await;
    parent.ask(Children).await.unwrap()
}

fn lives(world: &World) -> String {
    let lives = world.events().of::<Life>();
    let lives: Vec<_> = lives.iter().map(|life| format!("{}{}", life.what, life.name)).collect();
    lives.join(" ")
}

async fn after_b_fails(world: &World, strategy: Strategy) -> (String, Vec<u32>) {
    let children = family(world, strategy).await;
    children[1].tell(Fail).await.unwrap();
    world.settle().await;
    (lives(world), children.iter().map(ActorRef::incarnation).collect())
}

#[rdddy_testkit::explore(seeds = 20)]
async fn one_for_one_restarts_the_one_that_failed(world: &mut World) {
    let (lives, incarnations) = after_b_fails(world, Strategy::OneForOne).await;
    assert_eq!((lives.as_str(), incarnations), ("+a +b +c -b +b", vec![1, 2, 1]));
}

#[rdddy_testkit::explore(seeds = 20)]
async fn one_for_all_restarts_all(world: &mut World) {
    let (lives, incarnations) = after_b_fails(world, Strategy::OneForAll).await;
    assert_eq!(incarnations, [2, 2, 2]);
    // Those that have not failed end in reverse order and begin in order, as they first did.
    let (ends, begins) = lives.strip_prefix("+a +b +c ").unwrap().split_at(9);
    assert_eq!(ends, "-c -b -a ", "{lives}");
    assert_eq!(begins, "+a +b +c", "{lives}");
}

#[rdddy_testkit::explore(seeds = 20)]
async fn rest_for_one_restarts_those_that_were_started_later_too(world: &mut World) {
    let (lives, incarnations) = after_b_fails(world, Strategy::RestForOne).await;
    assert_eq!(incarnations, [1, 2, 2]);
    assert_eq!(lives, "+a +b +c -c -b +b +c");
}

#[rdddy_testkit::explore(seeds = 50)]
async fn children_that_fail_at_the_same_time_are_all_restarted(world: &mut World) {
    for strategy in [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne] {
        let children = family(world, strategy).await;
        for child in &children {
            child.tell(Fail).await.unwrap();
        }
        world.settle().await;
        assert!(children.iter().all(ActorRef::is_alive), "{}", world.tree());
        assert!(children.iter().all(|child| child.incarnation() >= 2), "{}", world.tree());
    }
}

/// Two children, of which the second is not to be restarted.
#[derive(Default)]
struct Stepparent {
    child: Option<ActorRef<Child>>,
    other: Option<ActorRef<Child>>,
}

#[derive(Query, Debug)]
#[query(reply = (ActorRef<Child>, ActorRef<Child>))]
struct Both;

#[actor(strategy = one_for_all)]
impl Stepparent {
    #[on_start]
    async fn begin(&mut self, cx: &mut Context<Self>) -> Result<(), SpawnError> {
        self.child = Some(cx.spawn(Props::new(|| Child { name: "a" })).await?);
        let temporary = Props::new(|| Child { name: "b" }).restart(RestartPolicy::Temporary);
        self.other = Some(cx.spawn(temporary).await?);
        Ok(())
    }

    #[handler]
    fn both(&self, _: Both) -> (ActorRef<Child>, ActorRef<Child>) {
        (self.child.clone().unwrap(), self.other.clone().unwrap())
    }
}

#[rdddy_testkit::test]
async fn a_temporary_child_ends_when_its_siblings_are_restarted(world: &mut World) {
    let parent = world.spawn(Stepparent::default()).await;
    let (child, temporary) = parent.ask(Both).await.unwrap();
    child.tell(Fail).await.unwrap();
    assert_eq!(temporary.stopped().await, StopReason::Shutdown);
    assert_eq!(child.incarnation(), 2);
    assert_eq!(lives(world), "+a +b -b -a +a");
}

#[rdddy_testkit::test]
async fn a_child_that_leaves_is_not_a_failure(world: &mut World) {
    let children = family(world, Strategy::OneForAll).await;
    children[1].tell(Leave).await.unwrap();
    assert_eq!(children[1].stopped().await, StopReason::Stopped);
    assert_eq!(lives(world), "+a +b +c -b");
}

#[rdddy_testkit::test]
async fn a_supervisor_ends_after_its_children_the_last_first(world: &mut World) {
    let parent = world.spawn(Props::new(Parent::default)).await;
    parent.stop();
    parent.stopped().await;
    assert_eq!(lives(world), "+a +b +c -c -b -a -parent");
}
