//! A policy as a reader of events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::{CommandRefused, Happening, Policy, Refusals};
use crate::domain::{KeyStore, with_keys};
use crate::host::{AnyCommand, CommandOutcome, Origin, Surroundings, with_causes};
use crate::limits;
use crate::message::MessageId;
use crate::process::Begin;
use crate::process::derived::derived_id;
use crate::process::event_set;
use crate::process::follow::{Delivery, Handled, Handling, Reader, by_key};
use crate::runtime::{ActorSystem, System, panic_message};
use crate::store::{EventDecoder, EventQuery, StoredEvent};

/// See the module.
pub(super) struct PolicyReader<P: Policy> {
    policy: P,
    query: EventQuery,
    decoder: EventDecoder<P::Event>,
    keys: Option<Arc<dyn KeyStore>>,
}

impl<P: Policy> PolicyReader<P> {
    pub(super) fn new(policy: P, around: &Surroundings) -> Self {
        PolicyReader {
            policy,
            query: event_set::query::<P::Event>(),
            decoder: event_set::decoder::<P::Event>(&around.upcasters),
            keys: around.keys.clone(),
        }
    }

    /// What is to be done about an event.
    fn commands(&self, stored: &StoredEvent) -> Result<Vec<AnyCommand>, String> {
        let decoded = with_keys(self.keys.as_ref(), || self.decoder.decode(&stored.event));
        let event = decoded.map_err(|error| with_causes(&error))?;
        let cx = Happening {
            metadata: &stored.event.metadata,
            recorded_at: stored.recorded_at,
            key: stored.stream.key(),
        };
        catch_unwind(AssertUnwindSafe(|| self.policy.react(&event, &cx)))
            .unwrap_or_else(|panic| Err(format!("it panicked: {}", panic_message(&*panic))))
    }

    async fn deliver(&self, system: &Arc<System>, stored: &StoredEvent) -> Result<(), String> {
        // Read and reacted to again before each attempt: a command is gone once it was tried.
        let count = self.commands(stored)?.len();
        for nth in 0..count {
            self.carry_out(system, stored, nth).await?;
        }
        Ok(())
    }

    async fn carry_out(
        &self,
        system: &Arc<System>,
        stored: &StoredEvent,
        nth: usize,
    ) -> Result<(), String> {
        let id = derived_id(P::name(), stored.event.id, nth as u64);
        let mut attempt = 0;
        loop {
            let Some(command) = self.commands(stored)?.into_iter().nth(nth) else {
                return Err("it does not react to the same event in the same way".to_owned());
            };
            let name = command.name();
            let origin = Origin { process: P::name(), id, cause: stored.event.metadata.clone() };
            let outcome = command.execute(ActorSystem::of(system), origin).await;
            let why = match outcome {
                CommandOutcome::Accepted(_) => return Ok(()),
                CommandOutcome::Refused(refusal) if !refusal.transient => {
                    return self.refused(system, stored.event.id, name, refusal).await;
                }
                CommandOutcome::Defect(why) => return Err(format!("{name}: {why}")),
                CommandOutcome::Refused(refusal) => refusal.to_string(),
                CommandOutcome::Unavailable(why) => why,
            };
            attempt += 1;
            if attempt == limits::POLICY_ATTEMPTS || system.has_ended() {
                return Err(format!("{name}, tried {attempt} times: {why}"));
            }
            system.seam().sleep(pause(system, attempt)).await;
        }
    }

    async fn refused(
        &self,
        system: &Arc<System>,
        event: MessageId,
        command: &'static str,
        refusal: crate::domain::ErrorData,
    ) -> Result<(), String> {
        if P::REFUSALS == Refusals::Park {
            return Err(format!("{command} was refused: {refusal}"));
        }
        let report = CommandRefused { policy: P::name(), event, command, refusal };
        system.publish_shared(Arc::new(report), None).await;
        Ok(())
    }
}

/// Longer after each attempt, and never the same for two.
fn pause(system: &System, attempt: u32) -> Duration {
    let longest = limits::FOLLOW_RETRY.saturating_mul(1 << attempt.min(10));
    let longest = longest.min(limits::FOLLOW_RETRY_MAX);
    let half = u64::try_from(longest.as_micros() / 2).unwrap_or(u64::MAX);
    longest / 2 + Duration::from_micros(system.seam().below(half.max(1)))
}

impl<P: Policy> Reader for PolicyReader<P> {
    fn name(&self) -> &'static str {
        P::name()
    }

    fn query(&self) -> &EventQuery {
        &self.query
    }

    fn begins_at_head(&self) -> Option<&str> {
        (P::BEGIN == Begin::Head).then(P::name)
    }

    /// Events of one stream stay in order.
    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>> {
        vec![event.stream.to_string().into()]
    }

    fn handle<'a>(&'a self, system: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a> {
        Box::pin(async move {
            let failed = by_key(deliveries, limits::FOLLOW_WIDTH, |delivery| async move {
                self.deliver(system, &delivery.event).await
            });
            Ok(Handled { writes: Vec::new(), failed: failed.await })
        })
    }
}
