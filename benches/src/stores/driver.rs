//! SQLite's driver by hand: what no store on it can beat by much. One thread, prepared batches, one
//! index, nothing checked, nothing but the event stored.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Result};

use crate::stopwatch::Stopwatch;
use crate::work::{Dice, ROUND, STREAMS, data};

/// Events per second, in transactions of `batch` events.
pub(crate) fn run(file: &Path, batch: u64, budget: Duration) -> Result<f64> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 20000;
         pragma cache_size = -65536;
         create table events(position integer primary key, stream integer not null,
             version integer not null, name text not null, at integer not null, data text not null) strict;
         create unique index events_by_stream on events(stream, version);",
    )?;
    let mut versions = vec![0_i64; STREAMS as usize];
    let (mut dice, mut position) = (Dice(7), 0_i64);
    let mut stopwatch = Stopwatch::new(budget);
    while stopwatch.has_time() {
        stopwatch.start();
        for _ in 0..ROUND / batch {
            connection.prepare_cached("begin immediate")?.execute([])?;
            for _ in 0..batch {
                let stream = dice.roll() % STREAMS;
                let version = &mut versions[stream as usize];
                (*version, position) = (*version + 1, position + 1);
                connection
                    .prepare_cached("insert into events values (?1, ?2, ?3, 'bank.Deposited', 1795370000000, ?4)")?
                    .execute((position, stream.cast_signed(), *version, data(stream)))?;
            }
            connection.prepare_cached("commit")?.execute([])?;
        }
        stopwatch.stop(ROUND);
    }
    Ok(stopwatch.per_second())
}
