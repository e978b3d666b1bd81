//! Databases on the PostgreSQL server.

use sqlx::Executor;
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::place::Place;

/// Connections of a peer, as its documentation has them.
const CONNECTIONS: u32 = 10;

/// A pool of connections to a new database.
pub(crate) async fn database(place: &Place) -> Result<PgPool, String> {
    let (server, name) = (place.server()?, format!("bench{}", std::process::id()));
    let text = |error: sqlx::Error| error.to_string();
    let admin = PgPoolOptions::new().max_connections(1);
    let admin = admin.connect(&format!("{server}/postgres")).await.map_err(text)?;
    for sql in
        [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
    {
        admin.execute(sql.as_str()).await.map_err(text)?;
    }
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).min_connections(CONNECTIONS);
    pool.connect(&format!("{server}/{name}")).await.map_err(text)
}
