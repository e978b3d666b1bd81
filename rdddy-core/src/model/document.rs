//! The self-describing form of a message: `{"message": "sales.PlaceOrder", "version": 1, "data": …}`.
//!
//! A document is read twice: first as a [`Header`], to learn the name, then as the type of that
//! name. So nothing is built in between, and an error names its place in the text as it was given.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::message::Message;

const FIELDS: &[&str] = &["message", "version", "data"];

/// A message with its name and version.
pub(super) struct Document<T> {
    pub(super) message: String,
    /// The newest known version when there is none.
    pub(super) version: Option<u32>,
    pub(super) data: T,
}

/// What a document says about its message.
pub(super) type Header = Document<IgnoredAny>;

impl<'a, M: Message> Document<&'a M> {
    /// The document of `data`.
    pub(super) fn of(data: &'a M) -> Self {
        Document { message: M::name().to_owned(), version: Some(M::VERSION), data }
    }
}

impl<T: Serialize> Serialize for Document<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Document", FIELDS.len())?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("version", &self.version)?;
        fields.serialize_field("data", &self.data)?;
        fields.end()
    }
}

// By hand, because serde's derive macros would join the dependencies of every user for this type.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Document<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Document", FIELDS, DocumentVisitor(PhantomData))
    }
}

struct DocumentVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for DocumentVisitor<T> {
    type Value = Document<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message document with the fields `message`, `version` and `data`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let (mut message, mut version, mut data) = (None, None, None);
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "message" => set(&mut message, "message", fields.next_value()?)?,
                "version" => set(&mut version, "version", fields.next_value()?)?,
                "data" => set(&mut data, "data", fields.next_value()?)?,
                other => return Err(A::Error::unknown_field(other, FIELDS)),
            }
        }
        Ok(Document {
            message: message.ok_or_else(|| A::Error::missing_field("message"))?,
            version: version.flatten(),
            data: data.ok_or_else(|| A::Error::missing_field("data"))?,
        })
    }
}

fn set<T, E: Error>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}
