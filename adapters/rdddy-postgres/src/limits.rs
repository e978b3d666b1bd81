//! Every bound of the store, in one place.

use std::time::Duration;

/// Appends that wait to be committed; one more is refused as unavailable.
pub const APPENDS_WAITING_MAX: usize = 65_536;
/// Bytes of the appends that wait to be committed.
pub const APPEND_BYTES_WAITING_MAX: usize = 256 * 1024 * 1024;
/// Appends that are committed as one group.
pub const GROUP_APPENDS_MAX: usize = 1024;
/// Bytes of a group, beyond which it takes no further append.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Connections that read.
pub const READERS: usize = 4;
/// How long one attempt to connect may take, unless the address says otherwise.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long what was sent may stay without any sign of the server.
pub const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long appends wait for a lost connection to come back before they are given up.
pub const RECONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// The pause before the second attempt to connect; each later one is twice as long.
pub const BACKOFF_MIN: Duration = Duration::from_millis(20);
/// The longest pause between two attempts to connect.
pub const BACKOFF_MAX: Duration = Duration::from_secs(1);
/// How often a watcher looks for itself, should a notification be lost.
pub const POLL_PERIOD: Duration = Duration::from_secs(2);
