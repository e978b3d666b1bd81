//! Data about people, which can be forgotten without touching what is stored.
//!
//! A [`Personal`] value is encrypted whenever it is written, with the key of the person it is about.
//! When that key is thrown away, the value can be read nowhere any more: not in the store, its
//! backups, its copies, nor in a snapshot. This is known as crypto-shredding.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// Keeps a key for each subject, the person that data is about, and encrypts with it.
///
/// It is called while events are written and read, so it answers from memory, or from a file nearby.
/// What it returns is opaque to everybody else; it should be authenticated encryption, bound to the
/// subject.
pub trait KeyStore: Send + Sync + 'static {
    /// Encrypts `plain` with the key of `subject`, which is made if there is none. A subject that was
    /// forgotten gets a new key: what is old stays forgotten.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unavailable`].
    fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// Decrypts what [`KeyStore::seal`] made; `None` when its key was thrown away.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unavailable`], or [`KeyError::Damaged`] when it was not made with this key.
    fn open(&self, subject: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError>;

    /// Throws the key of `subject` away, for good; whether there was one.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unavailable`]: the key may still be there.
    fn forget(&self, subject: &str) -> Result<bool, KeyError>;

    /// How many subjects were forgotten since the store was opened. Whoever keeps personal values in
    /// memory reads them anew when it has grown: aggregates do so before their next command.
    fn forgotten(&self) -> u64;
}

/// Why a key store did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The keys cannot be reached.
    #[error("the key store is not available: {reason}")]
    Unavailable {
        /// What it said.
        reason: String,
    },
    /// The data was changed, or encrypted by somebody else.
    #[error("encrypted data of `{subject}` was changed, or is not this key store's")]
    Damaged {
        /// Whom it is about.
        subject: String,
    },
}

thread_local! {
    static KEYS: RefCell<Option<Arc<dyn KeyStore>>> = const { RefCell::new(None) };
}

/// Runs `work`, during which personal values are written and read with `keys`.
pub fn with_keys<T>(keys: Option<&Arc<dyn KeyStore>>, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<Arc<dyn KeyStore>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            KEYS.replace(self.0.take());
        }
    }
    let _restore = Restore(KEYS.replace(keys.cloned()));
    work()
}

/// A value about a person, which is only ever written encrypted and which can be forgotten.
///
/// Whoever reads it has to say what happens when it is: that is what the type is for. It shows nothing
/// of its content in `Debug`.
///
/// ```
/// use rdddy_core::domain::Personal;
///
/// let email = Personal::new("customer-7", "ada@example.com".to_owned());
/// assert_eq!(email.value().map(String::as_str), Some("ada@example.com"));
/// assert_eq!(format!("{email:?}"), "Personal(customer-7)");
/// // Without keys it cannot be written.
/// assert!(serde_json::to_string(&email).is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Personal<T> {
    subject: Arc<str>,
    content: Content<T>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Content<T> {
    Known(T),
    /// As it was stored, so that it can be written again.
    Forgotten(Arc<[u8]>),
}

impl<T> Personal<T> {
    /// A value about `subject`, for example the id of a customer.
    #[must_use]
    pub fn new(subject: impl fmt::Display, value: T) -> Self {
        Personal { subject: subject.to_string().into(), content: Content::Known(value) }
    }

    /// Whom it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The value, unless it was forgotten.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match &self.content {
            Content::Known(value) => Some(value),
            Content::Forgotten(_) => None,
        }
    }

    /// The value, unless it was forgotten.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        match self.content {
            Content::Known(value) => Some(value),
            Content::Forgotten(_) => None,
        }
    }

    /// Whether it was forgotten.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        matches!(self.content, Content::Forgotten(_))
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forgotten = if self.is_forgotten() { ", forgotten" } else { "" };
        write!(f, "Personal({}{forgotten})", self.subject)
    }
}

/// As it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    subject: Arc<str>,
    /// Hexadecimal.
    sealed: String,
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sealed = match &self.content {
            Content::Forgotten(sealed) => hex(sealed),
            Content::Known(value) => {
                let plain = serde_json::to_vec(value).map_err(ser::Error::custom)?;
                let keys =
                    KEYS.with_borrow(Clone::clone).ok_or_else(|| ser::Error::custom(NO_KEYS))?;
                hex(&keys.seal(&self.subject, &plain).map_err(ser::Error::custom)?)
            }
        };
        Written { subject: Arc::clone(&self.subject), sealed }.serialize(serializer)
    }
}

const NO_KEYS: &str = "personal data is written and read with a key store only, and none is set";

impl<'de, T: DeserializeOwned> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { subject, sealed } = Written::deserialize(deserializer)?;
        let sealed = unhex(&sealed)
            .ok_or_else(|| de::Error::custom(KeyError::Damaged { subject: subject.to_string() }))?;
        let keys = KEYS.with_borrow(Clone::clone).ok_or_else(|| de::Error::custom(NO_KEYS))?;
        let content = match keys.open(&subject, &sealed).map_err(de::Error::custom)? {
            // What the format says may repeat the value.
            Some(plain) => Content::Known(serde_json::from_slice(&plain).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                de::Error::custom(format!(
                    "personal data of `{subject}` is malformed at line {line}, column {column}"
                ))
            })?),
            None => Content::Forgotten(sealed.into()),
        };
        Ok(Personal { subject, content })
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match *pair {
            [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A key is a number, and encrypting adds it: enough to see who can read what.
    #[derive(Default)]
    struct Toy {
        keys: Mutex<BTreeMap<String, u8>>,
        made: Mutex<u8>,
        forgotten: AtomicU64,
    }

    impl KeyStore for Toy {
        fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
            let mut keys = self.keys.lock().unwrap();
            let key = *keys.entry(subject.to_owned()).or_insert_with(|| {
                let mut made = self.made.lock().unwrap();
                *made += 1;
                *made
            });
            Ok([key].into_iter().chain(plain.iter().map(|byte| byte.wrapping_add(key))).collect())
        }

        fn open(&self, subject: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
            let key = self.keys.lock().unwrap().get(subject).copied();
            let (Some(key), [made_with, rest @ ..]) = (key, sealed) else { return Ok(None) };
            let plain = || rest.iter().map(|byte| byte.wrapping_sub(key)).collect();
            Ok((key == *made_with).then(plain))
        }

        fn forget(&self, subject: &str) -> Result<bool, KeyError> {
            let known = self.keys.lock().unwrap().remove(subject).is_some();
            self.forgotten.fetch_add(u64::from(known), Ordering::SeqCst);
            Ok(known)
        }

        fn forgotten(&self) -> u64 {
            self.forgotten.load(Ordering::SeqCst)
        }
    }

    type Email = Personal<String>;

    fn write(keys: &Arc<dyn KeyStore>, email: &Email) -> String {
        with_keys(Some(keys), || serde_json::to_string(email)).unwrap()
    }

    fn read(keys: &Arc<dyn KeyStore>, written: &str) -> Email {
        with_keys(Some(keys), || serde_json::from_str(written)).unwrap()
    }

    #[test]
    fn what_is_forgotten_can_be_read_nowhere() {
        let keys: Arc<dyn KeyStore> = Arc::new(Toy::default());
        let (ada, bob) = (Email::new("ada", "a@b.c".into()), Email::new("bob", "b@b.c".into()));
        let (of_ada, of_bob) = (write(&keys, &ada), write(&keys, &bob));
        assert!(!of_ada.contains("a@b.c"), "{of_ada}");
        assert_eq!(read(&keys, &of_ada), ada);

        assert_eq!(keys.forget("ada"), Ok(true));
        assert_eq!(keys.forget("ada"), Ok(false));
        let forgotten = read(&keys, &of_ada);
        assert!(forgotten.is_forgotten());
        assert_eq!((forgotten.subject(), forgotten.value()), ("ada", None));
        assert_eq!(read(&keys, &of_bob), bob, "others are remembered");
        assert_eq!(write(&keys, &forgotten), of_ada, "it can be written again, as it was");
    }

    #[test]
    fn who_comes_back_gets_a_new_key() {
        let keys: Arc<dyn KeyStore> = Arc::new(Toy::default());
        let email = Email::new("ada", "a@b.c".into());
        let before = write(&keys, &email);
        keys.forget("ada").unwrap();
        let after = write(&keys, &email);
        assert!(read(&keys, &before).is_forgotten());
        assert_eq!(read(&keys, &after), email);
    }

    #[test]
    fn nothing_is_written_or_read_without_keys() {
        let keys: Arc<dyn KeyStore> = Arc::new(Toy::default());
        let email = Email::new("ada", "a@b.c".into());
        let written = write(&keys, &email);
        let error = serde_json::to_string(&email).unwrap_err().to_string();
        assert!(error.contains("key store"), "{error}");
        assert!(serde_json::from_str::<Email>(&written).is_err());
        let inner = with_keys(Some(&keys), || with_keys(None, || serde_json::to_string(&email)));
        assert!(inner.is_err(), "the innermost call decides");
    }

    #[test]
    fn what_is_malformed_is_not_repeated() {
        let keys: Arc<dyn KeyStore> = Arc::new(Toy::default());
        let written = write(&keys, &Email::new("ada", "secret".into()));
        let read = || serde_json::from_str::<Personal<u64>>(&written);
        let error = with_keys(Some(&keys), read).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
        for sealed in ["0", "zz", "é"] {
            let text = format!(r#"{{"subject":"ada","sealed":"{sealed}"}}"#);
            assert!(with_keys(Some(&keys), || serde_json::from_str::<Email>(&text)).is_err());
        }
        assert_eq!(format!("{:?}", Email::new("ada", "secret".into())), "Personal(ada)");
    }
}
