//! What the tables look like, and how older ones become like it.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use crate::error::{Fault, OpenError};
use crate::session::Session;

/// Each makes the schema of one version from that before it. None is ever changed once released.
const STEPS: [&str; 2] = [include_str!("schema/v1.sql"), include_str!("schema/v2.sql")];

/// So that two programs never take the same step: `rddd`.
const MIGRATION_LOCK: i64 = 0x7264_6464;

/// Takes the database to the latest schema, all steps or none.
pub(crate) async fn migrate(config: &Config) -> Result<(), Fault> {
    let mut session = Session::connect(config, drop).await?;
    let transaction = session.client.transaction().await?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await?;
    let there: bool = transaction
        .query_one("select to_regclass('rdddy_schema') is not null", &[])
        .await?
        .try_get(0)?;
    let taken = if there { version(&transaction).await? } else { 0 };
    let steps = usize::try_from(taken).ok().and_then(|taken| STEPS.get(taken..));
    let Some(steps) = steps else { return Err(newer(taken)) };
    for step in steps {
        transaction.batch_execute(step).await?;
    }
    transaction.execute("update rdddy_schema set version = $1", &[&latest()]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether the tables are those that this build needs.
pub(crate) async fn check(client: &Client) -> Result<(), Fault> {
    let found = match version(client).await {
        Err(Fault::Postgres(error)) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => 0,
        found => found?,
    };
    if found > latest() {
        return Err(newer(found));
    }
    if found < latest() {
        let (found, required) = (found.unsigned_abs(), latest().unsigned_abs());
        return Err(Fault::Open(OpenError::NotMigrated { found, required }));
    }
    Ok(())
}

async fn version(client: &impl tokio_postgres::GenericClient) -> Result<i32, Fault> {
    let row = client.query_opt("select version from rdddy_schema", &[]).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
}

fn newer(found: i32) -> Fault {
    let (found, known) = (found.unsigned_abs(), latest().unsigned_abs());
    Fault::Open(OpenError::NewerSchema { found, known })
}

fn latest() -> i32 {
    i32::try_from(STEPS.len()).unwrap_or(i32::MAX)
}
