//! PostgreSQL's driver by hand: a transaction for each command, and the fastest way to insert.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

use crate::place::Place;
use crate::work::{ACCOUNTS, Content, Dice, key};
use crate::workload::{LONG, Measured, Workload, expect, replayed};

/// Connections of `transaction`, and events of a statement of `unnest`.
const CONNECTIONS: u64 = 64;
const ROWS: u64 = 1000;
const ROW: &str = "insert into events select $1 + n, s, v, 'bank.Deposited', 1795370000000, d \
     from unnest($2::text[], $3::bigint[], $4::text[]) with ordinality as r(s, v, d, n)";
const COLUMNS: &str = "stream, version, name, at, data";

type Sql<T> = Result<T, tokio_postgres::Error>;

/// Makes a database on the server, and returns its address.
pub(crate) async fn database(place: &Place) -> Result<String, String> {
    let (server, name) = (place.server()?, format!("bench{}", std::process::id()));
    let admin = connect(&format!("{server}/postgres")).await.map_err(text)?;
    let make = format!("drop database if exists {name} with (force)");
    admin.batch_execute(&make).await.map_err(text)?;
    admin.batch_execute(&format!("create database {name}")).await.map_err(text)?;
    Ok(format!("{server}/{name}"))
}

async fn connect(address: &str) -> Sql<Client> {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
    // It ends with the client.
    tokio::spawn(connection);
    Ok(client)
}

/// Each command a transaction of its own that takes the next positions from a row, so that they are
/// visible in order; what the stream looks like is known in memory.
pub(crate) fn transaction(workload: Workload, place: &Place, budget: Duration) -> Measured {
    match workload {
        Workload::Commands { callers, accounts, events, .. } => {
            block_on(storm(place, callers, accounts, events, budget))
        }
        _ => Ok(Err("reads are those of postgres-unnest")),
    }
}

/// A thousand events a statement, on one connection, nothing checked; and typed scans.
pub(crate) fn unnest(workload: Workload, place: &Place, budget: Duration) -> Measured {
    match workload {
        Workload::Commands { name: "ten-events" | "commands-1024", .. } => {
            block_on(insert(place, budget))
        }
        Workload::Commands { .. } => Ok(Err("it has no callers")),
        Workload::Replay => block_on(scan(place, replayed(budget), ACCOUNTS, None)),
        Workload::Rehydrate { snapshot: false } => block_on(scan(place, LONG, 1, Some(budget))),
        Workload::Rehydrate { snapshot: true } => Ok(Err("it has no snapshots")),
    }
}

fn block_on(work: impl Future<Output = Result<f64, String>>) -> Measured {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work).map(Ok)
}

async fn tables(address: &str) -> Result<Client, String> {
    let client = connect(address).await.map_err(text)?;
    let make = "create table head(position bigint not null); insert into head values (0);
         create table events(position bigint primary key, stream text not null,
             version bigint not null, name text not null, at bigint not null, data text not null,
             unique (stream, version));";
    client.batch_execute(make).await.map_err(text)?;
    Ok(client)
}

async fn storm(
    place: &Place,
    callers: u64,
    accounts: u64,
    events: u32,
    budget: Duration,
) -> Result<f64, String> {
    let address = database(place).await?;
    tables(&address).await?;
    let versions: Arc<Vec<Mutex<i64>>> =
        Arc::new((0..accounts).map(|_| Mutex::default()).collect());
    let mut clients = Vec::new();
    for _ in 0..callers.min(CONNECTIONS) {
        clients.push(connect(&address).await.map_err(text)?);
    }
    let started = Instant::now();
    let tasks: Vec<_> = clients
        .into_iter()
        .zip(1_u64..)
        .map(|(mut client, nth)| {
            let versions = Arc::clone(&versions);
            tokio::spawn(async move {
                let (mut dice, mut done) = (Dice(nth << 32), 0_u64);
                while started.elapsed() < budget {
                    let account = dice.roll() % accounts;
                    let mut version = versions[account as usize].lock().await;
                    command(&mut client, account, *version, events).await?;
                    *version += i64::from(events);
                    done += u64::from(events);
                }
                Sql::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.map_err(|error| error.to_string())?.map_err(text)?;
    }
    Ok(done as f64 / started.elapsed().as_secs_f64())
}

async fn command(client: &mut Client, account: u64, version: i64, events: u32) -> Sql<()> {
    let rows = Rows::new((1..=i64::from(events)).map(|nth| (account, version + nth)));
    // Prepared once in a connection: the driver's statements are not, so they are named here.
    let transaction = client.transaction().await?;
    let head = transaction
        .query_typed(
            "update head set position = position + $1 returning position - $1",
            &[(&i64::from(events), tokio_postgres::types::Type::INT8)],
        )
        .await?;
    let first: i64 = head.first().map_or(0, |row| row.get(0));
    rows.insert(&transaction, first).await?;
    transaction.commit().await
}

/// The columns of new events.
struct Rows {
    streams: Vec<String>,
    versions: Vec<i64>,
    data: Vec<String>,
}

impl Rows {
    fn new(events: impl Iterator<Item = (u64, i64)>) -> Self {
        let mut rows = Rows { streams: Vec::new(), versions: Vec::new(), data: Vec::new() };
        for (account, version) in events {
            rows.streams.push(key(account));
            rows.versions.push(version);
            rows.data.push(serde_json::to_string(&Content::new(account)).unwrap_or_default());
        }
        rows
    }

    async fn insert(&self, client: &impl tokio_postgres::GenericClient, after: i64) -> Sql<u64> {
        use tokio_postgres::types::Type;
        let Rows { streams, versions, data } = self;
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] = [
            (&after, Type::INT8),
            (streams, Type::TEXT_ARRAY),
            (versions, Type::INT8_ARRAY),
            (data, Type::TEXT_ARRAY),
        ];
        let rows = client.query_typed(ROW, &parameters).await?;
        Ok(rows.len() as u64)
    }
}

async fn insert(place: &Place, budget: Duration) -> Result<f64, String> {
    let client = tables(&database(place).await?).await?;
    let (mut dice, mut position) = (Dice(7), 0_i64);
    let mut versions = vec![0_i64; ACCOUNTS as usize];
    let started = Instant::now();
    while started.elapsed() < budget {
        let events = (0..ROWS).map(|_| {
            let account = dice.roll() % ACCOUNTS;
            versions[account as usize] += 1;
            (account, versions[account as usize])
        });
        Rows::new(events).insert(&client, position).await.map_err(text)?;
        position += ROWS.cast_signed();
    }
    Ok(position as f64 / started.elapsed().as_secs_f64())
}

/// Events per second of reading all; milliseconds of reading one stream again and again, with a budget.
async fn scan(
    place: &Place,
    events: u64,
    accounts: u64,
    budget: Option<Duration>,
) -> Result<f64, String> {
    let client = tables(&database(place).await?).await?;
    let number = |nth: u64| (nth % accounts, (nth / accounts).cast_signed() + 1);
    for first in (0..events).step_by(ROWS as usize) {
        let rows = Rows::new((first..events.min(first + ROWS)).map(number));
        rows.insert(&client, first.cast_signed()).await.map_err(text)?;
    }
    client.batch_execute("analyze events").await.map_err(text)?;
    let (mut times, mut spent) = (0_u32, Duration::ZERO);
    while times < 2 || budget.is_some_and(|budget| spent < budget) {
        let started = Instant::now();
        expect(sum(&client, events, budget.is_some()).await?, events)?;
        spent += started.elapsed();
        times += 1;
    }
    let each = spent.as_secs_f64() / f64::from(times);
    Ok(if budget.is_some() { each * 1e3 } else { events as f64 / each })
}

/// The cents of all events, in pages as a reader takes them.
async fn sum(client: &Client, events: u64, one: bool) -> Result<u64, String> {
    const PAGE: i64 = 4096;
    let sql = if one {
        format!(
            "select {COLUMNS} from events where stream = 'account-00000000' and version > $1 \
             order by version limit {PAGE}"
        )
    } else {
        format!("select {COLUMNS} from events where position > $1 order by position limit {PAGE}")
    };
    let page = client.prepare(&sql).await.map_err(text)?;
    let (mut cents, mut after) = (0, 0_i64);
    while after < events.cast_signed() {
        let rows = client.query(&page, &[&after]).await.map_err(text)?;
        for row in &rows {
            let content: Content =
                serde_json::from_str(row.get(4)).map_err(|error| error.to_string())?;
            cents += content.amount;
        }
        if rows.is_empty() {
            break;
        }
        after += rows.len() as i64;
    }
    Ok(cents)
}

fn text(error: tokio_postgres::Error) -> String {
    format!("{error}: {:?}", error.as_db_error())
}
