//! Simulation: a race that rarely shows, found, shortened and replayed.
//!
//! Run it: `cargo run --example simulation`
//!
//! What you see: after how many schedules a desk that trusts the shop window sells the last book
//! twice, the line that replays this in a test, and that a desk which asks the warehouse never does.

use std::fmt::Write as _;

use rdddy::prelude::*;
use rdddy_testkit::{Exploration, World, explore};

bounded_context!("window");

#[derive(Command, Debug)]
#[command(reply = bool)]
struct TakeBook;

#[derive(Debug, Event)]
struct BookTaken {
    left: i32,
}

/// To the warehouse, which knows.
#[derive(Debug, Query)]
#[query(reply = i32)]
struct CountBooks;

/// To the window, which has heard.
#[derive(Debug, Query)]
#[query(reply = i32)]
struct LookAtWindow;

struct Warehouse {
    left: i32,
    /// Hands out what it does not have, because whoever asks has looked.
    obedient: bool,
}

#[actor]
impl Warehouse {
    #[handler]
    async fn take(&mut self, _: TakeBook, cx: &mut Context<Self>) -> bool {
        if self.left <= 0 && !self.obedient {
            return false;
        }
        self.left -= 1;
        cx.publish(BookTaken { left: self.left }).await.is_ok()
    }

    #[handler]
    fn count(&self, _: CountBooks) -> i32 {
        self.left
    }
}

/// Shows what it has heard of: right in the end, but late.
struct Window {
    left: i32,
}

#[actor]
impl Window {
    #[handler]
    fn taken(&mut self, event: &BookTaken) {
        self.left = event.left;
    }

    #[handler]
    fn look(&self, _: LookAtWindow) -> i32 {
        self.left
    }
}

/// Two customers, one after the other, want the last book.
async fn sell(world: &mut World, trusting: bool) -> rdddy::Result<()> {
    let warehouse = world.spawn(Warehouse { left: 1, obedient: trusting }).await;
    let window = world.spawn(Window { left: 1 }).await;
    for _ in 0..2 {
        // A first look around. Most of the time the window has heard of the last sale by then.
        window.ask(LookAtWindow).await?;
        if !trusting || window.ask(LookAtWindow).await? > 0 {
            warehouse.tell(TakeBook).await?;
        }
    }
    match warehouse.ask(CountBooks).await? {
        0 => Ok(()),
        left => Err(format!("{left} books are left").into()),
    }
}

/// Explores, and returns what is to be printed.
pub(crate) fn run() -> rdddy::Result<String> {
    let mut page = String::new();
    for (desk, trusting) in [("trusting", true), ("asking", false)] {
        let explored =
            explore(Exploration::seeds(1_000), async |world| sell(world, trusting).await);
        let Some(failure) = explored.failure() else {
            writeln!(page, "{desk} desk: right in {} schedules", explored.schedules())?;
            continue;
        };
        writeln!(page, "{desk} desk: {}", failure.broken())?;
        writeln!(page, "  found in schedule {}", failure.schedules())?;
        writeln!(page, "  replay: RDDDY_REPLAY='{}'", failure.replay())?;

        // The same again, choice by choice.
        let replay = Exploration::replay(failure.replay().clone());
        let again = explore(replay, async |world| sell(world, trusting).await);
        writeln!(page, "  fails again when replayed: {}", again.failure().is_some())?;
    }
    Ok(page)
}

#[expect(clippy::print_stdout, reason = "this is what an example is for")]
fn main() -> rdddy::Result<()> {
    print!("{}", run()?);
    Ok(())
}
