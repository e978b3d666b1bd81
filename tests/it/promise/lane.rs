//! Lanes: what controls an actor comes before what it works on.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("lane");

#[derive(Command, Debug)]
struct Work(u32);

#[derive(Command, Debug)]
struct Control(u32);

#[derive(Query, Debug)]
#[query(reply = Vec<String>)]
struct Done;

#[derive(Default)]
struct Machine {
    done: Vec<String>,
}

#[actor]
impl Machine {
    #[handler]
    async fn work(&mut self, cmd: Work, cx: &mut Context<Self>) {
        cx.sleep(Duration::from_secs(1)).await;
        self.done.push(format!("work {}", cmd.0));
    }

    #[handler(lane = control)]
    fn control(&mut self, cmd: Control) {
        self.done.push(format!("control {}", cmd.0));
    }

    #[handler]
    fn done(&self, _: Done) -> Vec<String> {
        self.done.clone()
    }
}

#[rdddy_testkit::test]
async fn control_messages_come_before_all_others_and_keep_their_order(world: &mut World) {
    let machine = world.spawn(Machine::default()).await;
    machine.tell(Work(1)).await.unwrap();
    world.settle().await;
    machine.tell(Work(2)).await.unwrap();
    machine.tell(Work(3)).await.unwrap();
    machine.tell(Control(1)).await.unwrap();
    machine.tell(Control(2)).await.unwrap();
    let done = machine.ask(Done).await.unwrap();
    assert_eq!(done, ["work 1", "control 1", "control 2", "work 2", "work 3"]);
}

#[rdddy_testkit::test]
async fn control_messages_that_come_later_still_come_first(world: &mut World) {
    let machine = world.spawn(Machine::default()).await;
    for n in 1..=3 {
        machine.tell(Work(n)).await.unwrap();
    }
    world.advance(Duration::from_millis(1_500)).await;
    machine.tell(Control(1)).await.unwrap();
    let done = machine.ask(Done).await.unwrap();
    assert_eq!(done, ["work 1", "work 2", "control 1", "work 3"]);
}
