//! How an actor comes into a system.

use std::sync::Arc;

use super::actor::Actor;
use super::actor_ref::ActorRef;
use super::any_cell::AnyCell;
use super::cell::{Cell, CellRef};
use super::config::{ActorConfig, Capacity};
use super::error::{BadConfig, SpawnError};
use super::event::SystemEvent;
use super::extra::Birth;
use super::ledger::Entry;
use super::lifecycle::{self, Ending};
use super::props::{Props, Source};
use super::system::System;
use crate::limits;
use crate::seam::sync::lock;

/// Starts an actor below `parent`, or below the system's root.
#[inline]
pub(crate) async fn spawn<A: Actor>(
    system: &Arc<System>,
    parent: Option<&Arc<dyn AnyCell>>,
    props: Props<A>,
) -> Result<ActorRef<A>, SpawnError> {
    let cell = place(system, parent, props)?;
    if const { A::HOOKS.on_start } {
        begin(&cell).await?;
    }
    Ok(ActorRef::new(cell))
}

/// Makes an actor's cell and makes it known.
#[inline]
fn place<A: Actor>(
    system: &Arc<System>,
    parent: Option<&Arc<dyn AnyCell>>,
    props: Props<A>,
) -> Result<Arc<Cell<A>>, SpawnError> {
    if system.is_closing() {
        return Err(SpawnError::ShuttingDown);
    }
    let plain = parent.is_none() && props.name.is_none() && props.config.is_none();
    let cell = match props {
        // By far the most frequent way: what can be known of it is known at compile time.
        Props { source: Source::Value(actor), .. } if plain => {
            if let Some(bad) = const { validate(&A::CONFIG) } {
                return Err(bad.into());
            }
            let config = const { &A::CONFIG };
            system.registry().insert(|id| Cell::new(id, Arc::clone(system), actor, config))?
        }
        props => place_specially(system, parent, props)?,
    };
    system.ledger().count(Entry::Spawned);
    for handler in A::HANDLERS {
        handler.subscribe(&cell, system.bus());
    }
    system.emit(|| SystemEvent::Started { actor: cell.identity() });
    Ok(cell)
}

#[cold]
fn place_specially<A: Actor>(
    system: &Arc<System>,
    parent: Option<&Arc<dyn AnyCell>>,
    props: Props<A>,
) -> Result<Arc<Cell<A>>, SpawnError> {
    let config = &props.config.unwrap_or(A::CONFIG);
    if let Some(bad) = validate(config) {
        return Err(bad.into());
    }
    let (actor, factory) = match props.source {
        Source::Value(actor) => (actor, None),
        Source::Factory(build) => {
            let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&build));
            let actor = built.map_err(|panic| {
                let said = super::frame::panic_message(&*panic);
                SpawnError::StartFailed(super::event::Failure::Panic(said))
            })?;
            (actor, Some(build))
        }
    };
    let name: Option<Arc<str>> = props.name.map(Into::into);
    let birth = Birth {
        name: name.clone(),
        parent: parent.cloned(),
        config: props.config,
        factory: factory.map(|build| Box::new(build) as _),
    };
    let cell = system.registry().insert_named(name, |id| {
        let cell = Cell::new(id, Arc::clone(system), actor, config);
        let _ = cell.extra_or_init().birth.set(birth);
        cell
    })?;
    if let Some(parent) = parent {
        let child = Arc::clone(&cell) as Arc<dyn AnyCell>;
        lock(&parent.extra_or_init().children).insert(cell.id(), child);
    }
    Ok(cell)
}

/// Runs `on_start`, and takes the actor away again if that fails or is given up.
async fn begin<A: Actor>(cell: &Arc<Cell<A>>) -> Result<(), SpawnError> {
    let mut abandoned = Abandoned(Some(cell));
    let started = lifecycle::start(cell).await;
    abandoned.0 = None;
    match started {
        Ok(()) => {
            CellRef::from(cell).give_up();
            Ok(())
        }
        Err(failure) => {
            let ending = Ending::Failed { failure: failure.clone(), quiet: false };
            lifecycle::terminate(Arc::clone(cell) as Arc<dyn AnyCell>, ending).await;
            Err(SpawnError::StartFailed(failure))
        }
    }
}

/// Ends an actor whose start nobody waits for any more.
struct Abandoned<'a, A: Actor>(Option<&'a Arc<Cell<A>>>);

impl<A: Actor> Drop for Abandoned<'_, A> {
    fn drop(&mut self) {
        if let Some(cell) = self.0 {
            lifecycle::end(CellRef::from(cell), Ending::Killed);
        }
    }
}

/// Why a configuration can never work.
pub(crate) const fn validate(config: &ActorConfig) -> Option<BadConfig> {
    let longest = limits::DURATION_MAX.as_nanos();
    match config.mailbox {
        Capacity::Bounded(0) => return Some(BadConfig::MailboxOfZero),
        Capacity::Bounded(capacity) if capacity > limits::MAILBOX_CAPACITY_MAX => {
            return Some(BadConfig::MailboxTooLarge { capacity });
        }
        Capacity::Bounded(_) | Capacity::Unbounded => {}
    }
    if let Some(backoff) = config.backoff {
        let max = backoff.max.as_nanos();
        if max > longest || backoff.first.as_nanos() > max {
            return Some(BadConfig::Backoff);
        }
    }
    if config.period.is_zero() || config.period.as_nanos() > longest {
        return Some(BadConfig::Period);
    }
    None
}
