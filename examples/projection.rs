//! A read model: what was sold of each book, folded from the events of its orders.
//!
//! Run it: `cargo run --example projection`
//!
//! What you see: rows that follow the events, a query over them, and a second version of the read
//! model that is built from all that has happened while the first one could still be read.

use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("sales");

#[derive(Clone, Command)]
struct SellBook {
    #[key]
    isbn: String,
    copies: u32,
    cents: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct BookSold {
    #[tag]
    isbn: String,
    copies: u32,
    cents: u64,
}

#[derive(Default)]
struct Book;

#[aggregate(id = String)]
impl Book {
    #[handler]
    fn sell(&self, sell: SellBook) -> BookSold {
        BookSold { isbn: sell.isbn, copies: sell.copies, cents: sell.cents }
    }

    #[apply]
    fn sold(&mut self, _: &BookSold) {}
}

#[derive(Query)]
#[query(reply = Vec<(String, u32)>)]
struct BestSellers {
    at_least: u32,
}

/// One row for each book.
#[derive(Default, Serialize, Deserialize)]
struct SalesByIsbn {
    copies: u32,
}

#[projection(key = isbn: String)]
impl SalesByIsbn {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += event.copies;
    }

    #[handler]
    async fn best(rows: &Rows<Self>, query: BestSellers) -> Result<Vec<(String, u32)>, RowsError> {
        let rows = rows.all().await?.into_iter().map(|(isbn, row)| (isbn, row.copies));
        let mut best: Vec<_> = rows.filter(|(_, copies)| *copies >= query.at_least).collect();
        best.sort_by_key(|(_, copies)| std::cmp::Reverse(*copies));
        Ok(best)
    }
}

/// The same read model, a release later: it knows about money, too.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct SalesAndTurnover {
    copies: u32,
    cents: u64,
}

#[projection(key = isbn: String, name = "SalesByIsbn", version = 2)]
impl SalesAndTurnover {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += event.copies;
        self.cents += event.cents;
    }
}

/// Sells books, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let store = MemoryStore::new();
    let builder = ActorSystem::builder().store(store.clone());
    let system = builder.projection::<SalesByIsbn>().start().await?;
    let sales = system.projection::<SalesByIsbn>()?;
    for (isbn, copies, cents) in [("emma", 2, 1800), ("moby", 5, 6000), ("emma", 1, 900)] {
        let sold = system.execute(SellBook { isbn: isbn.into(), copies, cents }).await?;
        // The rows follow the events; whoever wants to read what it has written waits for that.
        sales.wait_for(&sold.position).await;
    }
    let mut out = String::new();
    let emma = sales.get(&"emma".to_owned()).await?.unwrap_or_default();
    out.push_str(&format!("copies of emma: {}\n", emma.copies));
    out.push_str(&format!(
        "best sellers: {:?}\n",
        system.query(BestSellers { at_least: 3 }).await?
    ));
    system.shutdown().await;

    let builder = ActorSystem::builder().store(store);
    let system = builder.projection::<SalesAndTurnover>().start().await?;
    let sales = system.projection::<SalesAndTurnover>()?;
    sales.ready().await;
    for (isbn, row) in sales.all().await? {
        out.push_str(&format!("{isbn}: {} copies, {} cents\n", row.copies, row.cents));
    }
    out.push_str(&format!("no longer needed: {:?}\n", sales.drop_old().await?));
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
