//! SQLite's driver by hand: what no store on it can beat by much. One thread, prepared batches, one
//! index, nothing checked, nothing but the event stored.

use std::time::Instant;

use rusqlite::Connection;
use serde::Deserialize;

use crate::bank::{ACCOUNTS, Content, Dice, Outcome, name, text};
use crate::protocol::Place;

/// Batches of as many events as there are callers; a typed scan for `replay`.
pub(crate) fn measure(place: &Place, workload: &str) -> Outcome<Option<f64>> {
    let mut raw = Raw::open(place).map_err(text)?;
    let measured = match workload {
        "commands-64" => raw.write(64, ACCOUNTS, place),
        "commands-1024" => raw.write(1024, ACCOUNTS, place),
        "ten-events" => raw.write(640, ACCOUNTS, place),
        "hot" => raw.write(64, 1, place),
        "sequential" => raw.write(1, 1, place),
        "replay" => raw.replay(place),
        _ => return Ok(None),
    };
    measured.map(Some).map_err(text)
}

struct Raw {
    connection: Connection,
    versions: Vec<i64>,
    position: i64,
    dice: Dice,
}

fn data(account: &str) -> String {
    let Content { account, amount, currency, reference, teller, at } = Content::of(account, 1250);
    format!(
        r#"{{"account":"{account}","amount":{amount},"currency":"{currency}","reference":"{reference}","teller":"{teller}","at":{at}}}"#
    )
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "all of it is decoded, as by everybody")]
struct Deposited {
    account: String,
    amount: i64,
    currency: String,
    reference: String,
    teller: String,
    at: i64,
}

impl Raw {
    fn open(place: &Place) -> rusqlite::Result<Self> {
        let connection = Connection::open(place.folder.join("raw.db"))?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 20000;
             pragma cache_size = -65536;
             create table events(position integer primary key, stream integer not null,
                 version integer not null, name text not null, at integer not null, data text not null) strict;
             create unique index events_by_stream on events(stream, version);",
        )?;
        Ok(Raw { connection, versions: vec![0; ACCOUNTS as usize], position: 0, dice: Dice(7) })
    }

    fn batch(&mut self, batch: u64, accounts: u64) -> rusqlite::Result<()> {
        self.connection.prepare_cached("begin immediate")?.execute([])?;
        for _ in 0..batch {
            let account = self.dice.roll() % accounts;
            let version = &mut self.versions[account as usize];
            (*version, self.position) = (*version + 1, self.position + 1);
            self.connection
                .prepare_cached("insert into events values (?1, ?2, ?3, 'bank.Deposited', 1795370000000, ?4)")?
                .execute((self.position, account.cast_signed(), *version, data(&name(account))))?;
        }
        self.connection.prepare_cached("commit")?.execute([])?;
        Ok(())
    }

    fn write(&mut self, batch: u64, accounts: u64, place: &Place) -> rusqlite::Result<f64> {
        let (started, mut written) = (Instant::now(), 0);
        while started.elapsed() < place.budget {
            self.batch(batch, accounts)?;
            written += batch;
        }
        Ok(written as f64 / started.elapsed().as_secs_f64())
    }

    fn replay(&mut self, place: &Place) -> rusqlite::Result<f64> {
        let quick = place.budget.as_secs() < 2;
        let wanted: u64 = if quick { 100_000 } else { 1_000_000 };
        for _ in 0..wanted / 10_000 {
            self.batch(10_000, ACCOUNTS)?;
        }
        let (started, mut found, mut sum) = (Instant::now(), 0_u64, 0);
        while found == 0 || started.elapsed() < place.budget {
            let mut scan = self.connection.prepare_cached("select data from events order by position")?;
            let mut rows = scan.query([])?;
            while let Some(row) = rows.next()? {
                let json = row.get_ref(0)?.as_bytes()?;
                let event: Result<Deposited, _> = serde_json::from_slice(json);
                sum += event.map_or(0, |event| event.amount);
                found += 1;
            }
        }
        std::hint::black_box(sum);
        Ok(found as f64 / started.elapsed().as_secs_f64())
    }
}
