//! disintegrate on PostgreSQL: a decision reads the account's events and refuses when there are new ones.

use disintegrate::serde::json::Json;
use disintegrate::{
    Decision, Event, EventStore, NoSnapshot, StateMutate, StateQuery, StreamItem, query,
};
use disintegrate_postgres::{PgEventStore, decision_maker};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use sqlx::Executor;
use sqlx::postgres::PgPool;

use crate::bank::Bank;
use crate::place::Place;
use crate::server;
use crate::work::{Content, key};

#[derive(Clone, Debug, Deserialize, Event, PartialEq, Serialize)]
#[stream(AccountEvent, [Deposited])]
pub(crate) enum BankEvent {
    Deposited {
        #[id]
        account: String,
        amount: u64,
        currency: String,
        reference: String,
        channel: String,
        at: u64,
    },
}

#[derive(Clone, Default, Deserialize, Serialize, StateQuery)]
#[state_query(AccountEvent)]
pub(crate) struct Account {
    #[id]
    account: String,
    cents: u64,
}

impl StateMutate for Account {
    fn mutate(&mut self, event: AccountEvent) {
        let AccountEvent::Deposited { amount, .. } = event;
        self.cents += amount;
    }
}

struct Deposit {
    account: u64,
    times: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("nothing is deposited")]
struct NotADeposit;

impl Decision for Deposit {
    type Event = BankEvent;
    type StateQuery = Account;
    type Error = NotADeposit;

    fn state_query(&self) -> Account {
        Account { account: key(self.account), cents: 0 }
    }

    fn process(&self, _: &Account) -> Result<Vec<BankEvent>, NotADeposit> {
        if self.times == 0 {
            return Err(NotADeposit);
        }
        Ok((0..self.times).map(|_| deposited(self.account)).collect())
    }
}

fn deposited(account: u64) -> BankEvent {
    let Content { account, amount, currency, reference, channel, at } = Content::new(account);
    BankEvent::Deposited { account, amount, currency, reference, channel, at }
}

pub(crate) struct Disintegrate {
    pool: PgPool,
    store: PgEventStore<BankEvent, Json<BankEvent>>,
}

impl Bank for Disintegrate {
    async fn open(place: &Place) -> Result<Self, String> {
        let pool = server::database(place).await?;
        let store = match PgEventStore::try_new(pool.clone(), Json::default()).await {
            Ok(store) => store,
            // Its tables need PostgreSQL 16: a number in them is hexadecimal. The same in decimal:
            Err(_) => {
                pool.execute(TABLES).await.map_err(|error| error.to_string())?;
                PgEventStore::new_uninitialized(pool.clone(), Json::default())
            }
        };
        Ok(Disintegrate { pool, store })
    }

    async fn deposit(&self, account: u64, times: u32) -> Result<bool, String> {
        // Most refusals are those of its serializable transactions, under whatever name.
        let maker = decision_maker(self.store.clone(), NoSnapshot);
        Ok(maker.make(Deposit { account, times }).await.is_ok())
    }

    async fn fill(&self, events: u64, accounts: u64) -> Result<(), String> {
        let text = |error: sqlx::Error| error.to_string();
        for first in (0..events).step_by(10_000) {
            let (mut keys, mut payloads) = (Vec::new(), Vec::new());
            for nth in first..events.min(first + 10_000) {
                keys.push(key(nth % accounts));
                let event = serde_json::to_vec(&deposited(nth % accounts));
                payloads.push(event.map_err(|error| error.to_string())?);
            }
            let insert = "insert into event(event_type, payload, account)
                 select 'Deposited', p, k from unnest($1::text[], $2::bytea[]) as r(k, p)";
            let insert = sqlx::query(insert).bind(keys).bind(payloads);
            insert.execute(&self.pool).await.map_err(text)?;
        }
        self.pool.execute("analyze event").await.map_err(text)?;
        Ok(())
    }

    async fn replay(&self) -> Result<u64, String> {
        let all = query!(BankEvent);
        let mut events = self.store.stream::<BankEvent>(&all);
        let mut cents = 0;
        while let Some(item) = events.next().await {
            if let StreamItem::Event(event) = item.map_err(|error| error.to_string())? {
                let BankEvent::Deposited { amount, .. } = event.into_inner();
                cents += amount;
            }
        }
        Ok(cents)
    }

    async fn balance(&self, account: u64) -> Result<u64, String> {
        let mut state = Account { account: key(account), cents: 0 };
        let query = state.query();
        let mut events = self.store.stream(&query);
        while let Some(item) = events.next().await {
            if let StreamItem::Event(event) = item.map_err(|error| error.to_string())? {
                state.mutate(event.into_inner());
            }
        }
        Ok(state.cents)
    }
}

/// What `try_new` makes.
const TABLES: &str = include_str!("disintegrate.sql");
