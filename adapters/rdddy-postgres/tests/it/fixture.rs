//! What the tests share: databases, events, and running a future.

use std::sync::atomic::{AtomicU32, Ordering};

use rdddy_core::message::{MessageId, Metadata, Timestamp};
use rdddy_core::store::{
    Append, EventQuery, EventStore, Expected, NewEvent, Position, StoredEvent, StreamName, Tag,
};
use rdddy_postgres::PostgresStore;
use tokio_postgres::NoTls;

/// A database that goes away with the test, unless it fails.
pub(crate) struct Database(String);

impl Database {
    /// An empty database.
    pub(crate) async fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rdddy_{}_{count}", std::process::id());
        execute(&server(), &format!("create database {name}")).await;
        Database(name)
    }

    /// A database with an empty store.
    pub(crate) async fn migrated() -> Self {
        let database = Database::empty().await;
        PostgresStore::migrate(&database.address()).await.unwrap();
        database
    }

    pub(crate) fn address(&self) -> String {
        format!("{}/{}", server(), self.0)
    }

    /// The address for a role that has the rights of a running process and no others.
    pub(crate) async fn least(&self) -> String {
        let role = format!("{}_runtime", self.0);
        let sql = format!(
            "create role {role} login; revoke create on schema public from public; \
             grant usage on schema public to {role}; \
             grant select, insert, update on rdddy_head, rdddy_events, rdddy_tags, rdddy_commands, \
             rdddy_snapshots to {role}; grant select on rdddy_schema to {role}; \
             grant select, insert, update, delete on rdddy_documents to {role}"
        );
        execute(&self.address(), &sql).await;
        self.address().replacen("postgres@", &format!("{role}@"), 1)
    }

    pub(crate) async fn execute(&self, sql: &str) {
        execute(&self.address(), sql).await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let name = self.0.clone();
        let dropping = std::thread::spawn(move || {
            run(async {
                let role = format!("{name}_runtime");
                execute(&server(), &format!("drop database {name} with (force)")).await;
                execute(&server(), &format!("drop role if exists {role}")).await;
            });
        });
        dropping.join().unwrap();
    }
}

fn server() -> String {
    // Set by `cargo xtask test`.
    std::env::var("RDDDY_TEST_POSTGRES").unwrap()
}

pub(crate) async fn execute(address: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    let mut driver = tokio::task::JoinSet::new();
    driver.spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.join_next().await.unwrap().unwrap().unwrap();
}

pub(crate) fn run<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(body)
}

pub(crate) fn stream(key: &str) -> StreamName {
    StreamName::new("sales.Order", key).unwrap()
}

pub(crate) fn event(id: u128) -> NewEvent {
    let id = MessageId(id);
    NewEvent {
        id,
        name: "sales.OrderPlaced".into(),
        schema: 1,
        data: format!("{{\"order\":\"{id}\"}}").into_bytes(),
        tags: vec![Tag::new("order", &id.to_string()).unwrap()],
        metadata: Metadata::first(id, Timestamp::default()),
    }
}

pub(crate) fn append(key: &str, expected: Expected, id: u128) -> Append {
    Append::new(Timestamp::default()).to(stream(key), expected, vec![event(id)])
}

/// Every event, page by page.
pub(crate) async fn everything(store: &PostgresStore) -> Vec<StoredEvent> {
    let (mut events, mut after) = (Vec::new(), Position::START);
    loop {
        let page = store.read(&EventQuery::all(), &after, 1000).await.unwrap();
        events.extend(page.events);
        after = page.reached;
        if page.at_head {
            return events;
        }
    }
}
