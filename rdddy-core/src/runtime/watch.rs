//! Being told when another actor ends, and sharing its fate.
#![expect(unsafe_code, reason = "packs an event for its own handling")]

use std::sync::Arc;

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::cell::{Cell, CellRef};
use super::envelope::{Parcel, Shared};
use super::event::{Failure, StopReason, Terminated};
use super::handler::EventHandler;
use super::handling::Handling;
use super::lifecycle::{self, Failed, acquire};
use crate::seam::sync::lock;

/// What ties one actor to another. There may be one of each between two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bond {
    Watch,
    Link,
}

/// Who is to be told, and how.
pub(crate) enum Watcher {
    /// By a message.
    Told(Box<dyn FnOnce(&Terminated) + Send>),
    /// By failing as well.
    Linked(Arc<dyn AnyCell>),
}

impl Watcher {
    fn bond(&self) -> Bond {
        match self {
            Watcher::Told(_) => Bond::Watch,
            Watcher::Linked(_) => Bond::Link,
        }
    }
}

pub(crate) fn watch<A, B>(watcher: &Arc<Cell<A>>, target: &Arc<Cell<B>>)
where
    A: EventHandler<Terminated>,
    B: Actor,
{
    let cell = Arc::downgrade(watcher);
    let told = Watcher::Told(Box::new(move |terminated| {
        if let Some(cell) = cell.upgrade() {
            let event = Shared::of(&Arc::new(terminated.clone()));
            // SAFETY: the handling of this event.
            let parcel = unsafe { Parcel::pack(Handling::of_event::<A, Terminated>(), event) };
            CellRef::from(&cell).offer_always(parcel);
        }
    }));
    add(&(Arc::clone(target) as Arc<dyn AnyCell>), watcher.id(), told);
}

pub(crate) fn link<A: Actor, B: Actor>(one: &Arc<Cell<A>>, other: &Arc<Cell<B>>) {
    let one = Arc::clone(one) as Arc<dyn AnyCell>;
    let other = Arc::clone(other) as Arc<dyn AnyCell>;
    add(&other, one.id(), Watcher::Linked(Arc::clone(&one)));
    add(&one, other.id(), Watcher::Linked(other));
}

fn add(target: &Arc<dyn AnyCell>, watcher: super::id::ActorId, how: Watcher) {
    let extra = target.extra_or_init();
    let late = {
        let mut watchers = lock(&extra.watchers);
        match extra.ended() {
            Some(reason) => Some((reason, how)),
            None => {
                watchers.insert((watcher, how.bond()), how);
                None
            }
        }
    };
    if let Some((reason, how)) = late {
        tell(target, how, &reason);
    }
}

/// Tells everybody who watches an actor that has ended.
pub(crate) fn tell_watchers(cell: &Arc<dyn AnyCell>, reason: &StopReason) {
    let Some(extra) = cell.extra() else { return };
    let watchers = std::mem::take(&mut *lock(&extra.watchers));
    for how in watchers.into_values() {
        tell(cell, how, reason);
    }
}

fn tell(target: &Arc<dyn AnyCell>, how: Watcher, reason: &StopReason) {
    match how {
        Watcher::Told(tell) => {
            tell(&Terminated { actor: target.identity(), reason: reason.clone() });
        }
        Watcher::Linked(other) => {
            if let Some(extra) = other.extra() {
                let forgotten = lock(&extra.watchers).remove(&(target.id(), Bond::Link));
                drop(forgotten);
            }
            if matches!(reason, StopReason::Failed(_)) {
                let actor = target.path();
                target.system().seam().spawn(async move {
                    if acquire(&other, false).await {
                        let failed = Failed::outside(Failure::Link { actor });
                        lifecycle::fail(CellRef::from(&other), failed);
                    }
                });
            }
        }
    }
}
