//! `cqrs-es` on SQLite, with full synchronization, and on PostgreSQL; as its documentation has it.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, QueryReplay};
use cqrs_es::{Aggregate, AggregateContext, CqrsFramework, EventStore, Query};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor, PgPool};

use crate::bank::{Bank, Content, Outcome, name, text};
use crate::protocol::Place;

/// The columns that its documentation says, as SQLite and PostgreSQL have them.
const SQLITE_TABLE: &str = "create table events(
    aggregate_type text not null, aggregate_id text not null, sequence integer check (sequence >= 0) not null,
    event_type text not null, event_version text not null, payload text not null, metadata text not null,
    primary key (aggregate_type, aggregate_id, sequence)) strict";
const POSTGRES_TABLE: &str = "create table events(
    aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
    event_type text not null, event_version text not null, payload json not null, metadata json not null,
    primary key (aggregate_type, aggregate_id, sequence))";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    Deposited {
        account: String,
        amount: i64,
        currency: String,
        reference: String,
        teller: String,
        at: i64,
    },
}

impl cqrs_es::DomainEvent for Event {
    fn event_type(&self) -> String {
        "Deposited".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

struct Deposit {
    account: String,
    events: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Account {
    balance: i64,
    events: u64,
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Deposit;
    type Event = Event;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        deposit: Deposit,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        for _ in 0..deposit.events {
            let Content { account, amount, currency, reference, teller, at } =
                Content::of(&deposit.account, 1250);
            let (currency, teller) = (currency.to_owned(), teller.to_owned());
            let event = Event::Deposited { account, amount, currency, reference, teller, at };
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        let Event::Deposited { amount, .. } = event;
        self.balance += amount;
        self.events += 1;
    }
}

/// Counts what is replayed.
#[derive(Clone, Default)]
struct Seen {
    events: Arc<AtomicU64>,
    sum: Arc<AtomicI64>,
}

#[async_trait::async_trait]
impl Query<Account> for Seen {
    async fn dispatch(&self, _: &str, events: &[cqrs_es::EventEnvelope<Account>]) {
        for event in events {
            let Event::Deposited { amount, .. } = &event.payload;
            self.sum.fetch_add(*amount, Ordering::Relaxed);
            self.events.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub(crate) struct CqrsEs<R: PersistedEventRepository> {
    framework: CqrsFramework<Account, PersistedEventStore<R, Account>>,
    repository: fn(&Pool) -> R,
    pool: Pool,
}

enum Pool {
    Sqlite(sqlx::SqlitePool),
    Postgres(PgPool),
}

pub(crate) async fn sqlite(place: &Place) -> Outcome<impl Bank> {
    let file = format!("sqlite://{}", place.folder.join("cqrs.db").display());
    let options = SqliteConnectOptions::from_str(&file)
        .map_err(text)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options);
    let pool = pool.await.map_err(text)?;
    pool.execute(SQLITE_TABLE).await.map_err(text)?;
    Ok(CqrsEs {
        framework: sqlite_es::sqlite_cqrs(pool.clone(), vec![], ()),
        repository: |pool| match pool {
            Pool::Sqlite(pool) => sqlite_es::SqliteEventRepository::new(pool.clone()),
            Pool::Postgres(_) => unreachable!("made with the pool of its own engine"),
        },
        pool: Pool::Sqlite(pool),
    })
}

pub(crate) async fn postgres(place: &Place) -> Outcome<impl Bank> {
    let admin = PgPoolOptions::new().max_connections(1);
    let admin = admin.connect(&format!("{}/postgres", place.server)).await.map_err(text)?;
    let database = format!("bench_cqrs_{}", std::process::id());
    admin.execute(format!("create database {database}").as_str()).await.map_err(text)?;
    let pool = PgPoolOptions::new().max_connections(10).min_connections(10);
    let pool = pool.connect(&format!("{}/{database}", place.server)).await.map_err(text)?;
    pool.execute(POSTGRES_TABLE).await.map_err(text)?;
    Ok(CqrsEs {
        framework: postgres_es::postgres_cqrs(pool.clone(), vec![], ()),
        repository: |pool| match pool {
            Pool::Postgres(pool) => postgres_es::PostgresEventRepository::new(pool.clone()),
            Pool::Sqlite(_) => unreachable!("made with the pool of its own engine"),
        },
        pool: Pool::Postgres(pool),
    })
}

impl<R: PersistedEventRepository + Send + Sync + 'static> Bank for CqrsEs<R> {
    async fn deposit(&self, account: u64, events: u64) -> Outcome<bool> {
        let id = name(account);
        let deposit = Deposit { account: id.clone(), events };
        match self.framework.execute(&id, deposit).await {
            Ok(()) => Ok(true),
            // Its users try again.
            Err(cqrs_es::AggregateError::AggregateConflict) => Ok(false),
            Err(error) => Err(text(error)),
        }
    }

    async fn load(&self, account: u64) -> Outcome<u64> {
        let store =
            PersistedEventStore::<R, Account>::new_event_store((self.repository)(&self.pool));
        let mut loaded = store.load_aggregate(&name(account)).await.map_err(text)?;
        Ok(loaded.aggregate().events)
    }

    async fn replay(&self) -> Outcome<u64> {
        let seen = Seen::default();
        let replay = QueryReplay::new((self.repository)(&self.pool), seen.clone());
        replay.replay_all().await.map_err(text)?;
        Ok(seen.events.load(Ordering::Relaxed))
    }
}
