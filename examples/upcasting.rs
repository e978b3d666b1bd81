//! Events that were stored under old names and in old shapes, read as those of today.
//!
//! Run it: `cargo run --example upcasting`
//!
//! What you see: the addresses of a customer from three generations of one event, each brought up to
//! date when it is read, and that what is stored stays as it was.

use rdddy::prelude::*;
use rdddy::store::{Append, Expected, MemoryStore, NewEvent, StreamName, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

bounded_context!("post");

#[derive(Clone, Command)]
struct Move {
    #[key]
    customer: u64,
    town: String,
    country: String,
}

/// Once it was called `AddressSet`, and had one line; then a town; then a country, too.
#[derive(Deserialize, Event, Serialize)]
#[event(version = 3, formerly = "post.AddressSet")]
struct Moved {
    town: String,
    country: String,
}

#[derive(Default)]
struct Customer {
    addresses: Vec<String>,
}

#[aggregate(id = u64)]
impl Customer {
    #[handler]
    fn relocate(&self, cmd: Move) -> Moved {
        Moved { town: cmd.town, country: cmd.country }
    }

    #[apply]
    fn moved(&mut self, event: &Moved) {
        self.addresses.push(format!("{} ({})", event.town, event.country));
    }

    /// From one line to the town at its end.
    #[upcast(event = Moved, from = 1)]
    fn moved_1(json: Value) -> Result<Value, &'static str> {
        let line = json["line"].as_str().ok_or("an address has a line")?;
        let town = line.rsplit(", ").next().unwrap_or(line);
        Ok(json!({ "town": town }))
    }

    /// At that time, nobody lived abroad.
    #[upcast(event = Moved, from = 2)]
    fn moved_2(mut json: Value) -> Value {
        json["country"] = "NL".into();
        json
    }
}

/// Writes an event as programs of former years did.
async fn write(
    system: &ActorSystem,
    (name, schema, data): (&str, u32, Value),
) -> rdddy::Result<()> {
    let store = system.store().ok_or("there is no store")?;
    let metadata = system.new_metadata();
    let (id, at) = (metadata.message, metadata.sent);
    let data = serde_json::to_vec(&data)?;
    let old = NewEvent { id, name: name.into(), schema, data, tags: Vec::new(), metadata };
    let stream = StreamName::new("post.Customer", "1")?;
    store.append(Append::new(at).to(stream, Expected::Any, vec![old])).await?;
    Ok(())
}

/// Reads a customer who has been one for long, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().store(MemoryStore::new()).start().await?;
    write(&system, ("post.AddressSet", 1, json!({ "line": "Lange Poten 3, Den Haag" }))).await?;
    write(&system, ("post.Moved", 2, json!({ "town": "Utrecht" }))).await?;
    let (town, country) = ("Gent".to_owned(), "BE".to_owned());
    system.execute(Move { customer: 1, town, country }).await?;

    let customer = system.repository::<Customer>()?.load(&1).await?;
    let mut out = format!("lived in {}\n", customer.state.addresses.join(", "));
    let store = system.store().ok_or("there is no store")?;
    let stream = StreamName::new("post.Customer", "1")?;
    for stored in store.read_stream(&stream, Version(1), 10).await? {
        let event = stored.event;
        let data = String::from_utf8_lossy(&event.data);
        out.push_str(&format!("stored: {} {} {data}\n", event.name, event.schema));
    }
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
