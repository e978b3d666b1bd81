//! Stored events as the types of today: renamed, brought up to date, decoded.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::{NewEvent, StoreCause};
use crate::limits;
use crate::model::suggest;

/// Changes an event's content from one version of its shape to the next.
pub type Upcast = fn(Value) -> Result<Value, StoreCause>;

/// Turns JSON of the present shape into a `T`.
pub type Decode<T> = fn(&[u8]) -> Result<T, serde_json::Error>;

/// Decodes stored events into `T`: usually an enum of the events that somebody folds.
///
/// An event of the present version is decoded from its bytes straight into the type. Only an older
/// one becomes a JSON value first, which its upcasters change in turn.
///
/// ```
/// # use rdddy_core::store::EventDecoder;
/// # use serde_json::json;
/// let decoder = EventDecoder::<u64>::new()
///     .event("sales.Counted", 2, |json| serde_json::from_slice(json))
///     .upcast("sales.Counted", 1, |old| Ok(old["count"].clone()))
///     .renamed("sales.Tallied", "sales.Counted");
/// assert_eq!(decoder.decode_parts("sales.Counted", 2, b"7")?, 7);
/// assert_eq!(decoder.decode_parts("sales.Tallied", 1, br#"{"count": 7}"#)?, 7);
/// # Ok::<(), rdddy_core::store::EventDecodeError>(())
/// ```
pub struct EventDecoder<T> {
    events: BTreeMap<Arc<str>, (u32, Decode<T>)>,
    upcasters: BTreeMap<Arc<str>, BTreeMap<u32, Upcast>>,
    renamed: BTreeMap<Arc<str>, Arc<str>>,
}

impl<T> EventDecoder<T> {
    /// A decoder that knows no event.
    #[must_use]
    pub fn new() -> Self {
        EventDecoder {
            events: BTreeMap::new(),
            upcasters: BTreeMap::new(),
            renamed: BTreeMap::new(),
        }
    }

    /// Also events called `name`, whose present version is `schema`.
    #[must_use]
    pub fn event(mut self, name: impl Into<Arc<str>>, schema: u32, decode: Decode<T>) -> Self {
        self.events.insert(name.into(), (schema, decode));
        self
    }

    /// Brings the event `name` of version `from` to the version after it.
    #[must_use]
    pub fn upcast(mut self, name: impl Into<Arc<str>>, from: u32, upcast: Upcast) -> Self {
        self.upcasters.entry(name.into()).or_default().insert(from, upcast);
        self
    }

    /// Takes events that were stored as `old` for `new`, which is a present name.
    #[must_use]
    pub fn renamed(mut self, old: impl Into<Arc<str>>, new: impl Into<Arc<str>>) -> Self {
        self.renamed.insert(old.into(), new.into());
        self
    }

    /// The event as a `T`.
    ///
    /// # Errors
    ///
    /// [`EventDecodeError`]; the stored event is not changed by any.
    pub fn decode(&self, event: &NewEvent) -> Result<T, EventDecodeError> {
        self.decode_parts(&event.name, event.schema, &event.data)
    }

    /// The event stored as `name` in version `schema` with the content `data` as a `T`.
    ///
    /// # Errors
    ///
    /// [`EventDecodeError`].
    pub fn decode_parts(
        &self,
        name: &str,
        schema: u32,
        data: &[u8],
    ) -> Result<T, EventDecodeError> {
        let name = self.renamed.get(name).map_or(name, |new| new);
        let (present, decode) = *self.events.get(name).ok_or_else(|| self.unknown(name))?;
        let malformed = |source| EventDecodeError::Malformed { name: name.to_owned(), source };
        if schema == present {
            return decode(data).map_err(malformed);
        }
        if schema > present {
            let name = name.to_owned();
            return Err(EventDecodeError::Newer { name, found: schema, known: present });
        }
        let chain = self.upcasters.get(name);
        let mut value: Value = serde_json::from_slice(data).map_err(malformed)?;
        for from in schema..present {
            let upcast = chain.and_then(|chain| chain.get(&from));
            let upcast = upcast
                .ok_or_else(|| EventDecodeError::NoUpcaster { name: name.to_owned(), from })?;
            value = upcast(value).map_err(|source| {
                let name = name.to_owned();
                EventDecodeError::UpcastFailed { name, from, source }
            })?;
        }
        let updated = serde_json::to_vec(&value).map_err(malformed)?;
        decode(&updated).map_err(malformed)
    }

    #[cold]
    fn unknown(&self, name: &str) -> EventDecodeError {
        let end = name.floor_char_boundary(limits::MESSAGE_NAME_MAX);
        let name = name[..end].to_owned();
        let near = suggest::near(&name, self.events.keys().map(|known| &**known));
        EventDecodeError::UnknownName { name, near }
    }
}

impl<T> Default for EventDecoder<T> {
    fn default() -> Self {
        EventDecoder::new()
    }
}

impl<T> fmt::Debug for EventDecoder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events.keys()).finish()
    }
}

/// Why a stored event could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventDecodeError {
    /// Nobody knows an event of this name.
    #[error("no event is known as `{name}`; near: {near:?}")]
    UnknownName {
        /// The name; its end is cut off when it is longer than any known one could be.
        name: String,
        /// Known names that look alike, the nearest first.
        near: Vec<String>,
    },
    /// It was written by a newer program.
    #[error("`{name}` has version {found}, newer than {known}, the newest known here")]
    Newer {
        /// The name.
        name: String,
        /// Its version.
        found: u32,
        /// The present version.
        known: u32,
    },
    /// It is older, and nothing brings it up to date.
    #[error("nothing brings `{name}` from version {from} to the next")]
    NoUpcaster {
        /// The name.
        name: String,
        /// The version that has no upcaster.
        from: u32,
    },
    /// Its upcaster refused it.
    #[error("`{name}` of version {from} could not be brought to the next")]
    UpcastFailed {
        /// The name.
        name: String,
        /// The version that the upcaster begins with.
        from: u32,
        /// What the upcaster says.
        source: StoreCause,
    },
    /// It does not look like its type.
    #[error("malformed `{name}`")]
    Malformed {
        /// The name.
        name: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoder() -> EventDecoder<u64> {
        EventDecoder::new()
            .event("sales.Counted", 3, |json| serde_json::from_slice(json))
            .upcast("sales.Counted", 2, |old| Ok(old["count"].clone()))
            .upcast("sales.Counted", 1, |_| Err("never valid".into()))
    }

    #[test]
    fn each_way_to_fail_has_its_error() {
        let decode =
            |name, schema, data: &str| decoder().decode_parts(name, schema, data.as_bytes());
        assert_eq!(decode("sales.Counted", 2, r#"{"count": 7}"#).unwrap(), 7);
        let unknown = decode("sales.Countd", 3, "7").unwrap_err();
        assert!(
            matches!(unknown, EventDecodeError::UnknownName { near, .. } if near == ["sales.Counted"])
        );
        let newer = decode("sales.Counted", 4, "7").unwrap_err();
        assert!(matches!(newer, EventDecodeError::Newer { found: 4, known: 3, .. }));
        let failed = decode("sales.Counted", 1, "7").unwrap_err();
        assert!(matches!(failed, EventDecodeError::UpcastFailed { from: 1, .. }));
        let missing = decode("sales.Counted", 0, "7").unwrap_err();
        assert!(matches!(missing, EventDecodeError::NoUpcaster { from: 0, .. }));
        let malformed = decode("sales.Counted", 3, "\"x\"").unwrap_err();
        assert!(matches!(malformed, EventDecodeError::Malformed { .. }));
    }
}
