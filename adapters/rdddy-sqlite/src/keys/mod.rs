//! A key for each person, in a file of its own, so that forgetting is throwing one away.
//!
//! # Layout
//!
//! - `cipher` encrypts and decrypts; it knows no file.
//! - `file` opens the file alone and keeps the keys in it.

mod cipher;
mod error;
mod file;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdddy_core::domain::{KeyError, KeyStore};

pub use error::OpenKeysError;
use file::{Fault, Kept, KeyFile};

/// A [`KeyStore`] in one file of this machine: a random key for each subject, with which
/// XChaCha20-Poly1305 encrypts, and authenticates whom the data is about.
///
/// Keep the file apart from the events, and out of their backups: whoever has both can read
/// everything, and whoever has an old copy of it can read what was forgotten since. Without it,
/// nothing personal can be read any more.
///
/// It is open in one place at a time. All methods wait for the disk when a key is made or forgotten.
///
/// # Durability
///
/// A key is on the disk before anything that it has encrypted is returned. When
/// [`KeyStore::forget`] succeeds, the key is overwritten, and in none of the store's files any more. A
/// disk, or a file system that never overwrites, may keep a copy that only its own tools can reach.
///
/// ```
/// use std::sync::Arc;
///
/// use rdddy_core::domain::{KeyStore, Personal, with_keys};
/// use rdddy_sqlite::EmbeddedKeys;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("rdddy-keys-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let keys: Arc<dyn KeyStore> = Arc::new(EmbeddedKeys::open(folder.join("keys.db"))?);
/// let email = Personal::new("customer-7", "ada@example.com".to_owned());
/// let stored = with_keys(Some(&keys), || serde_json::to_string(&email))?;
/// keys.forget("customer-7")?;
/// let read: Personal<String> = with_keys(Some(&keys), || serde_json::from_str(&stored))?;
/// assert!(read.is_forgotten());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
pub struct EmbeddedKeys {
    path: PathBuf,
    file: Mutex<KeyFile>,
    forgotten: AtomicU64,
}

impl EmbeddedKeys {
    /// Opens the keys in the file `path`, or makes a new one, which only its owner can read where the
    /// system knows of owners.
    ///
    /// # Errors
    ///
    /// [`OpenKeysError`]; the file is then as it was.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenKeysError> {
        let path = path.as_ref();
        let file = Mutex::new(KeyFile::open(path)?);
        Ok(EmbeddedKeys { path: path.to_path_buf(), file, forgotten: AtomicU64::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, KeyFile> {
        // A transaction that a panic ended was rolled back.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for EmbeddedKeys {
    fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = self.lock().key_of(subject).map_err(|fault| fault.of(subject))?;
        cipher::seal(&key, subject, plain).map_err(|error| Fault::from(error).of(subject))
    }

    fn open(&self, subject: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        let damaged = || KeyError::Damaged { subject: subject.to_owned() };
        let id = cipher::key_id(sealed).ok_or_else(damaged)?;
        let found = self.lock().find(id).map_err(|fault| fault.of(subject))?;
        match found {
            // A key that was never here: another store's, or a changed id.
            None => Err(damaged()),
            Some(Kept { subject: whose, .. }) if *whose != *subject => Err(damaged()),
            Some(Kept { key: None, .. }) => Ok(None),
            Some(Kept { key: Some(key), .. }) => {
                cipher::open(&key, subject, sealed).map(Some).ok_or_else(damaged)
            }
        }
    }

    fn forget(&self, subject: &str) -> Result<bool, KeyError> {
        let file = self.lock();
        let known = file.forget(subject).map_err(|fault| fault.of(subject))?;
        self.forgotten.fetch_add(u64::from(known), Ordering::SeqCst);
        // Also when there was none: an earlier call may have come no further.
        file.cut_log().map_err(|fault| fault.of(subject))?;
        Ok(known)
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for EmbeddedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedKeys").field("path", &self.path).finish_non_exhaustive()
    }
}
