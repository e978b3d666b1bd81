//! Faults of the original that are not kept. Two handlers for one message do not compile.

use std::time::Duration;

use rdddy::model::DecodeError;
use rdddy::prelude::*;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

bounded_context!("faults");

#[derive(Command, Debug)]
struct Begin(char);

#[derive(Query, Debug)]
#[query(reply = String)]
struct Steps;

#[derive(Default)]
struct TwoSteps {
    steps: String,
}

#[actor]
impl TwoSteps {
    #[handler]
    async fn begin(&mut self, cmd: Begin, cx: &mut Context<Self>) {
        self.steps.push(cmd.0);
        cx.sleep(Duration::from_millis(10)).await;
        self.steps.push(cmd.0);
    }

    #[handler]
    fn steps(&self, _: Steps) -> String {
        self.steps.clone()
    }
}

#[rdddy_testkit::explore(seeds = 50)]
async fn handlers_of_one_actor_do_not_interleave(world: &mut World) {
    let actor = world.spawn(TwoSteps::default()).await;
    for step in ['a', 'b', 'c'] {
        actor.tell(Begin(step)).await.unwrap();
    }
    assert_eq!(actor.ask(Steps).await.unwrap(), "aabbcc");
}

/// Hears of every failure, and fails.
#[derive(Default)]
struct Pessimist;

#[actor]
impl Pessimist {
    #[handler]
    fn hear(&mut self, event: &SystemEvent) -> Result<(), std::fmt::Error> {
        match event {
            SystemEvent::HandlerFailed { .. } => Err(std::fmt::Error),
            _ => Ok(()),
        }
    }
}

#[derive(Command, Debug)]
#[command(error = std::fmt::Error)]
struct Fail;

#[derive(Default)]
struct Failing;

#[actor]
impl Failing {
    #[handler]
    fn fail(&mut self, _: Fail) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }
}

#[rdddy_testkit::test]
async fn a_failing_handler_of_failures_makes_no_storm(world: &mut World) {
    for _ in 0..3 {
        world.spawn(Props::new(Pessimist::default)).await;
    }
    let failing = world.spawn(Props::new(Failing::default)).await;
    failing.tell(Fail).await.unwrap();
    world.advance(Duration::from_secs(60)).await;
    let failures = |event: &SystemEvent| matches!(event, SystemEvent::HandlerFailed { .. });
    let failed = world.events().expect::<SystemEvent>().matching(failures).once();
    assert!(matches!(&*failed, SystemEvent::HandlerFailed { message: "faults.Fail", .. }));
    world.check_balance().await;
}

#[derive(Command, Debug, Serialize, Deserialize)]
struct Greet {
    name: String,
}

#[rdddy_testkit::test]
async fn a_payload_cannot_name_what_is_not_registered(world: &mut World) {
    let messages = world.system().messages();
    for name in ["os.system", "builtins.eval", "faults", "", "faults.Greet\0", "faults.TwoSteps"] {
        let error = messages.decode_json(name, None, b"{\"name\":\"x\"}").unwrap_err();
        assert!(matches!(&error, DecodeError::UnknownName { .. }), "{name}: {error}");
    }
    let greet = messages.decode_json("faults.Greet", None, b"{\"name\":\"x\"}").unwrap();
    assert_eq!(greet.downcast::<Greet>().unwrap().name, "x");
}
