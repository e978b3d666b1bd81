//! All loaded aggregates of one type, and how they execute commands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::busy::Working;
use super::committed::{Committed, Happened};
use super::dispatch::with_causes;
use super::entry::{Entry, Live};
use super::error::ExecuteError;
use super::execute::{Execute, Executed, Executing, Order};
use super::fault::{AggregateFault, FaultKind};
use super::fold::{self, decoder_of};
use super::loaded::{self, LoadedAggregates};
use super::publish::publish_due;
use super::surroundings::Surroundings;
use crate::domain::{Aggregate, Decide, Decides, Decision, Keyed, Stored, with_keys};
use crate::limits;
use crate::message::{ContractBreach, MessageId, Metadata, Timestamp};
use crate::runtime::{Failure, GivenCommand, System, panic_message};
use crate::store::{
    Append, AppendError, Appended, EventDecoder, Expected, NewEvent, Position, Snapshot,
    StoredCommand, StreamName, Version,
};

/// See the module.
pub(crate) struct Hosted<A: Aggregate> {
    around: Surroundings,
    decoder: EventDecoder<A::Event>,
    loaded: LoadedAggregates<A>,
}

impl<A: Aggregate> std::fmt::Debug for Hosted<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hosted<{}>", A::NAME)
    }
}

/// A command that was decided about, and whose events are on their way into the store.
struct Sent<A: Aggregate, R, E> {
    number: u64,
    events: Vec<(A::Event, Arc<Metadata>)>,
    /// The first of the new events, by which it is found if the acknowledgement is lost.
    first: Option<MessageId>,
    before: Version,
    version: Version,
    verdict: Result<R, E>,
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

    /// The events as they are stored, with a snapshot if one is due.
    fn written(
        &self,
        events: &[A::Event],
        metadata: &Metadata,
        system: &System,
        now: Timestamp,
    ) -> serde_json::Result<Vec<NewEvent>> {
        with_keys(self.around.keys.as_ref(), || {
            let written = events.iter().map(|event| {
                let id = system.seam().message_id();
                fold::to_store(event, id, metadata.caused(id, now))
            });
            written.collect()
        })
    }

    /// The state, if it is to be stored with the events that led to `version`.
    fn snapshot(
        &self,
        live: &mut Live<A>,
        stream: &StreamName,
        version: u64,
    ) -> serde_json::Result<Option<Snapshot>> {
        let every = match A::STORED {
            Stored::State => Some(1),
            _ => A::SNAPSHOT_EVERY.map(u64::from),
        };
        let due = every.is_some_and(|every| every <= version - live.snapshot);
        let Some(state) = live.state.as_ref().filter(|_| due) else { return Ok(None) };
        let saved = || fold::snapshot_of(state, stream, Version(version)).transpose();
        match with_keys(self.around.keys.as_ref(), saved) {
            Ok(Some(snapshot)) => {
                live.snapshot = version;
                Ok(Some(snapshot))
            }
            // Without it the aggregate could not be loaded again.
            Err(error) if A::STORED == Stored::State => Err(error),
            Ok(None) if A::STORED == Stored::State => {
                Err(serde::ser::Error::custom("the state cannot be saved"))
            }
            // Not worth failing a command for: the events are all there.
            _ => Ok(None),
        }
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

    /// Decides on the present state, applies the events to it, and calls for their append: all of it
    /// before anybody else can decide on the aggregate.
    ///
    /// What stores nothing, a refusal above all, is appended as well: the store says whether the state
    /// that it was decided on is the latest, and that whatever it depends on is durable.
    fn decide<C: Keyed<Key = A::Id>>(
        &self,
        system: &Arc<System>,
        entry: &Entry<A>,
        command: C,
        id: Option<MessageId>,
        metadata: &Metadata,
    ) -> Decided<A, C>
    where
        A: Decides<C>,
    {
        let now = system.seam().timestamp();
        let promised = if A::PROMISES { A::copy(&command) } else { None };
        let mut live = entry.lock();
        live.used = system.seam().elapsed();
        let before = live.version;
        let forgotten = self.around.forgotten();
        if live.forgotten != forgotten {
            // What was forgotten is still in memory, and a snapshot would encrypt it with a new key.
            live.state = None;
        }
        let Some(state) = live.state.as_mut() else { return Decided::NotLoaded(command) };
        let seed = system.seam().draw_u128();
        let cx = Decide::new(command.key().clone(), before, now, metadata.clone(), seed);
        let decided = catch_unwind(AssertUnwindSafe(|| state.decide(command, &cx)));
        let (events, verdict) = match decided {
            Err(panic) => return failed(&panic_message(&*panic)),
            Ok(Decision::Breach(breach)) => return breached(breach),
            Ok(Decision::Refuse(error)) => (Vec::new(), Err(error)),
            Ok(Decision::Accept { events, reply }) => (events, Ok(reply)),
        };
        let malformed = |error| Decided::Over(Err(ExecuteError::Malformed(Arc::new(error))), None);
        let written = match self.written(&events, cx.metadata(), system, now) {
            Ok(written) => written,
            Err(error) => return malformed(error),
        };
        let record = match (id, &verdict) {
            (Some(id), Ok(reply)) => {
                let Some(form) = A::stored_reply() else {
                    return Decided::Over(Err(ExecuteError::ReplyNotStorable), None);
                };
                match with_keys(self.around.keys.as_ref(), || (form.encode)(reply)) {
                    Ok(bytes) => Some((id, bytes)),
                    Err(error) => return malformed(error),
                }
            }
            _ => None,
        };
        for event in &events {
            if let Err(failure) = fold::apply(state, event) {
                // Half changed: to be folded anew.
                live.state = None;
                let fault = FaultKind::Failed(failure.clone());
                return Decided::Over(Err(ExecuteError::Failed(failure)), Some(fault));
            }
        }
        if !events.is_empty() {
            let promises = promised.map_or(Ok(()), |command| state.check_promises(&command));
            let checked = catch_unwind(AssertUnwindSafe(|| {
                promises.and_then(|()| if A::CHECKED { state.check_invariants() } else { Ok(()) })
            }));
            match checked {
                Ok(Ok(())) => {}
                Ok(Err(breach)) => {
                    live.state = None;
                    return breached(breach);
                }
                Err(panic) => {
                    live.state = None;
                    return failed(&panic_message(&*panic));
                }
            }
        }
        let after = before + written.len() as u64;
        let snapshot = match self.snapshot(&mut live, &entry.stream, after) {
            Ok(snapshot) => snapshot,
            Err(error) => {
                live.state = None;
                return malformed(error);
            }
        };
        // Somebody was forgotten meanwhile.
        if snapshot.is_some() && self.around.forgotten() != forgotten {
            live.state = None;
            return Decided::Outdated;
        }
        live.version = after;
        let first = written.first().map(|event| event.id);
        let last = written.last().map(|event| event.id).or(live.last);
        let of_events = written.iter().map(|event| Arc::new(event.metadata.clone()));
        let events = events.into_iter().zip(of_events.collect::<Vec<_>>()).collect();
        let version = Version(before);
        let expected = live
            .last
            .map_or(Expected::Version(version), |event| Expected::After { version, event });
        let mut append = Append::new(now).to(entry.stream.clone(), expected, written);
        if let Some((id, reply)) = record {
            append = append.answering(id, reply);
        }
        append.snapshots.extend(snapshot);
        let number = live.begin_append();
        live.last = last;
        let appending = self.around.store.append(append);
        let (before, version) = (Version(before), Version(after));
        Decided::Sent(Sent { number, events, first, before, version, verdict }, appending)
    }
}

fn breached<A: Aggregate, C: crate::message::Command>(breach: ContractBreach) -> Decided<A, C> {
    let fault = FaultKind::Breach(breach.clone());
    Decided::Over(Err(ExecuteError::Breach(breach)), Some(fault))
}

fn failed<A: Aggregate, C: crate::message::Command>(panic: &str) -> Decided<A, C> {
    let failure = Failure::Panic(panic.to_owned());
    let fault = FaultKind::Failed(failure.clone());
    Decided::Over(Err(ExecuteError::Failed(failure)), Some(fault))
}

/// How a decision went.
enum Decided<A: Aggregate, C: crate::message::Command> {
    /// Nothing is stored, for a fault or for another reason.
    Over(Executed<C>, Option<FaultKind>),
    NotLoaded(C),
    /// What it was decided on is not true any more.
    Outdated,
    Sent(Sent<A, C::Reply, C::Error>, crate::store::StoreFuture<'static, Appended, AppendError>),
}
