//! rdddy, as its users have it: `execute`, with metadata, tags and in-line idempotency.

use std::sync::Arc;

use rdddy::domain::{Aggregate, Decides, Keyed};
use rdddy::prelude::*;
use rdddy::store::{EventDecoder, EventQuery, EventStore, Position};
use rdddy::{EmbeddedStore, PostgresStore};
use serde::{Deserialize, Serialize};

use crate::bank::{Bank, Content, Outcome, name, text};
use crate::protocol::Place;

bounded_context!("bank");

#[derive(Command)]
pub(crate) struct Deposit {
    #[key]
    account: String,
    events: u64,
}

/// The same, for accounts with snapshots.
#[derive(Command)]
pub(crate) struct Keep {
    #[key]
    account: String,
    events: u64,
}

#[derive(Event, Serialize, Deserialize)]
pub(crate) struct Deposited {
    #[tag]
    account: String,
    amount: i64,
    currency: String,
    reference: String,
    teller: String,
    at: i64,
}

fn deposited(account: &str, events: u64) -> Vec<Deposited> {
    (0..events)
        .map(|_| {
            let Content { account, amount, currency, reference, teller, at } =
                Content::of(account, 1250);
            let (currency, teller) = (currency.to_owned(), teller.to_owned());
            Deposited { account, amount, currency, reference, teller, at }
        })
        .collect()
}

#[derive(Default)]
pub(crate) struct Account {
    balance: i64,
    events: u64,
}

#[aggregate(id = String)]
impl Account {
    #[handler]
    fn deposit(&self, deposit: Deposit) -> Vec<Deposited> {
        deposited(&deposit.account, deposit.events)
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
        self.events += 1;
    }
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    balance: i64,
    events: u64,
}

#[aggregate(id = String, snapshot(every = 100))]
impl Kept {
    #[handler]
    fn keep(&self, keep: Keep) -> Vec<Deposited> {
        deposited(&keep.account, keep.events)
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
        self.events += 1;
    }
}

/// An aggregate that can be measured.
pub(crate) trait Measured: Aggregate<Id = String> + Decides<Self::Command> {
    type Command: Keyed<Key = String>;

    fn command(account: String, events: u64) -> Self::Command;
    fn events(&self) -> u64;
    fn has_snapshots() -> bool;
}

impl Measured for Account {
    type Command = Deposit;

    fn command(account: String, events: u64) -> Deposit {
        Deposit { account, events }
    }
    fn events(&self) -> u64 {
        self.events
    }
    fn has_snapshots() -> bool {
        false
    }
}

impl Measured for Kept {
    type Command = Keep;

    fn command(account: String, events: u64) -> Keep {
        Keep { account, events }
    }
    fn events(&self) -> u64 {
        self.events
    }
    fn has_snapshots() -> bool {
        true
    }
}

pub(crate) struct Rdddy<A> {
    system: ActorSystem,
    account: std::marker::PhantomData<fn() -> A>,
}

async fn on<A>(store: impl EventStore) -> Outcome<Rdddy<A>> {
    let system = ActorSystem::builder().store(store).start().await.map_err(text)?;
    Ok(Rdddy { system, account: std::marker::PhantomData })
}

/// On a file, synchronized before each acknowledgement.
pub(crate) async fn embedded<A>(place: &Place) -> Outcome<Rdddy<A>> {
    on(EmbeddedStore::open(place.folder.join("store.db")).map_err(text)?).await
}

/// On a new database.
pub(crate) async fn postgres<A>(place: &Place) -> Outcome<Rdddy<A>> {
    let address = crate::postgres::new_database(place).await?;
    PostgresStore::migrate(&address).await.map_err(text)?;
    on(PostgresStore::connect(&address).await.map_err(text)?).await
}

impl<A: Measured> Bank for Rdddy<A> {
    async fn deposit(&self, account: u64, events: u64) -> Outcome<bool> {
        self.system.execute(A::command(name(account), events)).await.map_err(text)?;
        Ok(true)
    }

    async fn load(&self, account: u64) -> Outcome<u64> {
        let accounts = self.system.repository::<A>().map_err(text)?;
        Ok(accounts.load(&name(account)).await.map_err(text)?.state.events())
    }

    /// Decodes a page while the next one is read.
    async fn replay(&self) -> Outcome<u64> {
        let store = self.system.store().ok_or("there is no store")?;
        let decoder = EventDecoder::<Deposited>::new()
            .event("bank.Deposited", 1, |json| serde_json::from_slice(json));
        let query = Arc::new(EventQuery::all());
        let read = |after: Position| {
            let (store, query) = (Arc::clone(&store), Arc::clone(&query));
            tokio::spawn(async move { store.read(&query, &after, 4096).await })
        };
        let (mut found, mut sum) = (0, 0);
        let mut reading = read(Position::START);
        loop {
            let page = reading.await.map_err(text)?.map_err(text)?;
            if page.events.is_empty() {
                std::hint::black_box(sum);
                return Ok(found);
            }
            reading = read(page.reached);
            for stored in &page.events {
                sum += decoder.decode(&stored.event).map_err(text)?.amount;
                found += 1;
            }
        }
    }

    fn has_snapshots(&self) -> bool {
        A::has_snapshots()
    }
}
