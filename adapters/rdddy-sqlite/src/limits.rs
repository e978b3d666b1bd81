//! Every bound of the store, in one place.

use std::time::Duration;

/// Appends that wait to be committed; one more is refused as unavailable.
pub const APPENDS_WAITING_MAX: usize = 65_536;
/// Bytes of the appends that wait to be committed.
pub const APPEND_BYTES_WAITING_MAX: usize = 256 * 1024 * 1024;
/// Appends that are committed as one group.
pub const GROUP_APPENDS_MAX: usize = 4096;
/// Bytes of a group, beyond which it takes no further append.
pub const GROUP_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Reads that wait for a reader; one more is refused as unavailable.
pub const READS_WAITING_MAX: usize = 65_536;
/// Threads that read, each with its own connection.
pub const READERS: usize = 4;
/// The most threads that can be asked for.
pub const READERS_MAX: usize = 64;
/// Pages of the write-ahead log after which it is written back into the database.
pub const WAL_AUTOCHECKPOINT_PAGES: u32 = 20_000;
/// Memory that the writer keeps pages in, in KiB.
pub const WRITER_CACHE_KIB: i64 = 65_536;
/// Memory that each reader keeps pages in, in KiB.
pub const READER_CACHE_KIB: i64 = 16_384;
/// How long a write waits for another program that looks into the file.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Streams whose versions the writer remembers, at most twice as many.
pub const STREAMS_REMEMBERED: usize = 65_536;
/// Names that a connection remembers, at most twice as many.
pub const NAMES_REMEMBERED: usize = 8192;
/// Events that are looked at, with all their indexes, whenever a store is opened.
pub const VERIFIED_AT_OPEN: u64 = 64;
/// The most positions that a search reads ahead.
pub const SEARCH_BATCH_MAX: i64 = 256;
