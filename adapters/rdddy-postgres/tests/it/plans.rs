//! Statements that were planned while the tables were empty: they do not read more as those grow.

use rdddy_core::message::MessageId;
use rdddy_core::store::{EventQuery, EventStore, Expected, Position, QueryItem, Tag, Version};
use rdddy_postgres::PostgresStore;

use crate::fixture::{Database, append, run, stream};

const APPENDS: u128 = 400;

/// One number that the server has counted.
async fn count(database: &Database, sql: &str) -> i64 {
    let (client, connection) =
        tokio_postgres::connect(&database.address(), tokio_postgres::NoTls).await.unwrap();
    let mut driver = tokio::task::JoinSet::new();
    driver.spawn(connection);
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn an_append_reads_as_little_from_full_tables_as_from_empty_ones() {
    let database = run(Database::migrated());
    run(async {
        let store = PostgresStore::connect(&database.address()).await.unwrap();
        for id in 0..APPENDS {
            // Half of them on one stream, the others each on its own.
            let key = if id % 2 == 0 { "hot".to_owned() } else { id.to_string() };
            let append = append(&key, Expected::Any, id).answering(MessageId(id), Vec::new());
            store.append(append).await.unwrap();
        }
        let (tag, after) = (Tag::new("order", "x").unwrap(), Position::START);
        let tagged = EventQuery::all().or(QueryItem::tagged([tag]));
        assert!(store.read(&tagged, &after, 10).await.unwrap().events.is_empty());
        let read = store.read_stream(&stream("hot"), Version(APPENDS as u64 / 2), 10).await;
        assert_eq!(read.unwrap().len(), 1);
        drop(store);
        // A process of the server tells what it has counted at its end.
        let commands = "select (idx_scan)::bigint from pg_stat_user_tables \
                        where relname = 'rdddy_commands'";
        while count(&database, commands).await < 1 {}
        let whole = count(
            &database,
            "select coalesce(sum(seq_tup_read), 0)::bigint from pg_stat_user_tables \
             where relname in ('rdddy_events', 'rdddy_commands', 'rdddy_tags')",
        );
        assert_eq!(whole.await, 0, "rows of tables that were read whole");
        let of_category = count(
            &database,
            "select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes \
             where indexrelname = 'rdddy_events_by_category'",
        );
        assert_eq!(of_category.await, 0, "rows of other streams");
    });
}
