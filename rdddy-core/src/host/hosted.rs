//! All loaded aggregates of one type, and how they execute commands.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::busy::Working;
use super::committed::{Committed, Happened};
use super::deciding::{Decided, Sent};
use super::dispatch::with_causes;
use super::entry::Entry;
use super::error::ExecuteError;
use super::execute::{Execute, Executed, Executing, Order};
use super::fault::{AggregateFault, FaultKind};
use super::fold::{self, decoder_of};
use super::loaded::{self, LoadedAggregates};
use super::publish::publish_due;
use super::surroundings::Surroundings;
use crate::domain::{Aggregate, Decides, Keyed, with_keys};
use crate::limits;
use crate::message::{MessageId, Metadata};
use crate::runtime::{GivenCommand, System};
use crate::store::{AppendError, Appended, EventDecoder, Position, StoredCommand, Version};

/// See the module.
pub(crate) struct Hosted<A: Aggregate> {
    pub(super) around: Surroundings,
    decoder: EventDecoder<A::Event>,
    loaded: LoadedAggregates<A>,
}

impl<A: Aggregate> std::fmt::Debug for Hosted<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hosted<{}>", A::NAME)
    }
}

/// What one attempt came to.
enum Attempt<C: crate::message::Command> {
    Over(Executed<C>),
    /// The state was not there, or somebody else was first: again, with this command.
    Again(C, Option<Arc<AppendError>>),
}

impl<A: Aggregate> Hosted<A> {
    pub(crate) fn new(around: Surroundings) -> Arc<Self> {
        let loaded = LoadedAggregates::new();
        Arc::new(Hosted { around, decoder: decoder_of::<A>(), loaded })
    }

    pub(super) fn loaded(&self) -> &LoadedAggregates<A> {
        &self.loaded
    }

    /// Folds the aggregate, unless that has been done.
    async fn load<C: Keyed<Key = A::Id>>(
        &self,
        system: &Arc<System>,
        entry: &Entry<A>,
    ) -> Result<(), ExecuteError<C>> {
        let Some(loading) = entry.turn_to_load().await else { return Ok(()) };
        let Surroundings { store, keys, .. } = &self.around;
        let forgotten = self.around.forgotten();
        let folding =
            fold::fold::<A>(&**store, keys.as_ref(), &self.decoder, &entry.stream, |_| true, true);
        match folding.await {
            Ok(mut folded) => {
                let broken = folded.broken_snapshot.take();
                loading.finish(folded, forgotten);
                if let Some(kind) = broken {
                    self.report(system, entry, kind);
                }
                Ok(())
            }
            Err(error) => {
                drop(loading);
                self.report(system, entry, FaultKind::Unreadable(error.clone()));
                Err(ExecuteError::Read(error))
            }
        }
    }

    /// Publishes a fault. Nobody is waited for.
    fn report(&self, system: &Arc<System>, entry: &Entry<A>, kind: FaultKind) {
        let key = entry.stream.key().to_owned();
        let fault = AggregateFault { category: A::category(), key, kind };
        tracing::warn!(category = fault.category, key = fault.key, "a fault of an aggregate");
        let publisher = Arc::clone(system);
        system.seam().spawn(async move {
            publisher.publish_shared(Arc::new(fault), None).await;
        });
    }

    /// What a lost acknowledgement would have said: where the append ended, if its first event is
    /// there.
    async fn find(&self, entry: &Entry<A>, before: Version, first: MessageId) -> Option<Position> {
        let from = Version(before.0 + 1);
        let page = self.around.store.read_stream(&entry.stream, from, limits::READ_PAGE_MAX).await;
        let page = page.ok()?;
        let found = page.first().filter(|stored| stored.event.id == first)?;
        let correlation = found.event.metadata.causation;
        let ours = page.iter().take_while(|stored| stored.event.metadata.causation == correlation);
        ours.last().map(|stored| stored.position.clone())
    }
}

impl<A: Decides<C>, C: Keyed<Key = A::Id>> Execute<C> for Hosted<A> {
    fn execute(self: Arc<Self>, system: Arc<System>, order: Order<C>) -> Executing<C> {
        let working = Working::new(&self.around.busy);
        Box::pin(async move {
            let _working = working;
            if !system.is_recorded() {
                return self.carry_out(system, order).await;
            }
            let (key, metadata) = (order.command.key().to_string(), order.metadata.clone());
            let (name, category, process) = (C::name(), A::category(), order.process);
            let given = GivenCommand { name, category, key: &key, process, metadata: &metadata };
            system.each_recorder(|recorder| recorder.given(&given));
            let executed = self.carry_out(Arc::clone(&system), order).await;
            let failure = executed.as_ref().err().map(|error| match error.refusal() {
                Some(refusal) => refusal.to_string(),
                None => with_causes(error),
            });
            system.each_recorder(|recorder| recorder.answered(&given, failure.as_deref()));
            executed
        })
    }
}

impl<A: Aggregate> Hosted<A> {
    async fn carry_out<C: Keyed<Key = A::Id>>(
        self: Arc<Self>,
        system: Arc<System>,
        order: Order<C>,
    ) -> Executed<C>
    where
        A: Decides<C>,
    {
        let Order { mut command, metadata, once, .. } = order;
        let id = once.then_some(metadata.message);
        let key = command.key().to_string();
        let now = system.seam().elapsed();
        let entry = self.loaded.entry(&key, now).map_err(ExecuteError::Key)?;
        if self.loaded.needs_sweeping() {
            let (of_system, own) = (Arc::downgrade(&system), Arc::downgrade(&self));
            system.seam().spawn(loaded::sweep(of_system, own));
        }
        for attempt in 0..limits::EXECUTE_ATTEMPTS {
            if let Err(error) = self.load::<C>(&system, &entry).await {
                return self.unless_repeated(id, Err(error)).await.0;
            }
            match self.attempt(&system, &entry, command, id, &metadata).await {
                Attempt::Over(executed) => return executed,
                Attempt::Again(back, overtaken) => {
                    if let Some(error) = overtaken {
                        if attempt + 1 == limits::EXECUTE_ATTEMPTS {
                            return Err(ExecuteError::Conflict(error));
                        }
                        let longest = limits::EXECUTE_RETRY.saturating_mul(1 << attempt.min(6));
                        let longest = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
                        let wait = Duration::from_micros(system.seam().below(longest.max(1)));
                        system.seam().sleep(wait).await;
                    }
                    command = back;
                }
            }
        }
        let source = "the aggregate was taken out of memory again and again".into();
        Err(ExecuteError::Conflict(Arc::new(AppendError::Unavailable { source })))
    }

    /// The first answer to a command that was carried out before, else `otherwise`; and whether it was.
    ///
    /// A store looks itself for the command of an append. It is asked only about one that comes to
    /// nothing: the first answer may be what made it impossible.
    async fn unless_repeated<C: Keyed<Key = A::Id>>(
        &self,
        id: Option<MessageId>,
        otherwise: Executed<C>,
    ) -> (Executed<C>, bool)
    where
        A: Decides<C>,
    {
        let Some(id) = id else { return (otherwise, false) };
        match self.around.store.find_command(id).await {
            Ok(Some(stored)) => (self.answer_again::<C>(&stored), true),
            Ok(None) => (otherwise, false),
            Err(error) => {
                let error = super::error::HostReadError::Store(Arc::new(error));
                (Err(ExecuteError::Read(error)), true)
            }
        }
    }

    fn answer_again<C: Keyed<Key = A::Id>>(
        &self,
        stored: &StoredCommand,
    ) -> Result<Committed<C::Reply>, ExecuteError<C>>
    where
        A: Decides<C>,
    {
        let form = A::stored_reply().ok_or(ExecuteError::ReplyNotStorable)?;
        let decode = || (form.decode)(&stored.command.reply);
        let reply = with_keys(self.around.keys.as_ref(), decode);
        Ok(Committed {
            reply: reply.map_err(|error| ExecuteError::Malformed(Arc::new(error)))?,
            position: stored.position.clone(),
            version: Version::NONE,
            events: Vec::new(),
            repeated: true,
        })
    }

    /// Decides, and sees the events into the store.
    async fn attempt<C: Keyed<Key = A::Id>>(
        self: &Arc<Self>,
        system: &Arc<System>,
        entry: &Arc<Entry<A>>,
        command: C,
        id: Option<MessageId>,
        metadata: &Metadata,
    ) -> Attempt<C>
    where
        A: Decides<C>,
    {
        let copy = A::copy(&command);
        let (sent, appending) = match self.decide(system, entry, command, id, metadata) {
            Decided::Over(executed, fault) => {
                let (executed, repeated) = self.unless_repeated(id, executed).await;
                if let Some(kind) = fault.filter(|_| !repeated) {
                    self.report(system, entry, kind);
                }
                return Attempt::Over(executed);
            }
            Decided::NotLoaded(command) => return Attempt::Again(command, None),
            Decided::Outdated => {
                let source = "somebody was forgotten while it was decided".into();
                let error = Arc::new(AppendError::Unavailable { source });
                return match copy {
                    Some(copy) => Attempt::Again(copy, Some(error)),
                    None => Attempt::Over(Err(ExecuteError::Conflict(error))),
                };
            }
            Decided::Sent(sent, appending) => (sent, appending),
        };
        let Sent { number, events, first, before, version, verdict } = sent;
        let happened = events.iter().map(|(event, _)| Happened::of(event)).collect();
        let (done, ended) = oneshot::channel();
        let (host, task_system, task_entry) =
            (Arc::clone(self), Arc::clone(system), Arc::clone(entry));
        // In a task of its own: whoever waits for the answer may stop waiting.
        let working = Working::new(&self.around.busy);
        system.seam().spawn(async move {
            let _working = working;
            let mut outcome = appending.await;
            if let (Err(AppendError::Unacknowledged { .. }), Some(first)) = (&outcome, first)
                && let Some(position) = host.find(&task_entry, before, first).await
            {
                outcome = Ok(Appended::Stored { position, versions: Vec::new() });
            }
            match &outcome {
                Ok(Appended::Stored { .. }) => task_entry.settle(number, true, events),
                _ => task_entry.settle(number, false, Vec::new()),
            }
            // Nobody may be waiting any more.
            let _ = done.send(outcome);
            publish_due(&task_system, &task_entry).await;
        });
        let ended = ended.await.unwrap_or_else(|_| {
            Err(AppendError::Unacknowledged { source: "the system is gone".into() })
        });
        match ended {
            Ok(Appended::Stored { position, .. }) => Attempt::Over(match verdict {
                Ok(reply) => {
                    Ok(Committed { reply, position, version, events: happened, repeated: false })
                }
                Err(refusal) => {
                    self.unless_repeated(id, Err(ExecuteError::Refused(refusal))).await.0
                }
            }),
            Ok(Appended::Repeated(stored)) => Attempt::Over(self.answer_again(&stored)),
            Err(error) if error.is_conflict() => match copy {
                Some(copy) => Attempt::Again(copy, Some(Arc::new(error))),
                None => Attempt::Over(Err(ExecuteError::Conflict(Arc::new(error)))),
            },
            Err(error) => Attempt::Over(Err(ExecuteError::Store(Arc::new(error)))),
        }
    }
}
