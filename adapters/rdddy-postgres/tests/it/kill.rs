//! A writing process that is killed: nothing acknowledged is lost, nothing is stored twice.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use rdddy_core::message::MessageId;
use rdddy_core::store::{EventStore, Expected};
use rdddy_postgres::PostgresStore;

use crate::fixture::{Database, append, everything, run};

const ADDRESS: &str = "RDDDY_KILL_ADDRESS";
const FIRST: &str = "RDDDY_KILL_FIRST";
const KILLS: u64 = 50;
/// Appends of which the child awaits all before it goes on.
const ROUND: u128 = 16;

/// The process that is killed: every id that it prints has been acknowledged.
#[test]
#[ignore = "run by the test that kills it"]
fn writes_until_it_is_killed() {
    // Run with all the others, it has nothing to do.
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let store = run(PostgresStore::connect(&address)).unwrap();
    let first: u128 = std::env::var(FIRST).unwrap().parse().unwrap();
    run(async {
        for round in 0.. {
            let ids: Vec<u128> = (0..ROUND).map(|n| first + round * ROUND + n).collect();
            let appends = ids.iter().map(|id| {
                let append = append(&(id % 5).to_string(), Expected::Any, *id);
                // The last round of the process before is sent again.
                store.append(append.answering(MessageId(*id), b"ok".to_vec()))
            });
            for (id, acknowledged) in ids.iter().zip(appends.collect::<Vec<_>>()) {
                acknowledged.await.unwrap();
                // Not `println!`, which the test harness would swallow.
                writeln!(std::io::stdout(), "\nacknowledged {id}").unwrap();
            }
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn nothing_acknowledged_is_lost_and_nothing_is_stored_twice_when_the_process_is_killed() {
    let database = run(Database::migrated());
    let store = run(PostgresStore::connect(&database.address())).unwrap();
    let mut acknowledged = BTreeSet::new();
    for kill in 0..KILLS {
        let first = acknowledged.last().map_or(0, |last: &u128| last - last % ROUND);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::writes_until_it_is_killed", "--ignored", "--nocapture"])
            .env(ADDRESS, database.address())
            .env(FIRST, first.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        // Somewhere in a round, which is somewhere in a group.
        let enough = usize::try_from(kill * 7919 % 211 + 1).unwrap();
        let ids = output.lines().map(Result::unwrap).filter_map(|line| {
            line.strip_prefix("acknowledged ").and_then(|id| id.parse::<u128>().ok())
        });
        let mut ids = ids.inspect(|id| {
            acknowledged.insert(*id);
        });
        assert_eq!(ids.by_ref().take(enough).count(), enough, "the child ended by itself");
        child.kill().unwrap();
        // What it could still say before it died counts.
        ids.for_each(drop);
        child.wait().unwrap();

        let stored = run(everything(&store));
        let ids: BTreeSet<u128> = stored.iter().map(|stored| stored.event.id.0).collect();
        assert_eq!(ids.len(), stored.len(), "something is stored twice");
        let lost: Vec<_> = acknowledged.difference(&ids).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    }
}
