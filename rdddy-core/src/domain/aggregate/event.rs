//! The events of an aggregate, as one type.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::message::Event;

/// Changes an event's content from one version of its shape to the next.
pub type Upcast = fn(Value) -> Result<Value, Box<dyn std::error::Error + Send + Sync>>;

/// All events of an aggregate: an enum that `#[aggregate]` generates, with an `Arc` of each.
pub trait AggregateEvent: Clone + Send + Sync + Sized + 'static {
    /// The stable name of the event.
    fn name(&self) -> &'static str;

    /// The version of its shape.
    fn schema(&self) -> u32;

    /// What it is about: name and value of each tag.
    fn tags(&self) -> Vec<(&'static str, String)>;

    /// Its content, as JSON.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    fn encode(&self) -> serde_json::Result<Vec<u8>>;

    /// How each of the events is read.
    fn formats() -> Vec<EventFormat<Self>>;

    /// Hands the event, with its type, to `visitor`.
    fn visit<V: EventVisitor>(&self, visitor: V) -> V::Output;
}

/// What is done with an event once its type is known again.
pub trait EventVisitor {
    /// What comes of it.
    type Output;

    /// The event.
    fn visit<E: Event>(self, event: &Arc<E>) -> Self::Output;
}

/// How stored events of one type are read.
#[derive(Clone, Debug)]
pub struct EventFormat<T> {
    /// The stable name.
    pub name: &'static str,
    /// The present version of the shape.
    pub schema: u32,
    /// Reads the present shape.
    pub decode: fn(&[u8]) -> serde_json::Result<T>,
    /// What brings an older version, the number, to the next one.
    pub upcasts: Vec<(u32, Upcast)>,
    /// Names that it was stored by formerly.
    pub formerly: Vec<&'static str>,
}

/// How a value is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredForm<T> {
    /// Writes it, as JSON.
    pub encode: fn(&T) -> serde_json::Result<Vec<u8>>,
    /// Reads it.
    pub decode: fn(&[u8]) -> serde_json::Result<T>,
}

impl<T: Serialize + DeserializeOwned> StoredForm<T> {
    /// As serde has it.
    #[must_use]
    pub const fn json() -> Self {
        StoredForm {
            encode: |value| serde_json::to_vec(value),
            decode: |bytes| serde_json::from_slice(bytes),
        }
    }
}
