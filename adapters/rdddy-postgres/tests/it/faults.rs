//! What goes wrong on a server: each fault has its error, and loses nothing.

use rdddy_core::message::MessageId;
use rdddy_core::store::{EventQuery, EventStore, Expected, Position, ReadError, Version};
use rdddy_postgres::{OpenError, PostgresStore};

use crate::fixture::{Database, append, everything, run, stream};

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_database_without_tables_is_refused_with_the_command_that_makes_them() {
    run(async {
        let database = Database::empty().await;
        let refused = PostgresStore::connect(&database.address()).await.unwrap_err();
        assert!(matches!(refused, OpenError::NotMigrated { found: 0, required: 2 }), "{refused:?}");
        assert!(refused.to_string().contains("--example migrate"), "{refused}");
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_newer_schema_is_refused_and_left_alone() {
    run(async {
        let database = Database::migrated().await;
        database.execute("update rdddy_schema set version = 7").await;
        let address = database.address();
        for refused in [
            PostgresStore::connect(&address).await.map(drop),
            PostgresStore::migrate(&address).await,
        ] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, OpenError::NewerSchema { found: 7, .. }), "{refused:?}");
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_role_that_may_not_change_tables_runs_the_store_and_cannot_migrate() {
    run(async {
        let database = Database::empty().await;
        PostgresStore::migrate(&database.address()).await.unwrap();
        PostgresStore::migrate(&database.address()).await.unwrap();
        let address = database.least().await;
        let store = PostgresStore::connect(&address).await.unwrap();
        store.append(append("a", Expected::NoStream, 1)).await.unwrap();
        assert_eq!(everything(&store).await.len(), 1);
        database.execute("update rdddy_schema set version = 0").await;
        let refused = PostgresStore::migrate(&address).await.unwrap_err();
        assert!(matches!(refused, OpenError::Refused { .. }), "{refused:?}");
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_role_without_rights_is_refused() {
    run(async {
        let database = Database::migrated().await;
        let address = database.least().await;
        let store = PostgresStore::connect(&address).await.unwrap();
        database.execute("revoke insert on rdddy_events from public").await;
        let role = address.split("://").nth(1).unwrap().split('@').next().unwrap().to_owned();
        database.execute(&format!("revoke insert on rdddy_events from {role}")).await;
        let refused = store.append(append("a", Expected::Any, 1)).await.unwrap_err();
        assert!(matches!(refused, rdddy_core::store::AppendError::Refused { .. }), "{refused:?}");
        assert!(everything(&store).await.is_empty());
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_malformed_row_and_a_missing_one_are_damage_with_their_place() {
    run(async {
        let database = Database::migrated().await;
        let store = PostgresStore::connect(&database.address()).await.unwrap();
        for id in 1..=3 {
            store.append(append("a", Expected::Any, id)).await.unwrap();
        }
        for (damage, expected) in [
            ("update rdddy_events set metadata = '{' where position = 2", "position 2"),
            ("delete from rdddy_events where position = 2", "position 2"),
            ("delete from rdddy_events", "position 1"),
            ("delete from rdddy_head", "head"),
        ] {
            database.execute(damage).await;
            let found = store.read(&EventQuery::all(), &Position::START, 9).await;
            let Err(ReadError::Corrupt { place, .. }) = found else { unreachable!("{found:?}") };
            assert!(place.contains(expected), "{place}");
        }
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn connections_that_are_cut_are_made_again_and_nothing_is_lost_or_stored_twice() {
    const APPENDS: u128 = 400;
    run(async {
        let database = Database::migrated().await;
        let store = PostgresStore::connect(&database.address()).await.unwrap();
        let mut waiting = Vec::new();
        for id in 1..=APPENDS {
            let expected = Expected::Version(Version(u64::try_from(id).unwrap() - 1));
            waiting.push(store.append(append("a", expected, id)));
            if id % 100 == 50 {
                let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
                           where application_name = 'rdddy' and datname = current_database()";
                database.execute(cut).await;
            }
        }
        for appended in waiting {
            appended.await.unwrap();
        }
        let reopened = PostgresStore::connect(&database.address()).await.unwrap();
        let ids: Vec<u128> =
            everything(&reopened).await.iter().map(|stored| stored.event.id.0).collect();
        assert_eq!(ids, (1..=APPENDS).collect::<Vec<_>>());
    });
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn of_two_writers_one_wins_each_version_and_both_hear_of_it() {
    run(async {
        let database = Database::migrated().await;
        let one = PostgresStore::connect(&database.address()).await.unwrap();
        let other = PostgresStore::connect(&database.address()).await.unwrap();
        let mut won = 0;
        for round in 0..50_u64 {
            let expected = Expected::Version(Version(round));
            let id = u128::from(round) * 2;
            let (first, second) = (
                one.append(append("a", expected, id)),
                other.append(append("a", expected, id + 1)),
            );
            let outcomes = [first.await, second.await];
            won += outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert!(outcomes.iter().flat_map(|o| o.as_ref().err()).all(|lost| lost.is_conflict()));
            let before = Position::from_sequence(round);
            one.watch(&before).await.unwrap();
            other.watch(&before).await.unwrap();
        }
        assert_eq!(won, 50);
        assert_eq!(everything(&one).await, everything(&other).await);
        assert_eq!(one.read_stream(&stream("a"), Version(1), 99).await.unwrap().len(), 50);
        assert!(one.find_command(MessageId(1)).await.unwrap().is_none());
    });
}
