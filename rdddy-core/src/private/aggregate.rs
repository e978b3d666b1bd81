//! What the code that `#[aggregate]` generates calls.

use std::error::Error;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::{Aggregate, DecisionOf, IntoDecision, Returned, StoredForm};
use crate::message::{Command, Event};

/// What reading and writing JSON comes to.
pub type JsonResult<T> = serde_json::Result<T>;

/// What a decision came to, by what its handler returned.
pub fn decision_of<A: Aggregate, C: Command, T, Shape>(returned: T) -> DecisionOf<A, C>
where
    T: Returned<A, C::Reply, C::Error, Shape>,
    T::Value: IntoDecision<A, C::Reply, C::Error>,
{
    returned.value().into_decision()
}

/// An event as it is stored.
///
/// # Errors
///
/// What its `Serialize` says.
pub fn event_to_json<E: Event + Serialize>(event: &E) -> JsonResult<Vec<u8>> {
    serde_json::to_vec(event)
}

/// An event as it was stored.
///
/// # Errors
///
/// What its `Deserialize` says.
pub fn event_from_json<E: Event + DeserializeOwned>(json: &[u8]) -> JsonResult<Arc<E>> {
    serde_json::from_slice(json).map(Arc::new)
}

/// A state that can be written down, and read again.
#[diagnostic::on_unimplemented(
    message = "rdddy::E067: the state of `{Self}` cannot be stored: it lacks serde's traits",
    label = "not `Serialize` and `Deserialize`",
    note = "help: add `#[derive(Serialize, Deserialize)]` to `{Self}`, or remove `snapshot(..)` or `stored = state`"
)]
pub trait KeptState: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<A: Serialize + DeserializeOwned> KeptState for A {}

/// How a state is kept.
#[must_use]
pub const fn state_form<A: Aggregate + KeptState>() -> StoredForm<A> {
    StoredForm::json()
}

/// What a stored state is known by: the fold may change, and the state is still good.
pub const STATE_FINGERPRINT: u64 = 0xCBF2_9CE4_8422_2325;

/// The number of a fold: of its text, and of the events that it is about. FNV-1a
/// (<https://datatracker.ietf.org/doc/html/rfc9923>), because it is the same everywhere.
#[must_use]
pub fn fingerprint(text: u64, events: &[(&str, u32)]) -> u64 {
    let events = events
        .iter()
        .flat_map(|(name, version)| name.bytes().chain(version.to_le_bytes()).chain([0]));
    events.fold(text, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// What an `#[upcast]` function may return: the JSON, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "rdddy::E068: an `#[upcast]` function returns the JSON of the next version, not `{Self}`",
    label = "neither `Value` nor `Result<Value, _>`",
    note = "help: return `serde_json::Value`, or `Result<serde_json::Value, E>`"
)]
pub trait IntoUpcast {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// What the function says.
    fn into_upcast(self) -> Result<Value, Box<dyn Error + Send + Sync>>;
}

impl IntoUpcast for Value {
    fn into_upcast(self) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Ok(self)
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> IntoUpcast for Result<Value, E> {
    fn into_upcast(self) -> Result<Value, Box<dyn Error + Send + Sync>> {
        self.map_err(Into::into)
    }
}

/// The JSON of the next version, by what the function returned.
///
/// # Errors
///
/// What the function says.
pub fn upcasted(returned: impl IntoUpcast) -> Result<Value, Box<dyn Error + Send + Sync>> {
    returned.into_upcast()
}

/// Finds out whether a type can be copied: method look-up prefers [`WithCopy`], which exists for types
/// that are `Clone`, over [`WithoutCopy`], which exists for all.
#[derive(Debug)]
pub struct CopyProbe<T>(PhantomData<T>);

impl<T> CopyProbe<T> {
    /// A probe of `T`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "called by generated code only")]
    pub const fn new() -> Self {
        CopyProbe(PhantomData)
    }
}

/// A type that can be copied.
pub trait WithCopy<T> {
    /// A copy.
    fn copy(&self, value: &T) -> Option<T>;
}

impl<T: Clone> WithCopy<T> for CopyProbe<T> {
    fn copy(&self, value: &T) -> Option<T> {
        Some(value.clone())
    }
}

/// A type that cannot be copied.
pub trait WithoutCopy<T> {
    /// Always `None`.
    fn copy(&self, value: &T) -> Option<T>;
}

impl<T> WithoutCopy<T> for &CopyProbe<T> {
    fn copy(&self, _: &T) -> Option<T> {
        None
    }
}

/// Finds out whether a type can be stored, in the same way.
#[derive(Debug)]
pub struct StoredProbe<T>(PhantomData<T>);

impl<T> StoredProbe<T> {
    /// A probe of `T`.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "called by generated code only")]
    pub const fn new() -> Self {
        StoredProbe(PhantomData)
    }
}

/// A type that can be stored.
pub trait WithStoredForm<T> {
    /// How.
    fn form(&self) -> Option<StoredForm<T>>;
}

impl<T: Serialize + DeserializeOwned> WithStoredForm<T> for StoredProbe<T> {
    fn form(&self) -> Option<StoredForm<T>> {
        Some(StoredForm::json())
    }
}

/// A type that cannot be stored.
pub trait WithoutStoredForm<T> {
    /// Always `None`.
    fn form(&self) -> Option<StoredForm<T>>;
}

impl<T> WithoutStoredForm<T> for &StoredProbe<T> {
    fn form(&self) -> Option<StoredForm<T>> {
        None
    }
}
