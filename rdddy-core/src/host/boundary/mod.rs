//! Decisions that depend on events of many streams: a dynamic consistency boundary.
//!
//! A decision reads what it depends on, decides, and appends on the condition that nothing of what it
//! depends on has happened since. If something has, it folds that, too, and decides anew. There is
//! no lock, and two decisions that depend on different events never meet.

mod error;
mod facts;
mod model;

pub use error::DecideError;
pub use facts::{Consider, Facts, IntoFacts};
pub use model::{DecisionModel, Fold};

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::facts::AnyFact;
use crate::domain::{KeyStore, StoredForm, with_keys};
use crate::host::surroundings::Surroundings;
use crate::limits;
use crate::message::{MessageId, Metadata, Timestamp};
use crate::runtime::ActorSystem;
use crate::store::{
    Append, AppendError, Appended, EventQuery, EventStore, Expected, NewEvent, Position, ReadError,
    StoredCommand, StreamName, Tag,
};

/// The category of the streams of decisions that name no other.
const CATEGORY: &str = "rdddy.Decision";

/// Takes decisions that depend on events of many streams. Clones are cheap.
#[derive(Clone)]
pub struct Boundary {
    system: ActorSystem,
    around: Surroundings,
    cause: Option<Arc<Metadata>>,
}

/// A decision that was taken, is durable, and can be read at its position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agreed<R> {
    /// The reply.
    pub reply: R,
    /// Where its last event stands; when nothing happened, where the decision has read to.
    pub position: Position,
    /// Whether the command id was known, so that this is the first answer.
    pub repeated: bool,
}

/// What is known about one decision while it is tried.
struct Trying<'a, R> {
    query: EventQuery,
    metadata: Metadata,
    seed: u128,
    command: Option<(MessageId, &'a StoredForm<R>)>,
}

/// What was appended, or may have been.
struct Proposal<R> {
    stream: StreamName,
    /// After where it stands.
    seen: Position,
    last: Option<MessageId>,
    events: Vec<(Box<dyn AnyFact>, Metadata)>,
    reply: R,
}

impl Boundary {
    /// Takes decisions on `store`, by the clock of `system`, which hears the events.
    #[must_use]
    pub fn new(system: ActorSystem, store: Arc<dyn EventStore>) -> Self {
        Boundary::over(system, Surroundings::of(store))
    }

    /// The same, with `keys` for personal values.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn KeyStore>) -> Self {
        self.around.keys = Some(keys);
        self
    }

    pub(super) fn over(system: ActorSystem, around: Surroundings) -> Self {
        Boundary { system, around, cause: None }
    }

    /// The same, for decisions that are caused by the message with this metadata.
    #[must_use]
    pub fn caused_by(&self, cause: &Metadata) -> Self {
        Boundary { cause: Some(Arc::new(cause.clone())), ..self.clone() }
    }

    /// Folds what `model` selects, lets `decide` decide on it, and stores what happens, unless
    /// something that the model selects has happened meanwhile. Then it is decided anew, at most
    /// [`limits::DECISION_ATTEMPTS`] times. The events are published once they are durable.
    ///
    /// # Errors
    ///
    /// [`DecideError`]. Nothing is stored, but for [`AppendError::Unacknowledged`], which does not
    /// tell.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped, the decision may have been stored without being published.
    pub async fn decide<M, T, X>(
        &self,
        model: &M,
        decide: impl Fn(&M::State, &Consider) -> Result<T, X> + Send,
    ) -> Result<Agreed<T::Reply>, DecideError<X>>
    where
        M: DecisionModel,
        T: IntoFacts,
    {
        self.run(None, model, decide).await
    }

    /// The same, once for each `command`: a repeated one gets its first answer, also after a restart,
    /// whatever has happened since.
    ///
    /// # Errors
    ///
    /// [`DecideError`]. Trying again with the same id is always safe.
    ///
    /// # Cancel safety
    ///
    /// As for [`Boundary::decide`].
    pub async fn decide_as<M, T, X>(
        &self,
        command: MessageId,
        model: &M,
        decide: impl Fn(&M::State, &Consider) -> Result<T, X> + Send,
    ) -> Result<Agreed<T::Reply>, DecideError<X>>
    where
        M: DecisionModel,
        T: IntoFacts,
        T::Reply: Serialize + DeserializeOwned,
    {
        let form = StoredForm::json();
        if let Some(known) = self.around.store.find_command(command).await? {
            let reply = self.decode_reply(&known, &form)?;
            return Ok(Agreed { reply, position: known.position, repeated: true });
        }
        self.run(Some((command, &form)), model, decide).await
    }

    async fn run<M, T, X>(
        &self,
        command: Option<(MessageId, &StoredForm<T::Reply>)>,
        model: &M,
        decide: impl Fn(&M::State, &Consider) -> Result<T, X> + Send,
    ) -> Result<Agreed<T::Reply>, DecideError<X>>
    where
        M: DecisionModel,
        T: IntoFacts,
    {
        let trying = self.begin(command, model);
        let (mut state, mut seen) = (model.begin(), Position::START);
        let mut doubt = None;
        let mut attempt = 1;
        loop {
            self.catch_up(model, &trying.query, &mut state, &mut seen).await?;
            let now = self.system.inner().seam().timestamp();
            let decided = {
                let metadata = trying.metadata.clone();
                let (seed, given) = (trying.seed, Cell::new(0));
                let cx = Consider { now, metadata, attempt, seed, given };
                with_keys(self.around.keys.as_ref(), || decide(&state, &cx))
            };
            let facts = match decided {
                Ok(decided) => decided.into_facts(),
                // What is refused may be what has happened already.
                Err(refusal) => match self.clear_up(&trying, &mut doubt).await? {
                    Some(agreed) => return Ok(agreed),
                    None => return Err(DecideError::Refused(refusal)),
                },
            };
            if facts.events.is_empty() && command.is_none() {
                return Ok(Agreed { reply: facts.reply, position: seen, repeated: false });
            }
            let (append, proposal) = self.propose(&trying, facts, now, &seen)?;
            let error = match self.around.store.append(append).await {
                Ok(Appended::Stored { position, .. }) => {
                    return Ok(self.happened(proposal, position).await);
                }
                Ok(Appended::Repeated(known)) => {
                    return match self.clear_up(&trying, &mut doubt).await? {
                        Some(agreed) => Ok(agreed),
                        None => self.first_answer(&known, trying.command, proposal.reply),
                    };
                }
                Err(error) => error,
            };
            let lost = matches!(error, AppendError::Unacknowledged { .. });
            if !lost && !error.is_conflict() {
                return Err(DecideError::Append(error));
            }
            if lost {
                doubt = Some(proposal);
            }
            // A decision must not be taken anew on events that are its own.
            match self.clear_up(&trying, &mut doubt).await {
                Ok(Some(agreed)) => return Ok(agreed),
                Err::<_, DecideError<X>>(error) if !lost => return Err(error),
                // Without a command's id, the store would not notice should the first one arrive.
                Ok(None) if !lost || command.is_some() => {}
                _ => return Err(DecideError::Append(error)),
            }
            if attempt >= limits::DECISION_ATTEMPTS {
                return Err(match lost {
                    true => DecideError::Append(error),
                    false => DecideError::Conflict { attempts: attempt, source: error },
                });
            }
            self.pause(attempt).await;
            attempt += 1;
        }
    }

    /// Publishes what is durable.
    async fn happened<R>(&self, proposal: Proposal<R>, position: Position) -> Agreed<R> {
        for (event, metadata) in proposal.events {
            event.publish(Arc::clone(self.system.inner()), metadata).await;
        }
        Agreed { reply: proposal.reply, position, repeated: false }
    }

    /// Finds out whether what is in doubt was stored; `None` when it was not, so far.
    async fn clear_up<R, X>(
        &self,
        trying: &Trying<'_, R>,
        doubt: &mut Option<Proposal<R>>,
    ) -> Result<Option<Agreed<R>>, DecideError<X>> {
        let Some(proposal) = doubt.take() else { return Ok(None) };
        let Proposal { stream, seen, last, .. } = &proposal;
        if let Some(position) = self.find(stream, seen, *last).await? {
            return Ok(Some(self.happened(proposal, position).await));
        }
        if let Some((id, _)) = trying.command
            && let Some(known) = self.around.store.find_command(id).await?
        {
            return self.first_answer(&known, trying.command, proposal.reply).map(Some);
        }
        *doubt = Some(proposal);
        Ok(None)
    }

    fn begin<'a, M: DecisionModel, R>(
        &self,
        command: Option<(MessageId, &'a StoredForm<R>)>,
        model: &M,
    ) -> Trying<'a, R> {
        let system = self.system.inner();
        let now = system.seam().timestamp();
        // Of the message that is being handled, if one is.
        let mut metadata = system.command_metadata(None);
        if let Some(cause) = &self.cause {
            metadata = cause.caused(metadata.message, now);
        }
        if let Some((id, _)) = command {
            let begins = metadata.correlation == metadata.message;
            metadata.message = id;
            if begins {
                metadata.correlation = id;
            }
        }
        let query = model.items().into_iter().fold(EventQuery::all(), EventQuery::or);
        Trying { query, metadata, seed: system.seam().draw_u128(), command }
    }

    /// Folds what has happened after `seen`.
    async fn catch_up<M: DecisionModel, X>(
        &self,
        model: &M,
        query: &EventQuery,
        state: &mut M::State,
        seen: &mut Position,
    ) -> Result<(), DecideError<X>> {
        // Without items it would select everything.
        if query.items().is_empty() {
            return Ok(());
        }
        let mut head = None;
        loop {
            let page = self.around.store.read(query, seen, limits::READ_PAGE_MAX).await?;
            with_keys(self.around.keys.as_ref(), || {
                page.events.iter().try_for_each(|stored| {
                    model.apply(state, stored).map_err(|source| DecideError::Event {
                        position: stored.position.clone(),
                        source,
                    })
                })
            })?;
            *seen = page.reached;
            if page.at_head || head.as_ref().is_some_and(|head| seen.reached(head)) {
                return Ok(());
            }
            // Others may append faster than this reads, so it does not run after them for ever.
            if head.is_none() {
                head = Some(self.around.store.head().await?);
            }
        }
    }

    fn propose<R, X>(
        &self,
        trying: &Trying<'_, R>,
        facts: Facts<R>,
        now: Timestamp,
        seen: &Position,
    ) -> Result<(Append, Proposal<R>), DecideError<X>> {
        let decision = &trying.metadata;
        let own = || StreamName::new(CATEGORY, decision.message.to_string());
        let stream = facts.stream.map_or_else(own, Ok);
        let stream = stream.map_err(|source| DecideError::Tag { event: CATEGORY, source })?;
        let mut events = Vec::with_capacity(facts.events.len());
        for fact in &facts.events {
            let event = fact.name();
            let id = self.system.inner().seam().message_id();
            let data = with_keys(self.around.keys.as_ref(), || fact.encode());
            let data = data.map_err(|source| DecideError::Encode { event, source })?;
            let tags = fact.tags().into_iter().map(|(name, value)| Tag::new(name, &value));
            let tags: Result<_, _> = tags.collect();
            let tags = tags.map_err(|source| DecideError::Tag { event, source })?;
            let (name, schema) = (event.into(), fact.schema());
            events.push(NewEvent {
                id,
                name,
                schema,
                data,
                tags,
                metadata: decision.caused(id, now),
            });
        }
        let told: Vec<_> = events.iter().map(|event| event.metadata.clone()).collect();
        let last = events.last().map(|event| event.id);
        let mut append = Append::new(now);
        if !events.is_empty() {
            append = append.to(stream.clone(), Expected::Any, events);
        }
        if !trying.query.items().is_empty() {
            append = append.if_nothing_new(trying.query.clone(), Some(seen.clone()));
        }
        if let Some((id, form)) = trying.command {
            let reply = with_keys(self.around.keys.as_ref(), || (form.encode)(&facts.reply));
            append = append.answering(id, reply.map_err(|source| DecideError::Reply { source })?);
        }
        let (events, reply) = (facts.events.into_iter().zip(told).collect(), facts.reply);
        Ok((append, Proposal { stream, seen: seen.clone(), last, events, reply }))
    }

    /// Where `event` of `stream` stands, if it was stored. That is after `seen`.
    async fn find(
        &self,
        stream: &StreamName,
        seen: &Position,
        event: Option<MessageId>,
    ) -> Result<Option<Position>, ReadError> {
        let Some(event) = event else { return Ok(None) };
        let query = EventQuery::stream(stream.clone());
        let mut seen = seen.clone();
        loop {
            let page = self.around.store.read(&query, &seen, limits::READ_PAGE_MAX).await?;
            let found = page.events.into_iter().find(|stored| stored.event.id == event);
            match found {
                Some(stored) => return Ok(Some(stored.position)),
                None if page.at_head => return Ok(None),
                None => seen = page.reached,
            }
        }
    }

    /// The answer that `known` was given; `reply` when no reply is stored.
    fn first_answer<R, X>(
        &self,
        known: &StoredCommand,
        command: Option<(MessageId, &StoredForm<R>)>,
        reply: R,
    ) -> Result<Agreed<R>, DecideError<X>> {
        let reply = match command {
            Some((_, form)) => self.decode_reply(known, form)?,
            None => reply,
        };
        Ok(Agreed { reply, position: known.position.clone(), repeated: true })
    }

    fn decode_reply<R, X>(
        &self,
        known: &StoredCommand,
        form: &StoredForm<R>,
    ) -> Result<R, DecideError<X>> {
        let reply = with_keys(self.around.keys.as_ref(), || (form.decode)(&known.command.reply));
        reply.map_err(|source| DecideError::Reply { source })
    }

    /// Lets others finish, longer each time, and not all of those who wait alike.
    async fn pause(&self, attempt: u32) {
        let most = Duration::from_millis(1 << attempt.min(16)).min(limits::DECISION_BACKOFF_MAX);
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        let seam = self.system.inner().seam();
        seam.sleep(Duration::from_micros(seam.below(micros))).await;
    }
}

impl fmt::Debug for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boundary").finish_non_exhaustive()
    }
}
