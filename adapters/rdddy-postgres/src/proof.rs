//! Finds out whether a group whose answer was lost is stored.
//!
//! First the server's process that was given the group is ended, and awaited: after that nothing of
//! the group can be stored any more. Then events of the group are looked for behind what was known
//! when it was sent, and commands by their ids. What is found was stored; nothing else was.

use std::collections::BTreeMap;

use rdddy_core::message::MessageId;
use rdddy_core::store::{Appended, CommandRecord, StoredCommand, StreamName, Version};
use tokio_postgres::Client;

use crate::error::{Damage, Fault};
use crate::group::{Prepared, id_bytes};
use crate::limits;
use crate::record::{self, column, integer};
use crate::session::{Backend, sleep};

const PLACE: &str = "what was stored while the connection was lost";

/// What each of `appends` came to, if it was stored; `None` for one that was not.
pub(crate) async fn stored(
    client: &Client,
    backend: Backend,
    reached: u64,
    appends: &[Prepared],
) -> Result<Vec<Option<Appended>>, Fault> {
    end(client, backend).await?;
    let places = places(client, reached, appends).await?;
    let commands = commands(client, appends).await?;
    let mut found = Vec::with_capacity(appends.len());
    for prepared in appends {
        found.push(appended(client, prepared, &places, &commands).await?);
    }
    Ok(found)
}

/// Ends the process, and waits until it is gone with its transaction.
async fn end(client: &Client, backend: Backend) -> Result<(), Fault> {
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 \
               and (extract(epoch from backend_start) * 1000000)::bigint = $2";
    loop {
        let rows = client.query(sql, &[&backend.pid, &backend.started]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        sleep(limits::BACKOFF_MIN).await;
    }
}

type Places = BTreeMap<MessageId, (i64, Version)>;

async fn places(client: &Client, reached: u64, appends: &[Prepared]) -> Result<Places, Fault> {
    let parts = appends.iter().flat_map(|prepared| &prepared.append.streams);
    let ids: Vec<Vec<u8>> =
        parts.flat_map(|part| &part.events).map(|event| id_bytes(event.id)).collect();
    if ids.is_empty() {
        return Ok(Places::new());
    }
    let rows = client
        .query(
            "select id, position, version from rdddy_events where position > $1 and id = any($2)",
            &[&integer(reached), &ids],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let position = column(row, 1, PLACE, "a position")?;
            let version = record::version(column(row, 2, PLACE, "a version")?);
            Ok((id(column(row, 0, PLACE, "an id")?)?, (position, version)))
        })
        .collect()
}

type Commands = BTreeMap<MessageId, StoredCommand>;

async fn commands(client: &Client, appends: &[Prepared]) -> Result<Commands, Fault> {
    let commands = appends.iter().filter_map(|prepared| prepared.append.command.as_ref());
    let ids: Vec<Vec<u8>> = commands.map(|command| id_bytes(command.id)).collect();
    if ids.is_empty() {
        return Ok(Commands::new());
    }
    let sql = "select id, reply, position from rdddy_commands where id = any($1)";
    let rows = client.query(sql, &[&ids]).await?;
    rows.iter()
        .map(|row| {
            let id = id(column(row, 0, PLACE, "an id")?)?;
            let reply = column(row, 1, PLACE, "a reply")?;
            let position = record::position(column(row, 2, PLACE, "a position")?);
            Ok((id, StoredCommand { command: CommandRecord { id, reply }, position }))
        })
        .collect()
}

fn id(bytes: &[u8]) -> Result<MessageId, Fault> {
    let bytes = bytes.try_into().map_err(|_| Fault::damaged(PLACE, Damage::Missing))?;
    Ok(MessageId(u128::from_be_bytes(bytes)))
}

async fn appended(
    client: &Client,
    prepared: &Prepared,
    places: &Places,
    commands: &Commands,
) -> Result<Option<Appended>, Fault> {
    let append = &prepared.append;
    let events = append.streams.iter().flat_map(|part| &part.events);
    let Some((position, _)) = events.last().and_then(|event| places.get(&event.id)) else {
        let known = append.command.as_ref().and_then(|command| commands.get(&command.id));
        return Ok(known.cloned().map(Appended::Repeated));
    };
    let mut versions = Vec::with_capacity(append.streams.len());
    for part in &append.streams {
        let written = part.events.last().and_then(|event| places.get(&event.id));
        let version = match written {
            Some((_, version)) => *version,
            None => version_at(client, &part.stream, *position).await?,
        };
        versions.push(version);
    }
    Ok(Some(Appended::Stored { position: record::position(*position), versions }))
}

/// The version that a stream had when everything up to `position` was stored.
async fn version_at(client: &Client, stream: &StreamName, position: i64) -> Result<Version, Fault> {
    let sql = "select coalesce(max(version), 0) from rdddy_events \
               where category = $1 and key = $2 and position <= $3";
    let (category, key) = (stream.category().as_bytes(), stream.key().as_bytes());
    let row = client.query_one(sql, &[&category, &key, &position]).await?;
    Ok(record::version(column(&row, 0, PLACE, "a version")?))
}
