//! The smallest actor: state, and what it does about three messages.
//!
//! Run it: `cargo run --example counter`
//!
//! What you see: a thousand increments counted by one actor, though four tasks send them; an event
//! that reaches every counter.

use rdddy::prelude::*;

bounded_context!("counter");

/// An intention: one actor decides it.
#[derive(Command, Debug)]
struct Add(u64);

/// A question: it is answered and changes nothing.
#[derive(Debug, Query)]
#[query(reply = u64)]
struct Total;

/// A fact: every actor with a handler for it hears it.
#[derive(Debug, Event)]
struct NewYear;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, cmd: Add) {
        self.total += cmd.0;
    }

    #[handler]
    fn total(&self, _: Total) -> u64 {
        self.total
    }

    #[handler]
    fn start_again(&mut self, _: &NewYear) {
        self.total = 0;
    }
}

async fn add_250(counter: ActorRef<Counter>) -> Result<(), SendError<Add>> {
    for _ in 0..250 {
        counter.tell(Add(1)).await?;
    }
    Ok(())
}

/// Counts, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().start().await?;
    let counter = system.spawn(Counter::default()).await?;

    let senders = [(); 4].map(|()| add_250(counter.clone()));
    let [a, b, c, d] = senders;
    tokio::try_join!(a, b, c, d)?;
    let before = counter.ask(Total).await?;

    system.publish(NewYear).await?;
    let after = counter.ask(Total).await?;

    system.shutdown().await;
    Ok(format!("counted to {before}, then started again at {after}\n"))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
