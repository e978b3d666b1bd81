//! cqrs-es on SQLite, by sqlite-es. It ships with synchronous NORMAL, which may lose what it has
//! acknowledged when the machine stops; here it is FULL, as for everybody else.

use sqlite_es::{SqliteCqrs, SqliteEventRepository, sqlite_cqrs};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::bank::Bank;
use crate::cqrs::{self, Account, AccountEvent, Deposit};
use crate::place::Place;
use crate::work::{Content, key};

pub(crate) struct CqrsSqlite {
    pool: SqlitePool,
    framework: SqliteCqrs<Account>,
}

impl Bank for CqrsSqlite {
    async fn open(place: &Place) -> Result<Self, String> {
        let options = SqliteConnectOptions::new()
            .filename(place.file())
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options).await;
        let pool = pool.map_err(|error| error.to_string())?;
        for table in TABLES {
            sqlx::query(table).execute(&pool).await.map_err(|error| error.to_string())?;
        }
        let framework = sqlite_cqrs(pool.clone(), Vec::new(), ());
        Ok(CqrsSqlite { pool, framework })
    }

    async fn deposit(&self, account: u64, times: u32) -> Result<bool, String> {
        cqrs::outcome(self.framework.execute(&key(account), Deposit { account, times }).await)
    }

    async fn fill(&self, events: u64, accounts: u64) -> Result<(), String> {
        let text = |error: sqlx::Error| error.to_string();
        let mut transaction = self.pool.begin().await.map_err(text)?;
        for nth in 0..events {
            let event = AccountEvent::Deposited(Content::new(nth % accounts));
            let payload = serde_json::to_string(&event).map_err(|error| error.to_string())?;
            sqlx::query(
                "insert into events values ('account', ?1, ?2, 'Deposited', '1.0', ?3, '{}')",
            )
            .bind(key(nth % accounts))
            .bind((nth / accounts).cast_signed() + 1)
            .bind(payload)
            .execute(&mut *transaction)
            .await
            .map_err(text)?;
        }
        transaction.commit().await.map_err(text)
    }

    async fn replay(&self) -> Result<u64, String> {
        cqrs::replay(SqliteEventRepository::new(self.pool.clone())).await
    }

    async fn balance(&self, account: u64) -> Result<u64, String> {
        cqrs::balance(SqliteEventRepository::new(self.pool.clone()), account).await
    }
}

/// As its documentation has them.
const TABLES: [&str; 2] = [
    "create table events(aggregate_type text not null, aggregate_id text not null,
         sequence integer not null check (sequence >= 0), event_type text not null,
         event_version text not null, payload text not null, metadata text not null,
         primary key (aggregate_type, aggregate_id, sequence))",
    "create table snapshots(aggregate_type text not null, aggregate_id text not null,
         last_sequence integer not null, current_snapshot integer not null, payload text not null,
         primary key (aggregate_type, aggregate_id))",
];
