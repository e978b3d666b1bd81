//! Supervision: actors fail, and somebody sees to it.
//!
//! Run it: `cargo run --example supervision`
//!
//! What you see: a robot is restarted after an error and after a panic, under the same reference;
//! the third failure is one too many, so its foreman fails and begins again with new robots.

use std::fmt::Write as _;

use rdddy::prelude::*;
use rdddy::runtime::Subscription;

bounded_context!("factory");

#[derive(Command, Debug)]
#[command(error = Jam)]
struct Weld {
    parts: u32,
    boxes: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("there is nothing to weld")]
struct Jam;

/// Welds for as long as it is asked sensible things.
struct Robot;

#[actor]
impl Robot {
    /// A refused command is an answer to whoever asked. Here it is told, nobody waits for an
    /// answer, and so the error is the robot's failure.
    #[handler]
    fn weld(&mut self, cmd: Weld) -> Result<(), Jam> {
        // Without boxes this panics.
        if cmd.parts / cmd.boxes == 0 { Err(Jam) } else { Ok(()) }
    }
}

struct Foreman;

#[actor(strategy = one_for_one, intensity(2, within = "1h"), exhausted = escalate)]
impl Foreman {
    #[on_start]
    async fn open(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        for name in ["left robot", "right robot"] {
            cx.spawn(Props::new(|| Robot).named(name)).await?;
        }
        Ok(())
    }
}

/// Writes down what happens, until somebody is restarted.
async fn watch(page: &mut String, events: &mut Subscription<SystemEvent>) -> rdddy::Result<()> {
    while let Some(event) = events.next().await {
        match &*event {
            SystemEvent::HandlerFailed { actor, failure, .. } => {
                writeln!(page, "{actor} failed: {failure}")?;
            }
            SystemEvent::Escalated { child, .. } => {
                writeln!(page, "{child} failed too often")?;
            }
            SystemEvent::Restarted { actor, incarnation } => {
                writeln!(page, "{actor} begins life {incarnation}")?;
                return Ok(());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Works, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().start().await?;
    let mut events = system.subscribe::<SystemEvent>();
    system.spawn(Props::new(|| Foreman).named("foreman")).await?;
    let mut page = system.tree().to_string();

    let robot = system.lookup::<Robot>("left robot")?;
    for (parts, boxes) in [(0, 1), (1, 0), (0, 1)] {
        robot.tell(Weld { parts, boxes }).await?;
        watch(&mut page, &mut events).await?;
    }

    // The robot of old is gone for good; another one has its name.
    let news = system.lookup::<Robot>("left robot")?;
    news.ask(Weld { parts: 12, boxes: 3 }).await?;
    writeln!(page, "is the old robot alive? {}", robot.is_alive())?;
    page += &system.tree().to_string();
    system.shutdown().await;
    Ok(page)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    // A caught panic is a system event. Rust would print it, too.
    std::panic::set_hook(Box::new(|_| {}));
    print!("{}", run().await?);
    Ok(())
}
