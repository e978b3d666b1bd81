//! Taking events of others.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};

use serde::de::DeserializeOwned;

use super::accepted::{Acceptor, Understood};
use super::cloud_event::shortened;
use super::dead_letter::{DEAD_LETTERS, DeadLetter, DeadLetterError, DeadLettered};
use super::{CloudEvent, CloudEventError};
use crate::host::{self, HostError, Process, Running, Surroundings, Working, with_causes};
use crate::limits;
use crate::message::{Event, EventScope, Metadata};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::store::{
    Append, AppendError, Appended, Commit, DocumentStore, Expected, NewEvent, Position, ReadError,
    StreamName, Version, Write,
};

/// The category of the streams of what has come, each with one event.
pub(super) const CATEGORY: &str = "rdddy.Inbox";

/// What is taken of others: events with `#[event(external)]` or `#[event(integration)]`.
#[derive(Default)]
pub struct Inbox {
    acceptors: BTreeMap<&'static str, (&'static str, Acceptor)>,
    not_from_others: Option<&'static str>,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.acceptors.keys()).finish()
    }
}

impl Inbox {
    /// Takes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Inbox::default()
    }

    /// Also events of type `E`, by its stable name and those that it had.
    #[must_use]
    pub fn accepts<E: Event + DeserializeOwned>(mut self) -> Self {
        if !matches!(E::SCOPE, EventScope::External | EventScope::Integration) {
            self.not_from_others = Some(E::name());
        }
        for name in E::FORMERLY.iter().chain(&[E::name()]) {
            self.acceptors.insert(name, (E::name(), Acceptor::of::<E>()));
        }
        self
    }
}

/// What became of an event that came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received {
    /// It is stored, at this position.
    New(Position),
    /// It had come before, and is stored at this position.
    Duplicate(Position),
}

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It is no event that could be taken. Nothing is kept.
    #[error("this is not an event that can be received")]
    Invalid(#[from] CloudEventError),
    /// Nobody here takes such events. It is kept as a dead letter.
    #[error("`{event_type}` is not accepted here")]
    Unknown {
        /// What was said to have happened.
        event_type: String,
    },
    /// Its content cannot be understood. It is kept as a dead letter.
    #[error("`{event_type}` cannot be understood: {why}")]
    Malformed {
        /// What was said to have happened.
        event_type: String,
        /// Why.
        why: String,
    },
    /// It could not be stored. Send it again: it is stored once.
    #[error("the event could not be stored")]
    Append(#[from] AppendError),
    /// The store could not be read. Send it again: it is stored once.
    #[error("the store could not be read")]
    Read(#[from] ReadError),
    /// The system has ended.
    #[error("the system has ended")]
    ShuttingDown,
}

impl ReceiveError {
    /// Whether the event itself is the trouble, so that sending it again is of no use.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            ReceiveError::Invalid(_)
                | ReceiveError::Unknown { .. }
                | ReceiveError::Malformed { .. }
        )
    }
}

struct RunningInbox {
    system: Weak<System>,
    around: Surroundings,
    documents: Arc<dyn DocumentStore>,
    acceptors: BTreeMap<&'static str, (&'static str, Acceptor)>,
}

impl Running for RunningInbox {
    fn stop(&self) {}

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl Process for Inbox {
    fn name(&self) -> &'static str {
        CATEGORY
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<Inbox>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        let process = CATEGORY;
        let documents = around.documents.clone().ok_or(HostError::NoDocuments { process })?;
        if let Some(event) = self.not_from_others {
            return Err(HostError::NotForOthers { process, event });
        }
        let (system, around) = (Arc::downgrade(system), around.clone());
        Ok(Arc::new(RunningInbox { system, around, documents, acceptors: self.acceptors }))
    }
}

impl SystemBuilder {
    /// Takes events of others: see [`ActorSystem::inbox`].
    pub fn inbox(self, inbox: Inbox) -> Self {
        self.process(inbox)
    }
}

impl ActorSystem {
    /// Where events of others are taken, if the system takes some.
    #[must_use]
    pub fn inbox(&self) -> Option<InboxHandle> {
        Some(InboxHandle(host::running(self.inner(), TypeId::of::<Inbox>())?))
    }
}

/// Where events of others are taken. Clones are cheap.
#[derive(Clone)]
pub struct InboxHandle(Arc<RunningInbox>);

impl fmt::Debug for InboxHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxHandle").finish_non_exhaustive()
    }
}

impl InboxHandle {
    /// Stores `event`, unless it has come before, and tells whoever listens. Processes and read models
    /// follow it like any stored event.
    ///
    /// # Errors
    ///
    /// [`ReceiveError`]. What nobody takes or understands is kept as a dead letter.
    pub async fn receive(&self, event: CloudEvent) -> Result<Received, ReceiveError> {
        let system = self.0.system.upgrade().ok_or(ReceiveError::ShuttingDown)?;
        let _working = Working::new(&self.0.around.busy);
        event.check()?;
        let received = self.0.take(&system, &event).await;
        if let Err(error @ (ReceiveError::Unknown { .. } | ReceiveError::Malformed { .. })) =
            &received
        {
            self.0.bury(&system, event, with_causes(error)).await;
        }
        received
    }

    /// What could not be taken, in the order in which it came.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError`].
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let documents = self.0.documents.page(DEAD_LETTERS, None, limits::DEAD_LETTERS_MAX).await?;
        let letters = documents.iter().map(|document| serde_json::from_slice(&document.data));
        Ok(letters.collect::<Result<_, _>>()?)
    }

    /// Takes a dead letter after all: somebody has brought what reads it.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError`]; it is kept.
    pub async fn replay(&self, id: &str) -> Result<Received, DeadLetterError> {
        let unknown = || DeadLetterError::Unknown { id: id.to_owned() };
        let system = self.0.system.upgrade().ok_or_else(unknown)?;
        let _working = Working::new(&self.0.around.busy);
        let document = self.0.documents.get(DEAD_LETTERS, id).await?.ok_or_else(unknown)?;
        let letter: DeadLetter = serde_json::from_slice(&document)?;
        let received = self.0.take(&system, &letter.event).await;
        let received =
            received.map_err(|error| DeadLetterError::Again { why: with_causes(&error) })?;
        // Should that fail, it is a duplicate the next time.
        self.discard(id).await?;
        Ok(received)
    }

    /// Throws a dead letter away.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError`].
    pub async fn discard(&self, id: &str) -> Result<(), DeadLetterError> {
        let writes = vec![Write::remove(DEAD_LETTERS, id)];
        Ok(self.0.documents.commit(Commit { writes, ..Commit::default() }).await?)
    }
}

impl RunningInbox {
    async fn take(
        &self,
        system: &Arc<System>,
        event: &CloudEvent,
    ) -> Result<Received, ReceiveError> {
        let event_type = || shortened(&event.event_type);
        let (name, acceptor) = self
            .acceptors
            .get(&*event.event_type)
            .ok_or_else(|| ReceiveError::Unknown { event_type: event_type() })?;
        let understood =
            (acceptor.understand)(event, &self.around.upcasters, self.around.keys.as_ref())
                .map_err(|why| ReceiveError::Malformed { event_type: event_type(), why })?;
        self.store(system, event, name, understood).await
    }

    /// Each in a stream of its own, so that it is stored once. No source has a space.
    async fn store(
        &self,
        system: &Arc<System>,
        event: &CloudEvent,
        name: &'static str,
        mut understood: Understood,
    ) -> Result<Received, ReceiveError> {
        let stream = StreamName::new(CATEGORY, format!("{} {}", event.source, event.id));
        let stream = stream.map_err(|source| AppendError::Refused { source: source.into() })?;
        let (id, now) = (system.seam().message_id(), system.seam().timestamp());
        let mut metadata = Metadata::first(id, now);
        metadata.correlation = event.correlation().unwrap_or(id);
        metadata.causation = event.message();
        metadata.trace = event.trace().map(Into::into);
        let stored = NewEvent {
            id,
            name: name.into(),
            schema: understood.schema,
            data: std::mem::take(&mut understood.data),
            tags: std::mem::take(&mut understood.tags),
            metadata: metadata.clone(),
        };
        let append = Append::new(now).to(stream.clone(), Expected::NoStream, vec![stored]);
        match self.around.store.append(append).await {
            Ok(Appended::Stored { position, .. }) => {
                understood.publish(system, metadata).await;
                Ok(Received::New(position))
            }
            Ok(Appended::Repeated(known)) => Ok(Received::Duplicate(known.position)),
            Err(AppendError::Conflict { .. }) => {
                let known = self.around.store.read_stream(&stream, Version(1), 1).await?;
                let known = known.first().map(|known| known.position.clone());
                Ok(Received::Duplicate(known.unwrap_or(Position::START)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps what could not be taken, unless there are too many.
    async fn bury(&self, system: &Arc<System>, event: CloudEvent, why: String) {
        let at = system.seam().timestamp();
        let (source, event_type) = (shortened(&event.source), shortened(&event.event_type));
        let id = format!("{:020}-{}", at.0.as_nanos(), system.seam().message_id());
        let letter = DeadLetter { id, event, why: why.clone(), at };
        let kept = self.keep(letter).await;
        if let Err(error) = &kept {
            tracing::warn!(source, event_type, error, "a dead letter is not kept");
        }
        let told = DeadLettered { source, event_type, why, kept: kept.is_ok() };
        system.publish_shared(Arc::new(told), None).await;
    }

    async fn keep(&self, letter: DeadLetter) -> Result<(), String> {
        let most = limits::DEAD_LETTERS_MAX;
        let known = self.documents.page(DEAD_LETTERS, None, most).await;
        if known.map_err(|error| with_causes(&error))?.len() >= most {
            return Err(format!("there are {most} already"));
        }
        let json = serde_json::to_vec(&letter).map_err(|error| with_causes(&error))?;
        let writes = vec![Write::put(DEAD_LETTERS, letter.id, json)];
        let kept = self.documents.commit(Commit { writes, ..Commit::default() }).await;
        kept.map_err(|error| with_causes(&error))
    }
}
