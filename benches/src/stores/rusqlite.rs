//! SQLite's driver by hand: what no store on it can beat by much. One thread, prepared batches, one
//! index, nothing checked, nothing but the event stored.

use std::time::{Duration, Instant};

use rusqlite::{Connection, Result};

use crate::place::Place;
use crate::work::{ACCOUNTS, Content, Dice};
use crate::workload::{LONG, Measured, Workload, expect, replayed};

/// Commands in batches of as many as there are callers; reads decode into the type.
pub(crate) fn measure(workload: Workload, place: &Place, budget: Duration) -> Measured {
    match workload {
        Workload::Rehydrate { snapshot: true } => Ok(Err("it has no snapshots")),
        _ => run(workload, place, budget).map(Ok),
    }
}

fn run(workload: Workload, place: &Place, budget: Duration) -> Result<f64, String> {
    let text = |error: rusqlite::Error| error.to_string();
    let mut file = File::open(place).map_err(text)?;
    match workload {
        Workload::Commands { callers, accounts, events, .. } => {
            let batch = callers * u64::from(events);
            let (mut dice, mut written, started) = (Dice(7), 0_u64, Instant::now());
            while started.elapsed() < budget {
                file.batch(batch, |_| dice.roll() % accounts).map_err(text)?;
                written += batch;
            }
            Ok(written as f64 / started.elapsed().as_secs_f64())
        }
        Workload::Replay => {
            let events = replayed(budget);
            file.batch(events, |nth| nth % ACCOUNTS).map_err(text)?;
            let mut fastest = f64::MAX;
            for _ in 0..2 {
                let started = Instant::now();
                let all = "select stream, version, name, at, data from events order by position";
                expect(file.sum(all)?, events)?;
                fastest = fastest.min(started.elapsed().as_secs_f64());
            }
            Ok(events as f64 / fastest)
        }
        Workload::Rehydrate { .. } => {
            file.batch(LONG, |_| 0).map_err(text)?;
            let (started, mut times) = (Instant::now(), 0_u32);
            while times == 0 || started.elapsed() < budget {
                let one = "select stream, version, name, at, data from events where stream = 0 order by version";
                expect(file.sum(one)?, LONG)?;
                times += 1;
            }
            Ok(started.elapsed().as_secs_f64() * 1e3 / f64::from(times))
        }
    }
}

struct File {
    connection: Connection,
    versions: Vec<i64>,
    position: i64,
}

impl File {
    fn open(place: &Place) -> Result<Self> {
        let connection = Connection::open(place.file())?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 20000;
             pragma cache_size = -65536;
             create table events(position integer primary key, stream integer not null,
                 version integer not null, name text not null, at integer not null, data text not null)
                 strict;
             create unique index events_by_stream on events(stream, version);",
        )?;
        Ok(File { connection, versions: vec![0; ACCOUNTS as usize], position: 0 })
    }

    /// Writes `events` in one transaction.
    fn batch(&mut self, events: u64, mut account: impl FnMut(u64) -> u64) -> Result<()> {
        self.connection.prepare_cached("begin immediate")?.execute([])?;
        for nth in 0..events {
            let account = account(nth);
            let version = &mut self.versions[account as usize];
            (*version, self.position) = (*version + 1, self.position + 1);
            let data = serde_json::to_string(&Content::new(account)).unwrap_or_default();
            self.connection
                .prepare_cached(
                    "insert into events values (?1, ?2, ?3, 'bank.Deposited', 1795370000000, ?4)",
                )?
                .execute((self.position, account.cast_signed(), *version, data))?;
        }
        self.connection.prepare_cached("commit")?.execute([])?;
        Ok(())
    }

    /// The cents of the events that `sql` selects: a typed scan on one thread.
    fn sum(&self, sql: &str) -> Result<u64, String> {
        let text = |error: rusqlite::Error| error.to_string();
        let mut select = self.connection.prepare_cached(sql).map_err(text)?;
        let mut rows = select.query([]).map_err(text)?;
        let mut cents = 0;
        while let Some(row) = rows.next().map_err(text)? {
            let data: String = row.get(4).map_err(text)?;
            let content: Content =
                serde_json::from_str(&data).map_err(|error| error.to_string())?;
            cents += content.amount;
        }
        Ok(cents)
    }
}
