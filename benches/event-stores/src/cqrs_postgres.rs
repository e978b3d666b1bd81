//! cqrs-es on PostgreSQL, by postgres-es.

use postgres_es::{PostgresCqrs, PostgresEventRepository, postgres_cqrs};
use sqlx::Executor;
use sqlx::postgres::PgPool;

use crate::bank::Bank;
use crate::cqrs::{self, Account, AccountEvent, Deposit};
use crate::place::Place;
use crate::server;
use crate::work::{Content, key};

pub(crate) struct CqrsPostgres {
    pool: PgPool,
    framework: PostgresCqrs<Account>,
}

impl Bank for CqrsPostgres {
    async fn open(place: &Place) -> Result<Self, String> {
        let pool = server::database(place).await?;
        pool.execute(TABLES).await.map_err(|error| error.to_string())?;
        let framework = postgres_cqrs(pool.clone(), Vec::new(), ());
        Ok(CqrsPostgres { pool, framework })
    }

    async fn deposit(&self, account: u64, times: u32) -> Result<bool, String> {
        cqrs::outcome(self.framework.execute(&key(account), Deposit { account, times }).await)
    }

    async fn fill(&self, events: u64, accounts: u64) -> Result<(), String> {
        let text = |error: sqlx::Error| error.to_string();
        for first in (0..events).step_by(10_000) {
            let nths = first..events.min(first + 10_000);
            let (mut keys, mut versions, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
            for nth in nths {
                let event = AccountEvent::Deposited(Content::new(nth % accounts));
                keys.push(key(nth % accounts));
                versions.push((nth / accounts).cast_signed() + 1);
                payloads.push(serde_json::to_string(&event).map_err(|error| error.to_string())?);
            }
            let insert =
                "insert into events select 'account', k, v, 'Deposited', '1.0', p::json, '{}'
                 from unnest($1::text[], $2::bigint[], $3::text[]) as r(k, v, p)";
            let insert = sqlx::query(insert).bind(keys).bind(versions).bind(payloads);
            insert.execute(&self.pool).await.map_err(text)?;
        }
        self.pool.execute("analyze events").await.map_err(text)?;
        Ok(())
    }

    async fn replay(&self) -> Result<u64, String> {
        cqrs::replay(PostgresEventRepository::new(self.pool.clone())).await
    }

    async fn balance(&self, account: u64) -> Result<u64, String> {
        cqrs::balance(PostgresEventRepository::new(self.pool.clone()), account).await
    }
}

/// As its documentation has them.
const TABLES: &str = "create table events(aggregate_type text not null, aggregate_id text not null,
         sequence bigint check (sequence >= 0) not null, event_type text not null,
         event_version text not null, payload json not null, metadata json not null,
         primary key (aggregate_type, aggregate_id, sequence));
     create table snapshots(aggregate_type text not null, aggregate_id text not null,
         last_sequence bigint not null, current_snapshot bigint not null, payload json not null,
         primary key (aggregate_type, aggregate_id, last_sequence));";
