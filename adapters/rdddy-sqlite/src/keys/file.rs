//! The file of keys: opened alone, written so that it survives, overwritten so that it does not.
//!
//! SQLite's exclusive mode keeps everybody else out, so nobody's reading can hold up the end of the
//! write-ahead log, which has a copy of each new key. It is written back and cut to nothing whenever a
//! key was forgotten, and when the file is opened, in case a crash came in between.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rdddy_core::domain::KeyError;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params,
};
use zeroize::Zeroizing;

use super::cipher::{KeyId, SealError, SubjectKey};
use super::error::OpenKeysError;

/// Says in the file's head that it holds keys of rdddy: `rddk`.
const APPLICATION_ID: i64 = 0x7264_646B;
/// Each makes the schema of one version from that before it. None is ever changed once released.
const STEPS: [&str; 1] = [include_str!("schema.sql")];

/// See the module.
pub(super) struct KeyFile {
    connection: Connection,
}

/// A key, or what is left of one.
pub(super) struct Kept {
    pub(super) subject: String,
    /// `None` when it was forgotten.
    pub(super) key: Option<SubjectKey>,
}

/// Why a key is not to be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a key in the file was changed")]
    Changed,
    #[error("the key is overwritten, but the log still has it: forget again")]
    LogInUse,
}

impl From<getrandom::Error> for Fault {
    fn from(error: getrandom::Error) -> Self {
        Fault::Seal(error.into())
    }
}

impl Fault {
    pub(super) fn of(self, subject: &str) -> KeyError {
        match self {
            Fault::Changed => KeyError::Damaged { subject: subject.to_owned() },
            other => KeyError::Unavailable { reason: other.to_string() },
        }
    }
}

impl KeyFile {
    pub(super) fn open(path: &Path) -> Result<Self, OpenKeysError> {
        let refused = |source: io::Error| OpenKeysError::Refused {
            path: path.to_path_buf(),
            source: source.into(),
        };
        // Absolute, so that no path is one of the names that SQLite takes for something else.
        let path = std::path::absolute(path).map_err(refused)?;
        create(&path).map_err(refused)?;
        let failed = |error| open_error(error, &path);
        let mut connection = connect(&path).map_err(failed)?;
        if connection.is_readonly("main").map_err(failed)? {
            return Err(OpenKeysError::ReadOnly { path });
        }
        // What belongs to somebody else is not even switched to a write-ahead log.
        migrate(&mut connection, &path)?;
        let settled = connection
            .query_row("pragma journal_mode = wal", [], |_| Ok(()))
            .and_then(|()| connection.pragma_update(None, "synchronous", "full"))
            .and_then(|()| cut_log(&connection));
        settled.map_err(failed)?;
        crate::file::synchronize_folder(&path).map_err(refused)?;
        Ok(KeyFile { connection })
    }

    /// The key of `subject`, which is made if there is none.
    pub(super) fn key_of(&self, subject: &str) -> Result<SubjectKey, Fault> {
        let found = self
            .connection
            .prepare_cached(
                "select id, key, subject, checksum, forgotten from keys \
                 where subject = ?1 and forgotten = 0",
            )?
            .query_row([subject], |row| Ok(kept(row)))
            .optional()?;
        if let Some(found) = found {
            return found?.key.ok_or(Fault::Changed);
        }
        let key = SubjectKey::random()?;
        self.connection
            .prepare_cached(
                "insert into keys (forgotten, id, key, checksum, subject) \
                 values (0, ?1, ?2, ?3, ?4)",
            )?
            .execute(params![key.id, *key.bytes, checksum(&key, subject), subject])?;
        Ok(key)
    }

    /// The key with this number.
    pub(super) fn find(&self, id: KeyId) -> Result<Option<Kept>, Fault> {
        self.connection
            .prepare_cached("select id, key, subject, checksum, forgotten from keys where id = ?1")?
            .query_row([id], |row| Ok(kept(row)))
            .optional()?
            .transpose()
    }

    /// Overwrites the key of `subject`; whether there was one. The log may have it until it is cut.
    pub(super) fn forget(&self, subject: &str) -> Result<bool, Fault> {
        let changed = self
            .connection
            .prepare_cached(
                "update keys set forgotten = 1, key = zeroblob(32), checksum = zeroblob(4) \
                 where subject = ?1 and forgotten = 0",
            )?
            .execute([subject])?;
        Ok(changed > 0)
    }

    /// Writes the log back into the file, and leaves nothing of it.
    pub(super) fn cut_log(&self) -> Result<(), Fault> {
        cut_log(&self.connection).map_err(|error| match error {
            error if is_busy(&error) => Fault::LogInUse,
            error => error.into(),
        })
    }
}

/// Makes the file, readable for its owner only: SQLite's own would be readable for all.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|file: File| file.sync_all()),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Whoever has it has it for good.
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Takes the file to the latest schema; an empty one becomes a file of keys.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenKeysError> {
    let failed = |error| open_error(error, path);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let number = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failed);
    let application = number("pragma application_id")?;
    let version = number("pragma user_version")?;
    let fresh = (application, version, number("select count(*) from sqlite_schema")?) == (0, 0, 0);
    if !fresh && application != APPLICATION_ID {
        return Err(OpenKeysError::NotKeys { path: path.to_path_buf() });
    }
    let taken = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(taken..) else {
        let (found, known) = (u32::try_from(version).unwrap_or(u32::MAX), STEPS.len());
        let known = u32::try_from(known).unwrap_or(u32::MAX);
        return Err(OpenKeysError::NewerSchema { path: path.to_path_buf(), found, known });
    };
    if steps.is_empty() {
        return Ok(());
    }
    steps
        .iter()
        .try_for_each(|step| transaction.execute_batch(step))
        .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION_ID))
        .and_then(|()| {
            transaction.pragma_update(
                None,
                "user_version",
                crate::record::integer(STEPS.len() as u64),
            )
        })
        .and_then(|()| transaction.commit())
        .map_err(failed)
}

/// Writes the log back into the file, and leaves nothing of it.
fn cut_log(connection: &Connection) -> rusqlite::Result<()> {
    let busy =
        connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0))?;
    if busy == 0 {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    Err(rusqlite::Error::SqliteFailure(code, None))
}

/// What stands in a row.
fn kept(row: &Row<'_>) -> Result<Kept, Fault> {
    let key = SubjectKey { id: row.get(0)?, bytes: Zeroizing::new(row.get(1)?) };
    let (subject, stored): (String, [u8; 4]) = (row.get(2)?, row.get(3)?);
    let forgotten: bool = row.get(4)?;
    if forgotten {
        // A row is not forgotten because one bit says so.
        let empty = stored == [0; 4] && *key.bytes == [0; 32];
        return if empty { Ok(Kept { subject, key: None }) } else { Err(Fault::Changed) };
    }
    if stored != checksum(&key, &subject) {
        return Err(Fault::Changed);
    }
    Ok(Kept { subject, key: Some(key) })
}

/// SQLite has no checksums. A damaged key would make more that nobody can read.
fn checksum(key: &SubjectKey, subject: &str) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    for part in [key.id.as_slice(), key.bytes.as_slice(), subject.as_bytes()] {
        hasher.update(part);
    }
    hasher.finalize().to_be_bytes()
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn open_error(error: rusqlite::Error, path: &Path) -> OpenKeysError {
    let path = path.to_path_buf();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenKeysError::Locked { path },
        Some(ErrorCode::NotADatabase) => OpenKeysError::NotKeys { path },
        Some(ErrorCode::ReadOnly) => OpenKeysError::ReadOnly { path },
        Some(ErrorCode::DatabaseCorrupt) | None => {
            OpenKeysError::Corrupt { path, source: error.into() }
        }
        Some(_) => OpenKeysError::Refused { path, source: error.into() },
    }
}
