//! Whenever few copies of a book are left, more are ordered.
//!
//! Run it: `cargo run --example policy`
//!
//! What you see: a shelf that is filled again by a policy, once for each time that it was low, also
//! when the policy hears of it twice.

use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("shelves");

#[derive(Command)]
#[command(error = TooFew)]
struct Sell {
    #[key]
    isbn: String,
    copies: u32,
}

#[derive(Command)]
struct Order {
    #[key]
    isbn: String,
    copies: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Sold {
    #[tag]
    isbn: String,
    copies: u32,
    left: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Ordered {
    copies: u32,
}

#[derive(Debug, thiserror::Error, DomainError)]
#[error("only {0} are left")]
struct TooFew(u32);

struct Shelf {
    copies: u32,
}

impl Default for Shelf {
    fn default() -> Self {
        Shelf { copies: 10 }
    }
}

#[aggregate(id = String)]
impl Shelf {
    #[handler]
    fn sell(&self, cmd: Sell) -> Result<Sold, TooFew> {
        let left = self.copies.checked_sub(cmd.copies).ok_or(TooFew(self.copies))?;
        Ok(Sold { isbn: cmd.isbn, copies: cmd.copies, left })
    }

    #[handler]
    fn order(&self, cmd: Order) -> Ordered {
        Ordered { copies: cmd.copies }
    }

    #[apply]
    fn sold(&mut self, event: &Sold) {
        self.copies -= event.copies;
    }

    #[apply]
    fn ordered(&mut self, event: &Ordered) {
        self.copies += event.copies;
    }
}

/// A policy remembers nothing; what it is made with is its configuration.
struct Restock {
    below: u32,
}

#[policy]
impl Restock {
    #[handler]
    fn on_sold(&self, event: &Sold) -> Option<Order> {
        (event.left < self.below).then(|| Order { isbn: event.isbn.clone(), copies: 20 })
    }
}

/// Sells books, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let store = MemoryStore::new();
    let builder = || ActorSystem::builder().store(store.clone()).policy(Restock { below: 5 });
    let system = builder().start().await?;
    // Another process with the same policy: both hear everything, and each order is given once.
    let other = builder().start().await?;
    let shelves = system.repository::<Shelf>()?;
    let isbn = "9780141439518".to_owned();
    let mut text = String::new();
    for copies in [4, 4, 8, 12] {
        let sold = system.execute(Sell { isbn: isbn.clone(), copies }).await?;
        for system in [&system, &other] {
            let restock = system.policy::<Restock>().ok_or("the policy does not run")?;
            restock.wait_for(&sold.position).await;
        }
        let left = shelves.load(&isbn).await?.state.copies;
        text += &format!("{copies} are sold, and {left} are on the shelf\n");
    }
    system.shutdown().await;
    other.shutdown().await;
    Ok(text)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this program prints")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
