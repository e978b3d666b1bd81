//! Deciding on the state in memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::entry::{Entry, Live};
use super::error::ExecuteError;
use super::execute::Executed;
use super::fault::FaultKind;
use super::fold;
use super::hosted::Hosted;
use crate::domain::{Aggregate, Decide, Decides, Decision, Keyed, Stored, with_keys};
use crate::message::{ContractBreach, MessageId, Metadata, Timestamp};
use crate::runtime::{Failure, System, panic_message};
use crate::store::{
    Append, AppendError, Appended, Expected, NewEvent, Snapshot, StoreFuture, StreamName, Version,
};

/// How a decision went.
pub(super) enum Decided<A: Aggregate, C: crate::message::Command> {
    /// Nothing is stored, for a fault or for another reason.
    Over(Executed<C>, Option<FaultKind>),
    NotLoaded(C),
    /// What it was decided on is not true any more.
    Outdated,
    Sent(Sent<A, C::Reply, C::Error>, StoreFuture<'static, Appended, AppendError>),
}

/// A command that was decided about, and whose events are on their way into the store.
pub(super) struct Sent<A: Aggregate, R, E> {
    pub(super) number: u64,
    pub(super) events: Vec<(A::Event, Arc<Metadata>)>,
    /// The first of the new events, by which it is found if the acknowledgement is lost.
    pub(super) first: Option<MessageId>,
    pub(super) before: Version,
    pub(super) version: Version,
    pub(super) verdict: Result<R, E>,
}

impl<A: Aggregate> Hosted<A> {
    /// Decides on the present state, applies the events to it, and calls for their append: all of it
    /// before anybody else can decide on the aggregate.
    ///
    /// What stores nothing, a refusal above all, is appended as well: the store says whether the state
    /// that it was decided on is the latest, and that whatever it depends on is durable.
    pub(super) fn decide<C: Keyed<Key = A::Id>>(
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
