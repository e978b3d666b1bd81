//! PostgreSQL's driver by hand: a safe transaction for each command, and bulk inserts.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

use crate::bank::{Bank, Content, Dice, Outcome, measure, name, text};
use crate::protocol::Place;

const TABLES: &str = "
    create table head(position bigint not null); insert into head values (0);
    create table events(position bigint primary key, stream text not null, version bigint not null,
        name text not null, data text not null, unique (stream, version));";

async fn connect(address: &str) -> Outcome<Client> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.map_err(text)?;
    tokio::spawn(connection);
    Ok(client)
}

/// The address of a new database.
pub(crate) async fn new_database(place: &Place) -> Outcome<String> {
    let admin = connect(&format!("{}/postgres", place.server)).await?;
    let database = format!("bench_{}", std::process::id());
    admin.batch_execute(&format!("create database {database}")).await.map_err(text)?;
    Ok(format!("{}/{database}", place.server))
}

fn data(account: &str) -> String {
    let Content { account, amount, currency, reference, teller, at } = Content::of(account, 1250);
    format!(
        r#"{{"account":"{account}","amount":{amount},"currency":"{currency}","reference":"{reference}","teller":"{teller}","at":{at}}}"#
    )
}

/// Each command in a transaction of its own, with positions that leave no gap: the row of the head is
/// locked until the commit.
struct Transactions {
    clients: Vec<Mutex<Client>>,
    next: std::sync::atomic::AtomicUsize,
}

impl Bank for Arc<Transactions> {
    async fn deposit(&self, account: u64, events: u64) -> Outcome<bool> {
        let nth = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut client = self.clients[nth % self.clients.len()].lock().await;
        let stream = name(account);
        let sql = "select coalesce(max(version), 0) from events where stream = $1";
        let version = client.prepare_cached(sql).await?;
        let load = client.query_one(&version, &[&stream]).await.map_err(text)?;
        let version: i64 = load.get(0);
        let content: Vec<String> = (0..events).map(|_| data(&stream)).collect();
        let insert = client
            .prepare_cached(
                "with moved as (update head set position = position + $3 returning position - $3 as before)
                 insert into events select before + nth, $1, $2 + nth, 'bank.Deposited', data
                 from moved, unnest($4::text[]) with ordinality as new(data, nth)",
            )
            .await?;
        let transaction = client.transaction().await.map_err(text)?;
        let count = events.cast_signed();
        let stored = transaction.execute(&insert, &[&stream, &version, &count, &content]).await;
        match stored {
            Ok(_) => transaction.commit().await.map(|()| true).map_err(text),
            // Somebody else was first.
            Err(_) => Ok(false),
        }
    }

    async fn load(&self, _: u64) -> Outcome<u64> {
        Err("it folds nothing".to_owned())
    }

    async fn replay(&self) -> Outcome<u64> {
        Err("it decodes nothing".to_owned())
    }
}

/// Statements, prepared once for each connection.
trait Cached {
    async fn prepare_cached(&self, sql: &str) -> Outcome<tokio_postgres::Statement>;
}

impl Cached for Client {
    async fn prepare_cached(&self, sql: &str) -> Outcome<tokio_postgres::Statement> {
        self.prepare(sql).await.map_err(text)
    }
}

pub(crate) async fn transaction(place: &Place, workload: &str) -> Outcome<Option<f64>> {
    if matches!(workload, "replay" | "rehydrate" | "rehydrate-snapshot") {
        return Ok(None);
    }
    let address = new_database(place).await?;
    connect(&address).await?.batch_execute(TABLES).await.map_err(text)?;
    let mut clients = Vec::new();
    for _ in 0..16 {
        clients.push(Mutex::new(connect(&address).await?));
    }
    measure(Arc::new(Transactions { clients, next: 0.into() }), workload, place.budget).await
}

/// One connection, a thousand events at a time.
pub(crate) async fn unnest(place: &Place, workload: &str) -> Outcome<Option<f64>> {
    if workload != "ten-events" {
        return Ok(None);
    }
    let address = new_database(place).await?;
    let client = connect(&address).await?;
    client.batch_execute(TABLES).await.map_err(text)?;
    let insert = "insert into events select * from
        unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[])";
    let insert = client.prepare(insert).await.map_err(text)?;
    let (mut dice, mut position) = (Dice(7), 0_i64);
    let (started, mut written) = (Instant::now(), 0);
    while started.elapsed() < place.budget {
        let positions: Vec<i64> = (position + 1..=position + 1000).collect();
        position += 1000;
        let streams: Vec<String> = (0..1000).map(|_| name(dice.roll() % 10_000)).collect();
        let names = vec!["bank.Deposited".to_owned(); 1000];
        let content: Vec<String> = streams.iter().map(|stream| data(stream)).collect();
        client
            .execute(&insert, &[&positions, &streams, &positions, &names, &content])
            .await
            .map_err(text)?;
        written += 1000;
    }
    Ok(Some(f64::from(written) / started.elapsed().as_secs_f64()))
}
