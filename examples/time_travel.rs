//! What an aggregate was at each of its versions, and at any time.
//!
//! Run it: `cargo run --example time_travel`
//!
//! What you see: an account as it is, as it was at each version and at the time of one event, and the
//! whole of its history.

use rdddy::prelude::*;
use rdddy::store::{MemoryStore, Version};
use serde::{Deserialize, Serialize};

bounded_context!("bank");

#[derive(Clone, Command)]
struct Deposit {
    #[key]
    account: u64,
    cents: u64,
}

#[derive(Deserialize, Event, Serialize)]
struct Deposited {
    cents: u64,
}

#[derive(Default)]
struct Account {
    cents: u64,
}

#[aggregate(id = u64)]
impl Account {
    #[handler]
    fn deposit(&self, deposit: Deposit) -> Deposited {
        Deposited { cents: deposit.cents }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.cents;
    }
}

/// Looks back, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().store(MemoryStore::new()).start().await?;
    for cents in [700, 250, 30] {
        system.execute(Deposit { account: 1, cents }).await?;
        // So that no two events are of one moment.
        system.sleep(std::time::Duration::from_millis(1)).await;
    }
    let accounts = system.repository::<Account>()?;
    let mut out = format!("now: {} cents\n", accounts.load(&1).await?.state.cents);
    for version in 0..=3 {
        let then = accounts.as_of(&1, Version(version)).await?;
        out.push_str(&format!("at version {version}: {} cents\n", then.state.cents));
    }
    let mut history = accounts.history(&1)?;
    while let Some(past) = history.next().await? {
        let (version, then) = (past.version.0, accounts.at(&1, past.recorded_at).await?);
        out.push_str(&format!("when event {version} was recorded: {} cents\n", then.state.cents));
    }
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
