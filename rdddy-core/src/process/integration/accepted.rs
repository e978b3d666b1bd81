//! What an inbox takes of events of one type.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::CloudEvent;
use crate::domain::{KeyStore, with_keys};
use crate::host::{Upcasters, with_causes};
use crate::message::{Event, Metadata};
use crate::runtime::System;
use crate::store::{EventDecoder, Tag};

/// An event that was understood.
pub(super) struct Understood {
    pub(super) schema: u32,
    pub(super) data: Vec<u8>,
    pub(super) tags: Vec<Tag>,
    event: Box<dyn Heard>,
}

/// An event, to be heard by whoever listens.
trait Heard: Send {
    fn publish(self: Box<Self>, system: Arc<System>, metadata: Metadata) -> Publishing;
}

type Publishing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<E: Event> Heard for Arc<E> {
    fn publish(self: Box<Self>, system: Arc<System>, metadata: Metadata) -> Publishing {
        Box::pin(async move { system.publish_shared(*self, Some(Arc::new(metadata))).await })
    }
}

impl Understood {
    /// Tells whoever listens.
    pub(super) async fn publish(self, system: &Arc<System>, metadata: Metadata) {
        self.event.publish(Arc::clone(system), metadata).await;
    }
}

/// How events of one type are understood.
#[derive(Clone, Copy)]
pub(super) struct Acceptor {
    pub(super) understand: Understand,
}

type Understand =
    fn(&CloudEvent, &Upcasters, Option<&Arc<dyn KeyStore>>) -> Result<Understood, String>;

impl Acceptor {
    pub(super) fn of<E: Event + DeserializeOwned>() -> Self {
        Acceptor { understand: understand::<E> }
    }
}

fn understand<E: Event + DeserializeOwned>(
    event: &CloudEvent,
    upcasters: &Upcasters,
    keys: Option<&Arc<dyn KeyStore>>,
) -> Result<Understood, String> {
    let name = E::name();
    let decoder =
        EventDecoder::<E>::new().event(name, E::VERSION, |json| serde_json::from_slice(json));
    let decoder =
        upcasters.of(name).fold(decoder, |decoder, (from, up)| decoder.upcast(name, from, up));
    let schema = event.schema().ok_or("the version of its shape is not a number")?;
    let data = event.data.as_ref().ok_or("it has no data")?;
    let data = serde_json::to_vec(data).map_err(|error| error.to_string())?;
    let decoded = with_keys(keys, || decoder.decode_parts(name, schema, &data));
    let decoded = decoded.map_err(|error| with_causes(&error))?;
    let tags = decoded.tags().into_iter().map(|(name, value)| Tag::new(name, &value));
    let tags = tags.collect::<Result<_, _>>().map_err(|error| with_causes(&error))?;
    Ok(Understood { schema, data, tags, event: Box::new(Arc::new(decoded)) })
}
