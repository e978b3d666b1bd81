//! The message types that may be read and written by name.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::panic::Location;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{AnyMessage, Codec, FormatError, Read, Write};
use super::document::Header;
use super::entry::{MessageEntry, SourceLocation};
use super::error::{DecodeError, EncodeError, RegistryError};
use super::suggest;
#[cfg(feature = "yaml")]
use super::yaml;
use crate::limits::{ENCODED_MESSAGE_MAX, MESSAGE_NAME_MAX};
use crate::message::Message;

/// The message types that may be read and written by name.
///
/// A name decides which registered type is read, and nothing else: no text can make the registry
/// load or run anything that this program did not register. Nothing larger than
/// [`ENCODED_MESSAGE_MAX`] is looked at.
///
/// # Examples
///
/// ```
/// use rdddy_core::model::{DecodeError, Registry};
///
/// let registry = Registry::linked()?;
/// let text = br#"{"message": "sales.PlaceOrder", "version": 1, "data": {}}"#;
/// let error = registry.decode_document_json(text).unwrap_err();
/// assert!(matches!(error, DecodeError::UnknownName { name, .. } if name == "sales.PlaceOrder"));
/// # Ok::<(), rdddy_core::model::RegistryError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// By name and version; there is no name without a version.
    entries: BTreeMap<&'static str, BTreeMap<u32, MessageEntry>>,
    by_type: BTreeMap<TypeId, MessageEntry>,
}

impl Registry {
    /// A registry of nothing.
    #[must_use]
    pub fn new() -> Self {
        Registry::default()
    }

    /// The registry of every message type that is linked into this program.
    ///
    /// The linker leaves out a crate that nothing refers to: refer to it, or
    /// [`register`](Self::register) its messages.
    ///
    /// # Errors
    ///
    /// [`RegistryError::NameTaken`] when two types claim one name and version.
    pub fn linked() -> Result<Self, RegistryError> {
        let mut entries: Vec<&MessageEntry> = inventory::iter::<MessageEntry>().collect();
        // The linker's order differs from build to build; which clash is reported must not.
        entries.sort_by_key(|entry| (entry.location, (entry.type_path)()));
        let mut registry = Registry::new();
        for entry in entries {
            registry.add(*entry)?;
        }
        Ok(registry)
    }

    /// Adds the type `M`, unless it is there already.
    ///
    /// # Errors
    ///
    /// [`RegistryError::NameTaken`] when another type claims the name and version of `M`.
    #[track_caller]
    pub fn register<M>(&mut self) -> Result<&mut Self, RegistryError>
    where
        M: Message + Serialize + DeserializeOwned,
    {
        let caller = Location::caller();
        let location = SourceLocation { file: caller.file(), line: caller.line() };
        self.add(MessageEntry::new::<M>(location).with_codec(|| Some(Codec::of::<M>())))
    }

    /// Adds a type by its entry, unless it is there already.
    ///
    /// # Errors
    ///
    /// [`RegistryError::NameTaken`] when another type claims the name and version of the entry.
    pub fn add(&mut self, entry: MessageEntry) -> Result<&mut Self, RegistryError> {
        let (name, version, type_id) = ((entry.name)(), entry.version, (entry.type_id)());
        match self.entries.entry(name).or_default().entry(version) {
            Entry::Vacant(vacant) => {
                vacant.insert(entry);
                self.by_type.insert(type_id, entry);
            }
            Entry::Occupied(taken) if (taken.get().type_id)() == type_id => {}
            Entry::Occupied(taken) => {
                let (first, second) = (taken.get().location, entry.location);
                return Err(RegistryError::NameTaken { name, version, first, second });
            }
        }
        Ok(self)
    }

    /// Every registered type, ordered by name and version.
    pub fn entries(&self) -> impl Iterator<Item = &MessageEntry> {
        self.entries.values().flat_map(BTreeMap::values)
    }

    /// The type registered under `name`, in this `version` or else in the newest one.
    ///
    /// # Errors
    ///
    /// [`DecodeError::UnknownName`] or [`DecodeError::WrongVersion`].
    pub fn entry(&self, name: &str, version: Option<u32>) -> Result<&MessageEntry, DecodeError> {
        let versions = self.entries.get(name).ok_or_else(|| self.unknown(name))?;
        let entry = match version {
            None => versions.values().next_back(),
            Some(version) => versions.get(&version),
        };
        entry.ok_or_else(|| DecodeError::WrongVersion {
            name: name.to_owned(),
            found: version.unwrap_or_default(),
            known: versions.keys().copied().collect(),
        })
    }

    /// Reads the message `name` from JSON, in this `version` of its shape or else in the newest.
    ///
    /// # Errors
    ///
    /// Any [`DecodeError`] but `NotADocument`.
    pub fn decode_json(
        &self,
        name: &str,
        version: Option<u32>,
        bytes: &[u8],
    ) -> Result<Decoded, DecodeError> {
        within_limit(bytes)?;
        self.decode(name, version, bytes, |codec| codec.from_json)
    }

    /// Reads a message that says its own name from JSON:
    /// `{"message": "sales.PlaceOrder", "version": 1, "data": {…}}`. Without a version it is the
    /// newest.
    ///
    /// # Errors
    ///
    /// Any [`DecodeError`].
    pub fn decode_document_json(&self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        within_limit(bytes)?;
        let header: Header = serde_json::from_slice(bytes)
            .map_err(|error| DecodeError::NotADocument { source: error.into() })?;
        self.decode(&header.message, header.version, bytes, |codec| codec.from_json_document)
    }

    /// Reads the message `name` from YAML, in this `version` of its shape or else in the newest.
    ///
    /// Aliases are expanded, and what they repeat counts against the size limit again.
    ///
    /// # Errors
    ///
    /// Any [`DecodeError`] but `NotADocument`.
    #[cfg(feature = "yaml")]
    pub fn decode_yaml(
        &self,
        name: &str,
        version: Option<u32>,
        bytes: &[u8],
    ) -> Result<Decoded, DecodeError> {
        within_limit(bytes)?;
        self.decode(name, version, bytes, |codec| codec.from_yaml)
    }

    /// Reads a message that says its own name from YAML: the fields `message`, `version` and
    /// `data`. Without a version it is the newest.
    ///
    /// Aliases are expanded, and what they repeat counts against the size limit again.
    ///
    /// # Errors
    ///
    /// Any [`DecodeError`].
    #[cfg(feature = "yaml")]
    pub fn decode_document_yaml(&self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        within_limit(bytes)?;
        let header: Header =
            yaml::read(bytes).map_err(|source| DecodeError::NotADocument { source })?;
        self.decode(&header.message, header.version, bytes, |codec| codec.from_yaml_document)
    }

    /// Writes a message as JSON, without its name: what [`decode_json`](Self::decode_json) reads.
    ///
    /// # Errors
    ///
    /// Any [`EncodeError`].
    pub fn encode_json(&self, message: &dyn Any) -> Result<Vec<u8>, EncodeError> {
        self.encode(message, |codec| codec.to_json)
    }

    /// Writes a message as JSON with its name and version: what
    /// [`decode_document_json`](Self::decode_document_json) reads.
    ///
    /// # Errors
    ///
    /// Any [`EncodeError`].
    pub fn encode_document_json(&self, message: &dyn Any) -> Result<Vec<u8>, EncodeError> {
        self.encode(message, |codec| codec.to_json_document)
    }

    fn decode(
        &self,
        name: &str,
        version: Option<u32>,
        bytes: &[u8],
        form: fn(&Codec) -> Read,
    ) -> Result<Decoded, DecodeError> {
        let entry = *self.entry(name, version)?;
        let Some(codec) = (entry.codec)() else {
            return Err(DecodeError::NotDecodable { name: name.to_owned() });
        };
        let malformed = |source: FormatError| DecodeError::Malformed { name: name.into(), source };
        let message = form(&codec)(bytes).map_err(malformed)?;
        Ok(Decoded { entry, message })
    }

    fn encode(&self, message: &dyn Any, form: fn(&Codec) -> Write) -> Result<Vec<u8>, EncodeError> {
        // A reference to the box is itself an `Any`: it is the message inside that is meant.
        let message = message.downcast_ref::<AnyMessage>().map_or(message, |boxed| &**boxed);
        let entry = self.by_type.get(&message.type_id()).ok_or(EncodeError::NotRegistered)?;
        let name = (entry.name)();
        let codec = (entry.codec)().ok_or(EncodeError::NotEncodable { name })?;
        let bytes = form(&codec)(message)
            .ok_or(EncodeError::NotEncodable { name })?
            .map_err(|source| EncodeError::Unwritable { name, source })?;
        match bytes.len() {
            size if size > ENCODED_MESSAGE_MAX => {
                Err(EncodeError::TooLarge { name, size, limit: ENCODED_MESSAGE_MAX })
            }
            _ => Ok(bytes),
        }
    }

    /// The error of an unknown name. The name may come from anywhere and be of any length.
    #[cold]
    fn unknown(&self, name: &str) -> DecodeError {
        if name.len() > MESSAGE_NAME_MAX {
            let kept = &name[..name.floor_char_boundary(MESSAGE_NAME_MAX)];
            return DecodeError::UnknownName { name: format!("{kept}…"), near: Vec::new() };
        }
        let near = suggest::near(name, self.entries.keys().copied());
        DecodeError::UnknownName { name: name.to_owned(), near }
    }
}

fn within_limit(bytes: &[u8]) -> Result<(), DecodeError> {
    match bytes.len() {
        size if size > ENCODED_MESSAGE_MAX => {
            Err(DecodeError::TooLarge { size, limit: ENCODED_MESSAGE_MAX })
        }
        _ => Ok(()),
    }
}

/// A message that was read by its name.
pub struct Decoded {
    entry: MessageEntry,
    message: AnyMessage,
}

impl Decoded {
    /// What is known about its type.
    #[must_use]
    pub fn entry(&self) -> &MessageEntry {
        &self.entry
    }

    /// Whether it is an `M`.
    #[must_use]
    pub fn is<M: Message>(&self) -> bool {
        self.message.is::<M>()
    }

    /// The message as an `M`.
    ///
    /// # Errors
    ///
    /// Itself, when it is of another type.
    pub fn downcast<M: Message>(self) -> Result<M, Decoded> {
        let Decoded { entry, message } = self;
        match message.downcast::<M>() {
            Ok(message) => Ok(*message),
            Err(message) => Err(Decoded { entry, message }),
        }
    }

    /// What is known about its type, and the message.
    #[must_use]
    pub fn into_parts(self) -> (MessageEntry, AnyMessage) {
        (self.entry, self.message)
    }

    /// The message, of whatever type it is.
    #[must_use]
    pub fn into_message(self) -> AnyMessage {
        self.message
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("name", &(self.entry.name)())
            .field("version", &self.entry.version)
            .finish_non_exhaustive()
    }
}
