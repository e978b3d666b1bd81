//! Names of streams, and tags of events: bounded text, in which every character is harmless.

use std::fmt;
use std::sync::Arc;

use crate::limits;

/// The name of a stream: what kind of thing it belongs to, and which one.
///
/// ```
/// # use rdddy_core::store::StreamName;
/// let order = StreamName::new("sales.Order", "4711")?;
/// assert_eq!(order.to_string(), "sales.Order/4711");
/// assert!(StreamName::new("sales.Order", "x".repeat(10_000)).is_err());
/// # Ok::<(), rdddy_core::store::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName {
    category: Arc<str>,
    key: Arc<str>,
}

impl StreamName {
    /// The stream of the thing `key` among those of `category`.
    ///
    /// # Errors
    ///
    /// [`NameError`] when a part is empty or longer than
    /// [`STREAM_CATEGORY_MAX`](limits::STREAM_CATEGORY_MAX) or
    /// [`STREAM_KEY_MAX`](limits::STREAM_KEY_MAX), or the category holds a `/`.
    pub fn new(category: impl Into<Arc<str>>, key: impl Into<Arc<str>>) -> Result<Self, NameError> {
        let (category, key) = (category.into(), key.into());
        bounded("a stream's category", &category, limits::STREAM_CATEGORY_MAX)?;
        bounded("a stream's key", &key, limits::STREAM_KEY_MAX)?;
        // Else two streams would look alike where they are written as one text.
        if category.contains('/') {
            return Err(NameError::Separator { what: "a stream's category", separator: '/' });
        }
        Ok(StreamName { category, key })
    }

    /// What kind of thing the stream belongs to.
    #[must_use]
    pub fn category(&self) -> &str {
        &self.category
    }

    /// Which one of its kind.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.category, self.key)
    }
}

/// What an event is about: `course:c1`. Decisions and reads select events by tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    text: Arc<str>,
    name_len: usize,
}

impl Tag {
    /// The tag `name:value`.
    ///
    /// # Errors
    ///
    /// [`NameError`] when a part is empty, both together are longer than
    /// [`TAG_MAX`](limits::TAG_MAX), or the name holds a `:`.
    pub fn new(name: &str, value: &str) -> Result<Self, NameError> {
        bounded("a tag's name", name, limits::TAG_MAX)?;
        bounded("a tag's value", value, limits::TAG_MAX)?;
        if name.contains(':') {
            return Err(NameError::Separator { what: "a tag's name", separator: ':' });
        }
        let text = format!("{name}:{value}");
        bounded("a tag", &text, limits::TAG_MAX)?;
        Ok(Tag { text: text.into(), name_len: name.len() })
    }

    /// The tag that [`Tag::as_str`] wrote.
    ///
    /// # Errors
    ///
    /// [`NameError`] as for [`Tag::new`], also when there is no `:`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        bounded("a tag's name", name, limits::TAG_MAX)?;
        bounded("a tag's value", value, limits::TAG_MAX)?;
        bounded("a tag", text, limits::TAG_MAX)?;
        Ok(Tag { text: text.into(), name_len: name.len() })
    }

    /// The whole tag, `name:value`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the value is one of.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[..self.name_len]
    }

    /// Which one.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text[self.name_len + 1..]
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a text is not the name of a stream, or not a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// There is nothing.
    #[error("{what} is empty")]
    Empty {
        /// What it was to be.
        what: &'static str,
    },
    /// It is longer than is stored.
    #[error("{what} has {size} bytes, more than the limit of {limit}")]
    TooLong {
        /// What it was to be.
        what: &'static str,
        /// Its length in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// It holds the character that separates it from what follows.
    #[error("{what} holds `{separator}`, which ends it")]
    Separator {
        /// What it was to be.
        what: &'static str,
        /// The character.
        separator: char,
    },
}

fn bounded(what: &'static str, text: &str, limit: usize) -> Result<(), NameError> {
    match text.len() {
        0 => Err(NameError::Empty { what }),
        size if size > limit => Err(NameError::TooLong { what, size, limit }),
        _ => Ok(()),
    }
}
