//! rdddy as its users write it: an aggregate with a precondition and an invariant, commands with ids.
//! The store is the only difference between the two banks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdddy::domain::{Aggregate, AggregateEvent};
use rdddy::host::Repository;
use rdddy::message::{MessageId, Metadata, Timestamp};
use rdddy::prelude::*;
use rdddy::store::{
    Append, EventDecoder, EventQuery, EventStore, Expected, NewEvent, Position, Snapshot,
    StreamName, Subscribe, Version,
};
use rdddy::{EmbeddedStore, PostgresStore};
use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::place::Place;
use crate::postgres;
use crate::work::{CENTS, Content, key};

bounded_context!("bank");

#[derive(Clone, Command)]
#[command(error = NotADeposit)]
struct Deposit {
    #[key]
    account: String,
    amount: u64,
    times: u32,
}

#[derive(Debug, Deserialize, Event, Serialize)]
struct Deposited {
    account: String,
    amount: u64,
    currency: String,
    reference: String,
    channel: String,
    at: u64,
}

impl From<Content> for Deposited {
    fn from(content: Content) -> Self {
        let Content { account, amount, currency, reference, channel, at } = content;
        Deposited { account, amount, currency, reference, channel, at }
    }
}

#[derive(Debug, DomainError, thiserror::Error)]
#[error("nothing is deposited")]
struct NotADeposit;

#[derive(Default, Deserialize, Serialize)]
struct Account {
    cents: u64,
    deposits: u64,
}

#[aggregate(id = String, snapshot(every = 1_000_000))]
impl Account {
    #[handler]
    #[requires(deposit.amount > 0, NotADeposit)]
    fn deposit(&self, deposit: Deposit) -> Vec<Deposited> {
        let Deposit { account, amount, times } = deposit;
        let deposited = |_| Deposited {
            account: account.clone(),
            amount,
            currency: "EUR".to_owned(),
            reference: "ref-0123456789".to_owned(),
            channel: "branch-office".to_owned(),
            at: 1_795_370_000_000,
        };
        (0..times).map(deposited).collect()
    }

    #[invariant("no deposit is empty")]
    fn no_deposit_is_empty(&self) -> bool {
        self.cents >= self.deposits
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.amount;
        self.deposits += 1;
    }
}

/// The embedded store, with its default durability: synchronous FULL.
pub(crate) struct Embedded(Rdddy);

/// The store on PostgreSQL.
pub(crate) struct Postgres(Rdddy);

struct Rdddy {
    system: ActorSystem,
    store: Arc<dyn EventStore>,
    repository: Repository<Account>,
    made: AtomicU64,
}

impl Rdddy {
    async fn start(store: impl EventStore) -> Result<Self, String> {
        let system = ActorSystem::builder().store(store).start().await.map_err(text)?;
        let store = system.store().ok_or("the system has no store")?;
        let repository = system.repository::<Account>().map_err(text)?;
        Ok(Rdddy { system, store, repository, made: AtomicU64::new(1) })
    }

    /// As callers make them who may have to repeat a command: by time, then by chance.
    fn id(&self) -> MessageId {
        let nth = self.made.fetch_add(1, Ordering::Relaxed);
        MessageId(u128::from(nth) << 64 | u128::from(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    async fn deposit(&self, account: u64, times: u32) -> Result<bool, String> {
        let deposit = Deposit { account: key(account), amount: CENTS, times };
        self.system.execute_as(self.id(), deposit).await.map_err(text)?;
        Ok(true)
    }

    async fn fill(&self, events: u64, accounts: u64) -> Result<(), String> {
        const PORTION: u64 = 1000;
        let (at, mut waiting) = (Timestamp(Duration::from_millis(1_795_370_000_000)), Vec::new());
        for account in 0..accounts {
            let stream = StreamName::new(Account::category(), key(account)).map_err(text)?;
            let all = events / accounts + u64::from(account < events % accounts);
            for first in (0..all).step_by(PORTION as usize) {
                let events: Result<Vec<NewEvent>, String> =
                    (first..all.min(first + PORTION)).map(|_| self.event(account, at)).collect();
                let append = Append::new(at).to(stream.clone(), Expected::Any, events?);
                waiting.push(self.store.append(append));
                if waiting.len() == 1000 {
                    for append in waiting.drain(..) {
                        append.await.map_err(text)?;
                    }
                }
            }
        }
        for append in waiting {
            append.await.map_err(text)?;
        }
        Ok(())
    }

    fn event(&self, account: u64, at: Timestamp) -> Result<NewEvent, String> {
        let event =
            <Account as rdddy::domain::Emits<Deposited>>::emit(Content::new(account).into());
        let id = self.id();
        let metadata = Metadata::first(self.id(), at).caused(id, at);
        let (name, schema) = (event.name().into(), event.schema());
        let data = event.encode().map_err(text)?;
        Ok(NewEvent { id, name, schema, data, tags: Vec::new(), metadata })
    }

    async fn replay(&self) -> Result<u64, String> {
        let decoder = EventDecoder::<Deposited>::new()
            .event("bank.Deposited", 1, |json| serde_json::from_slice(json));
        let head = self.store.head().await.map_err(text)?;
        let mut events = self.store.subscribe(EventQuery::all(), Position::START);
        let mut cents = 0;
        while *events.position() != head {
            let stored = events.next().await.map_err(text)?;
            cents += decoder.decode(&stored.event).map_err(text)?.amount;
        }
        Ok(cents)
    }

    async fn balance(&self, account: u64) -> Result<u64, String> {
        Ok(self.repository.load(&key(account)).await.map_err(text)?.state.cents)
    }

    async fn snapshot(&self, account: u64) -> Result<bool, String> {
        let loaded = self.repository.load(&key(account)).await.map_err(text)?;
        let stream = StreamName::new(Account::category(), key(account)).map_err(text)?;
        let data = loaded.state.save().ok_or("it has no snapshots")?.map_err(text)?;
        let (fingerprint, version): (u64, Version) = (Account::fingerprint(), loaded.version);
        let snapshot = Snapshot { stream, fingerprint, version, data };
        self.store.save_snapshot(snapshot).await.map_err(text)?;
        Ok(true)
    }
}

fn text(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

macro_rules! bank {
    ($bank:ident, $place:ident => $open:expr) => {
        impl Bank for $bank {
            async fn open($place: &Place) -> Result<Self, String> {
                Ok($bank(Rdddy::start($open).await?))
            }

            async fn deposit(&self, account: u64, times: u32) -> Result<bool, String> {
                self.0.deposit(account, times).await
            }

            async fn fill(&self, events: u64, accounts: u64) -> Result<(), String> {
                self.0.fill(events, accounts).await
            }

            async fn replay(&self) -> Result<u64, String> {
                self.0.replay().await
            }

            async fn balance(&self, account: u64) -> Result<u64, String> {
                self.0.balance(account).await
            }

            async fn snapshot(&self, account: u64) -> Result<bool, String> {
                self.0.snapshot(account).await
            }
        }
    };
}

bank!(Embedded, place => EmbeddedStore::open(place.file()).map_err(text)?);
bank!(Postgres, place => {
    let address = postgres::database(place).await?;
    PostgresStore::migrate(&address).await.map_err(text)?;
    PostgresStore::connect(&address).await.map_err(text)?
});
