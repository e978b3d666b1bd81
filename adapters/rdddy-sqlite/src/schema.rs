//! What the file looks like, and how older files become like it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Fault, OpenError};
use crate::record::integer;

/// Says in the file's head that it is an event store of rdddy: `rddd`.
const APPLICATION_ID: i64 = 0x7264_6464;

/// Each makes the schema of one version from that before it. None is ever changed once released.
const STEPS: [&str; 2] = [include_str!("schema/v1.sql"), include_str!("schema/v2.sql")];

/// Takes the file to the latest schema, one step after the other; an empty file becomes a store.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| Fault::from(error).open(path.to_path_buf());
    // One transaction, so that two programs never take the same step, and none is half taken.
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let number = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failed);
    let application = number("pragma application_id")?;
    let version = number("pragma user_version")?;
    let things = number("select count(*) from sqlite_schema")?;
    let fresh = application == 0 && version == 0 && things == 0;
    if !fresh && application != APPLICATION_ID {
        return Err(OpenError::NotAStore { path: path.to_path_buf() });
    }
    let taken = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(taken..) else {
        let (found, known) = (u32::try_from(version).unwrap_or(u32::MAX), STEPS.len());
        let known = u32::try_from(known).unwrap_or(u32::MAX);
        return Err(OpenError::NewerSchema { path: path.to_path_buf(), found, known });
    };
    if steps.is_empty() {
        return Ok(());
    }
    for step in steps {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", integer(STEPS.len() as u64)).map_err(failed)?;
    transaction.commit().map_err(failed)
}
