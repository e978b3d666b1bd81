//! Opens the file: alone, checked, and with the settings that durability rests on.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::builder::{Durability, Options};
use crate::error::{Damage, Fault, OpenError};
use crate::statements::Statements;
use crate::{limits, schema, verify, wal};

/// Before it, SQLite could damage a file while it reset the write-ahead log.
const SQLITE_MIN: (i32, &str) = (3_051_003, "3.51.3");

/// Keeps others from opening the same store.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing would not do: a process that is being spawned at this moment has the file, too.
        let _ = self.0.unlock();
    }
}

/// A file that is ours alone.
pub(crate) struct Opened {
    pub(crate) lock: Lock,
    pub(crate) writer: Connection,
    pub(crate) readers: Vec<Connection>,
    pub(crate) head: i64,
}

pub(crate) fn open(path: &Path, options: &Options) -> Result<Opened, OpenError> {
    if rusqlite::version_number() < SQLITE_MIN.0 {
        let (found, required) = (rusqlite::version(), SQLITE_MIN.1);
        return Err(OpenError::OldSqlite { found, required });
    }
    let refused = |source: std::io::Error| OpenError::Refused {
        path: path.to_path_buf(),
        source: source.into(),
    };
    let failed = |fault: Fault| fault.open(path.to_path_buf());
    // Absolute, so that no path is one of the names that SQLite takes for something else.
    let path = std::path::absolute(path).map_err(refused)?;
    let lock = lock(&path)?;
    let doubtful = check_length(&path)?;
    // Without synchronization, a power loss may leave such a log behind.
    if options.durability == Durability::Full
        && let Some(fault) = wal::damage(&beside(&path, "-wal")).map_err(refused)?
    {
        return Err(failed(fault));
    }
    let mut writer = connect(&path).map_err(failed)?;
    if writer.is_readonly("main").map_err(|error| failed(error.into()))? {
        return Err(OpenError::ReadOnly { path });
    }
    // What belongs to somebody else is not even switched to a write-ahead log.
    schema::migrate(&mut writer, &path)?;
    settle(&writer, options).map_err(failed)?;
    Statements::prepare(&writer).map_err(failed)?;
    if doubtful {
        verify::structure(&writer).map_err(failed)?;
    }
    let mut readers = Vec::new();
    for _ in 0..options.readers {
        readers.push(reader(&path).map_err(failed)?);
    }
    let head = verify::tail(reader(&path).map_err(failed)?).map_err(failed)?;
    synchronize_folder(&path).map_err(refused)?;
    Ok(Opened { lock, writer, readers, head })
}

/// Holds a file beside the store, because SQLite's own locks would keep readers out as well.
fn lock(path: &Path) -> Result<Lock, OpenError> {
    let beside = beside(path, "-lock");
    let refused = |source: std::io::Error| OpenError::Refused {
        path: path.to_path_buf(),
        source: source.into(),
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside)
        .map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(refused(source)),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Finds a file that was cut. SQLite would fill the last page up with zeros, and would throw a
/// write-ahead log without a database away. True when only a look at all of it can tell.
fn check_length(path: &Path) -> Result<bool, OpenError> {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let (found, log) = (length(path), length(&beside(path, "-wal")));
    let cut = |place: String, expected: u64| {
        let source = Damage::Length { found, expected }.into();
        Err(OpenError::Corrupt { path: path.to_path_buf(), place, source })
    };
    if found == 0 {
        return if log == 0 {
            Ok(false)
        } else {
            cut("the database is empty beside a write-ahead log".to_owned(), 4096)
        };
    }
    let mut head = [0; 32];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    if read.is_err() && found < 32 {
        return cut("the head of the file".to_owned(), 4096);
    }
    read.map_err(|source| OpenError::Refused { path: path.to_path_buf(), source: source.into() })?;
    let page_size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
    let expected = pages * page_size;
    if !head.starts_with(b"SQLite format 3\0") || page_size == 0 {
        return Err(OpenError::NotAStore { path: path.to_path_buf() });
    }
    if found == expected {
        return Ok(false);
    }
    if log == 0 && found < expected {
        return cut(format!("page {} of {pages}", found / page_size + 1), expected);
    }
    // The log may hold what is missing, and the true length.
    Ok(true)
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(limits::BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise a statement is planned again whenever a limit or a key is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

fn settle(writer: &Connection, options: &Options) -> Result<(), Fault> {
    let mode: String = writer.query_row("pragma journal_mode = wal", [], |row| row.get(0))?;
    if mode != "wal" {
        let why = format!("it is `{mode}`");
        let cause = Damage::Malformed { what: "the journal mode", why };
        return Err(Fault::damaged("the journal", cause));
    }
    writer.pragma_update(None, "synchronous", options.durability.synchronous())?;
    writer.pragma_update(None, "wal_autocheckpoint", limits::WAL_AUTOCHECKPOINT_PAGES)?;
    writer.pragma_update(None, "cache_size", -limits::WRITER_CACHE_KIB)?;
    writer.pragma_update(None, "temp_store", "memory")?;
    if let Some(bytes) = options.size_limit {
        let page: i64 = writer.query_row("pragma page_size", [], |row| row.get(0))?;
        let pages = bytes / page.unsigned_abs().max(1);
        writer.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    Ok(())
}

fn reader(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -limits::READER_CACHE_KIB)?;
    Ok(connection)
}

/// A new file is durable only when its folder knows it.
pub(crate) fn synchronize_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
