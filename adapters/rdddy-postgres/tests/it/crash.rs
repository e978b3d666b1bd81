//! A server that crashes and comes back while a process writes. It runs apart from the other tests,
//! whose server it is.

use std::process::{Command, Stdio};

use rdddy_core::message::MessageId;
use rdddy_core::store::{EventStore, Expected, Version};
use rdddy_postgres::PostgresStore;

use crate::fixture::{Database, append, everything, run};

const CRASHES: u128 = 5;
const APPENDS: u128 = 200;

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn nothing_is_lost_or_stored_twice_when_the_server_crashes() {
    // The command that crashes the server and starts it again, its words separated by tabs.
    let restart = std::env::var("RDDDY_TEST_POSTGRES_RESTART").unwrap();
    run(async {
        let database = Database::migrated().await;
        let store = PostgresStore::connect(&database.address()).await.unwrap();
        for crash in 0..CRASHES {
            let ids = crash * APPENDS + 1..=(crash + 1) * APPENDS;
            let appends: Vec<_> = ids
                .map(|id| {
                    let expected = Expected::Version(Version(u64::try_from(id).unwrap() - 1));
                    let append = append("a", expected, id);
                    let with_command = id % 2 == 0;
                    store.append(if with_command {
                        append.answering(MessageId(id), b"ok".to_vec())
                    } else {
                        append
                    })
                })
                .collect();
            let mut words = restart.split('\t');
            let mut command = Command::new(words.next().unwrap());
            command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
            assert!(command.status().unwrap().success(), "the server does not come back");
            for appended in appends {
                appended.await.unwrap();
            }
        }
        let fresh = PostgresStore::connect(&database.address()).await.unwrap();
        let ids: Vec<u128> = everything(&fresh).await.iter().map(|one| one.event.id.0).collect();
        assert_eq!(ids, (1..=CRASHES * APPENDS).collect::<Vec<_>>());
    });
}
