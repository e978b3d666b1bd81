//! A decision that depends on events of many streams: no two accounts have one name.
//!
//! Run it: `cargo run --example consistency_boundary`
//!
//! What you see: four people who want the same name at the same time. One gets it. There is no lock and
//! no table of names: the decision is stored on the condition that nothing it depends on has happened
//! since. The example is one of those of <https://dcb.events>.

use rdddy::host::Fold;
use rdddy::prelude::*;
use rdddy::store::{MemoryStore, Tag};
use serde::{Deserialize, Serialize};

bounded_context!("accounts");

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct AccountRegistered {
    #[tag]
    name: String,
    person: u32,
}

#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct AccountClosed {
    #[tag]
    name: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the name is taken")]
struct Taken;

/// Whether a name is taken: folded from the events about it, and no others.
fn taken(name: &str) -> rdddy::Result<Fold<bool>> {
    Ok(Fold::new(false)
        .on(|taken, _: &AccountRegistered| *taken = true)
        .on(|taken, _: &AccountClosed| *taken = false)
        .about(Tag::new("name", name)?))
}

async fn register(system: &ActorSystem, name: &str, person: u32) -> rdddy::Result<bool> {
    let model = taken(name)?;
    let registered = system.decide(&model, |taken, _| {
        if *taken {
            return Err(Taken);
        }
        Ok(AccountRegistered { name: name.to_owned(), person })
    });
    match registered.await {
        Ok(_) => Ok(true),
        Err(error) => error.refusal().map(|Taken| false).ok_or_else(|| "the store failed".into()),
    }
}

/// Registers, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().store(MemoryStore::new()).start().await?;
    let racing = [1, 2, 3, 4].map(|person| register(&system, "ada", person));
    let [first, second, third, fourth] = racing;
    let (first, second, third, fourth) = tokio::try_join!(first, second, third, fourth)?;
    let winners = [first, second, third, fourth].into_iter().filter(|won| *won).count();
    let name = taken("ada")?;
    let closed = system.decide(&name, |taken, _| {
        if *taken { Ok(AccountClosed { name: "ada".to_owned() }) } else { Err(Taken) }
    });
    closed.await.map_err(|_| "the store failed")?;
    let again = register(&system, "ada", 11).await?;
    system.shutdown().await;
    Ok(format!("{winners} of 4 got the name\nfree again once it is closed: {again}\n"))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
