//! Reading and writing messages whose types implement serde's traits.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::document::Document;
#[cfg(feature = "yaml")]
use super::yaml;
use crate::message::Message;

/// A message whose type is known at run time only.
pub type AnyMessage = Box<dyn Any + Send>;

/// Reads a message, alone or as the `data` of a document.
pub(super) type Read = fn(&[u8]) -> Result<AnyMessage, FormatError>;
/// Writes a message; `None` when it is of another type.
pub(super) type Write = fn(&dyn Any) -> Option<Result<Vec<u8>, FormatError>>;
/// What a format's own library says is wrong.
pub(super) type FormatError = Box<dyn Error + Send + Sync>;

/// How one message type is read and written.
#[derive(Clone, Copy)]
pub struct Codec {
    pub(super) from_json: Read,
    pub(super) from_json_document: Read,
    pub(super) to_json: Write,
    pub(super) to_json_document: Write,
    #[cfg(feature = "yaml")]
    pub(super) from_yaml: Read,
    #[cfg(feature = "yaml")]
    pub(super) from_yaml_document: Read,
}

impl Codec {
    /// The codec of `M`.
    #[must_use]
    pub const fn of<M: Message + Serialize + DeserializeOwned>() -> Self {
        Codec {
            from_json: |bytes| Ok(Box::new(serde_json::from_slice::<M>(bytes)?)),
            from_json_document: |bytes| {
                Ok(Box::new(serde_json::from_slice::<Document<M>>(bytes)?.data))
            },
            to_json: |message| message.downcast_ref::<M>().map(write_json),
            to_json_document: |message| {
                message.downcast_ref::<M>().map(|message| write_json(&Document::of(message)))
            },
            #[cfg(feature = "yaml")]
            from_yaml: |bytes| Ok(Box::new(yaml::read::<M>(bytes)?)),
            #[cfg(feature = "yaml")]
            from_yaml_document: |bytes| Ok(Box::new(yaml::read::<Document<M>>(bytes)?.data)),
        }
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

fn write_json<T: Serialize>(value: &T) -> Result<Vec<u8>, FormatError> {
    serde_json::to_vec(value).map_err(Into::into)
}

/// Finds out whether a type has a [`Codec`]: method look-up prefers [`WithCodec`], which exists for
/// types that implement serde's traits, over [`WithoutCodec`], which exists for all.
#[derive(Debug)]
pub struct CodecProbe<M>(PhantomData<M>);

impl<M> CodecProbe<M> {
    /// A probe of `M`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "called by generated code only")]
    pub const fn new() -> Self {
        CodecProbe(PhantomData)
    }
}

/// The codec of a type that implements serde's traits.
pub trait WithCodec {
    /// Its codec.
    fn codec(&self) -> Option<Codec>;
}

impl<M: Message + Serialize + DeserializeOwned> WithCodec for CodecProbe<M> {
    fn codec(&self) -> Option<Codec> {
        Some(Codec::of::<M>())
    }
}

/// No codec.
pub trait WithoutCodec {
    /// Always `None`.
    fn codec(&self) -> Option<Codec>;
}

impl<M> WithoutCodec for &CodecProbe<M> {
    fn codec(&self) -> Option<Codec> {
        None
    }
}
