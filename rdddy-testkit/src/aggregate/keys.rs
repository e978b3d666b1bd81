//! Keys for tests: nothing is secret, so that events can be compared.

use std::sync::Arc;

use rdddy_core::domain::{KeyError, KeyStore, with_keys};

struct Clear;

impl KeyStore for Clear {
    fn seal(&self, _: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(plain.to_vec())
    }

    fn open(&self, _: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        Ok(Some(sealed.to_vec()))
    }

    fn forget(&self, _: &str) -> Result<bool, KeyError> {
        Ok(false)
    }

    fn forgotten(&self) -> u64 {
        0
    }
}

/// Runs `work`, in which personal data can be written and read.
pub(super) fn in_the_clear<T>(work: impl FnOnce() -> T) -> T {
    let keys: Arc<dyn KeyStore> = Arc::new(Clear);
    with_keys(Some(&keys), work)
}
