//! A shop tells a warehouse what it has sold: two systems, each with a store of its own.
//!
//! Run it: `cargo run --example integration`
//!
//! What you see: a sale as it travels between the two, what the warehouse makes of it, that it is taken
//! once however often it comes, and what becomes of something that nobody there understands.

use rdddy::prelude::*;
use rdddy::process::{
    CloudEvent, Delivering, Inbox, InboxHandle, Outbox, Outlet, OutletError, Received,
};
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("trade");

#[derive(Command)]
struct Sell {
    #[key]
    isbn: String,
    copies: u32,
}

/// Not only the shop's concern.
#[derive(Event, Serialize, Deserialize)]
#[event(integration)]
struct CopiesSold {
    #[tag]
    isbn: String,
    copies: u32,
}

#[derive(Default)]
struct Till;

#[aggregate(id = String)]
impl Till {
    #[handler]
    fn sell(&self, cmd: Sell) -> CopiesSold {
        CopiesSold { isbn: cmd.isbn, copies: cmd.copies }
    }

    #[apply]
    fn sold(&mut self, _: &CopiesSold) {}
}

/// What the warehouse has to send after.
#[derive(Default, Serialize, Deserialize)]
struct ToBeSent(u32);

#[projection(key = isbn: String)]
impl ToBeSent {
    #[handler]
    fn sold(&mut self, event: &CopiesSold) {
        self.0 += event.copies;
    }
}

/// The way to the warehouse: a queue or a web hook, were it not next door.
struct NextDoor(InboxHandle);

impl Outlet for NextDoor {
    fn deliver<'a>(&'a self, event: &'a CloudEvent) -> Delivering<'a> {
        Box::pin(async move {
            match self.0.receive(event.clone()).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_lasting() => Err(OutletError::Rejected(error.into())),
                Err(error) => Err(OutletError::Unavailable(error.into())),
            }
        })
    }
}

/// Sells, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let inbox = Inbox::new().accepts::<CopiesSold>();
    let warehouse = ActorSystem::builder().store(MemoryStore::new()).inbox(inbox);
    let warehouse = warehouse.projection::<ToBeSent>().start().await?;
    let inbox = warehouse.inbox().ok_or("the warehouse is closed")?;
    let outbox = Outbox::new("trade.Warehouse", "/shop", NextDoor(inbox.clone()));
    let shop = ActorSystem::builder().store(MemoryStore::new());
    let shop = shop.outbox(outbox.sends::<CopiesSold>()).start().await?;

    let sold = shop.execute(Sell { isbn: "emma".to_owned(), copies: 3 }).await?;
    shop.outbox::<NextDoor>().ok_or("nothing is sent")?.wait_for(&sold.position).await;
    let known = warehouse.store().ok_or("it has no store")?.head().await?;
    let to_be_sent = warehouse.projection::<ToBeSent>()?;
    to_be_sent.wait_for(&known).await;
    let copies = to_be_sent.get(&"emma".to_owned()).await?.unwrap_or_default().0;
    let mut text = format!("{copies} copies of emma are to be sent\n");

    let json = r#"{ "specversion": "1.0", "source": "/elsewhere", "id": "1",
                    "type": "trade.CopiesSold", "data": { "isbn": "emma", "copies": 1 } }"#;
    for _ in 0..2 {
        text += match inbox.receive(serde_json::from_str(json)?).await? {
            Received::New(_) => "something came from elsewhere\n",
            _ => "it had come before\n",
        };
    }
    let odd = json.replace("CopiesSold", "CopiesStolen").replace("\"1\"", "\"2\"");
    let error = inbox.receive(serde_json::from_str(&odd)?).await.err().ok_or("it was taken")?;
    text += &format!("{error}; dead letters: {}\n", inbox.dead_letters().await?.len());
    shop.shutdown().await;
    warehouse.shutdown().await;
    Ok(text)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this program prints")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
