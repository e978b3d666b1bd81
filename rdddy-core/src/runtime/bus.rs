//! Publishing: each event to every actor with a handler for its type, and to subscribers outside.
#![expect(unsafe_code, reason = "runs the handlers of idle subscribers on the publisher")]

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::Poll;

use super::cell::Cell;
use super::deliver::{EventHold, Published, event};
use super::error::{PublishDecodedError, PublishError};
use super::event::{ActorIdentity, DeadReason, SystemEvent};
use super::handler::EventHandler;
use super::id::ActorId;
use super::in_place;
use super::ledger::Entry;
use super::offer::Refused;
use super::recorder::Recorded;
use super::subscription::{Subscription, Tap};
use super::system::System;
use super::turn;
use crate::limits;
use crate::message::{Event, Kind, Message, Metadata};
use crate::model::Decoded;
use crate::seam::sync::lock;

/// Deliveries between two looks at the clock.
const DELIVERIES_PER_LOOK: u32 = 64;

/// Who hears what.
#[derive(Default)]
pub(crate) struct Bus {
    topics: RwLock<BTreeMap<TypeId, Arc<dyn AnyTopic>>>,
    /// Whether anybody hears system events.
    monitored: AtomicBool,
    /// Nothing will be published any more.
    closed: AtomicBool,
}

/// A topic whose type of events is not known.
trait AnyTopic: Any + Send + Sync {
    /// Delivers an event that is known to be of the topic's type.
    fn deliver_shared(
        self: Arc<Self>,
        system: Arc<System>,
        event: Arc<dyn Any + Send + Sync>,
        metadata: Option<Arc<Metadata>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

impl<E: Event> AnyTopic for Topic<E> {
    fn deliver_shared(
        self: Arc<Self>,
        system: Arc<System>,
        event: Arc<dyn Any + Send + Sync>,
        metadata: Option<Arc<Metadata>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let event = event.downcast::<E>();
        Box::pin(async move {
            if let Ok(event) = event {
                self.publish(&system, event, metadata, None).await;
            }
        })
    }
}

/// Everybody who hears events of one type.
pub(crate) struct Topic<E> {
    actors: Mutex<Listeners<E>>,
    taps: Mutex<Vec<Arc<Tap<E>>>>,
    tapped: AtomicBool,
}

struct Listeners<E> {
    /// In the order of their start; some may have ended.
    all: Vec<Listener<E>>,
    /// `all` as publishers see it; made anew when needed.
    snapshot: Option<Arc<[Listener<E>]>>,
}

struct Listener<E> {
    id: ActorId,
    cell: Arc<dyn Listen<E>>,
}

impl<E> Clone for Listener<E> {
    fn clone(&self) -> Self {
        Listener { id: self.id, cell: Arc::clone(&self.cell) }
    }
}

/// How one delivery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivered {
    Done,
    /// The mailbox is full, and its policy is that the publisher waits.
    Wait,
    /// The mailbox is full, and its policy is to say so.
    Full,
    Ended,
}

type Waiting = Pin<Box<dyn Future<Output = bool> + Send>>;

/// An actor that handles `E`.
trait Listen<E: Event>: Send + Sync {
    fn deliver(&self, event: &Arc<E>, metadata: Option<&Arc<Metadata>>, here: bool) -> Delivered;
    /// Delivers when there is room; false when there was none in time.
    fn deliver_later(&self, event: Arc<E>, metadata: Option<Arc<Metadata>>) -> Waiting;
    fn has_ended(&self) -> bool;
    fn identity(&self) -> ActorIdentity;
}

impl<A: EventHandler<E>, E: Event> Listen<E> for Cell<A> {
    #[inline]
    fn deliver(&self, event: &Arc<E>, metadata: Option<&Arc<Metadata>>, here: bool) -> Delivered {
        let cell = shared(self);
        let mine = here && !A::OPTIONS.blocking && cell.claim_quietly();
        if mine && deliver_here(&cell, event, metadata) {
            return Delivered::Done;
        }
        let published = Published { event: Arc::clone(event), attempt: 1 };
        match cell.offer_with(published, metadata.cloned()) {
            Ok(()) => Delivered::Done,
            Err(Refused::Wait(_)) => Delivered::Wait,
            Err(Refused::Full(_)) => Delivered::Full,
            Err(Refused::Closed(_)) => Delivered::Ended,
        }
    }

    fn deliver_later(&self, event: Arc<E>, metadata: Option<Arc<Metadata>>) -> Waiting {
        let cell = Arc::clone(&shared(self));
        let published = Published { event, attempt: 1 };
        let offer = cell.offer_waiting(published, metadata, limits::SEND_TIMEOUT);
        Box::pin(async move { matches!(offer.await, Ok(()) | Err(Refused::Closed(_))) })
    }

    fn has_ended(&self) -> bool {
        self.is_closed()
    }

    fn identity(&self) -> ActorIdentity {
        Cell::identity(self)
    }
}

/// The shared reference that `cell` is borrowed from.
#[inline]
fn shared<A: super::actor::Actor>(cell: &Cell<A>) -> ManuallyDrop<Arc<Cell<A>>> {
    // SAFETY: cells are only ever made inside an `Arc`, and this share is never given up.
    ManuallyDrop::new(unsafe { Arc::from_raw(cell) })
}

/// Handles the event on this thread, in a cell that the caller owns; false when the present state
/// does not accept it, and the cell has been given up.
#[inline]
fn deliver_here<A: EventHandler<E>, E: Event>(
    cell: &Arc<Cell<A>>,
    published: &Arc<E>,
    metadata: Option<&Arc<Metadata>>,
) -> bool {
    // SAFETY: the caller owns the cell, and an idle cell was occupied; the publisher holds the event
    // until this call returns.
    let step = unsafe {
        if !cell.actor().accepts(published) {
            cell.give_up();
            return false;
        }
        cell.system().ledger().count(Entry::Sent);
        event(cell, EventHold::Publisher(Arc::as_ptr(published)), metadata.cloned(), 1)
    };
    cell.after_in_place(step);
    true
}

impl Bus {
    fn topic<E: Event>(&self) -> Option<Arc<Topic<E>>> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        let topic = Arc::clone(topics.get(&TypeId::of::<E>())?) as Arc<dyn Any + Send + Sync>;
        topic.downcast().ok()
    }

    fn topic_of(&self, type_id: TypeId) -> Option<Arc<dyn AnyTopic>> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(&type_id).cloned()
    }

    fn topic_or_new<E: Event>(&self) -> Arc<Topic<E>> {
        if let Some(topic) = self.topic() {
            return topic;
        }
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        let entry = topics.entry(TypeId::of::<E>());
        let topic = Arc::clone(entry.or_insert_with(|| Arc::new(Topic::<E>::new())));
        drop(topics);
        // The entry of a type holds the topic of that type.
        (topic as Arc<dyn Any + Send + Sync>).downcast().unwrap_or_else(|_| Arc::new(Topic::new()))
    }

    /// Has the actor in `cell` hear `E`.
    pub(crate) fn subscribe_actor<E: Event, A: EventHandler<E>>(&self, cell: &Arc<Cell<A>>) {
        // Sent to its watchers only.
        if TypeId::of::<E>() == TypeId::of::<super::event::Terminated>() {
            return;
        }
        self.note::<E>();
        let listener = Listener { id: cell.id(), cell: Arc::clone(cell) as Arc<dyn Listen<E>> };
        let topic = self.topic_or_new::<E>();
        let mut listeners = lock(&topic.actors);
        listeners.all.push(listener);
        listeners.snapshot = None;
    }

    /// A stream of the events of type `E` from now on.
    pub(crate) fn subscribe<E: Event>(&self, capacity: usize) -> Subscription<E> {
        self.note::<E>();
        let topic = self.topic_or_new::<E>();
        let (subscription, tap) = Subscription::new(capacity);
        lock(&topic.taps).push(Arc::clone(&tap));
        topic.tapped.store(true, Ordering::Release);
        // After it was added: `clear` closes what it finds, and who comes later sees its mark.
        if self.closed.load(Ordering::SeqCst) {
            tap.close();
        }
        subscription
    }

    fn note<E: Event>(&self) {
        if TypeId::of::<E>() == TypeId::of::<SystemEvent>() {
            self.monitored.store(true, Ordering::Release);
        }
    }

    #[inline]
    pub(crate) fn is_monitored(&self) -> bool {
        self.monitored.load(Ordering::Relaxed)
    }

    /// Forgets all listeners, for good.
    pub(crate) fn clear(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let topics =
            std::mem::take(&mut *self.topics.write().unwrap_or_else(PoisonError::into_inner));
        drop(topics);
    }
}

impl<E> Drop for Topic<E> {
    fn drop(&mut self) {
        lock(&self.taps).iter().for_each(|tap| tap.close());
    }
}

impl<E: Event> Topic<E> {
    fn new() -> Self {
        Topic {
            actors: Mutex::new(Listeners { all: Vec::new(), snapshot: None }),
            taps: Mutex::new(Vec::new()),
            tapped: AtomicBool::new(false),
        }
    }

    fn snapshot(&self) -> Arc<[Listener<E>]> {
        let mut listeners = lock(&self.actors);
        if let Some(snapshot) = &listeners.snapshot {
            return Arc::clone(snapshot);
        }
        listeners.all.retain(|listener| !listener.cell.has_ended());
        let snapshot: Arc<[_]> = listeners.all.as_slice().into();
        listeners.snapshot = Some(Arc::clone(&snapshot));
        snapshot
    }

    /// Lets the next publisher drop those that have ended.
    fn refresh(&self) {
        let stale = lock(&self.actors).snapshot.take();
        drop(stale);
    }

    fn tap(&self, event: &Arc<E>, metadata: Option<&Arc<Metadata>>) {
        if self.tapped.load(Ordering::Acquire) {
            let mut taps = lock(&self.taps);
            taps.retain(|tap| tap.push(event, metadata));
            self.tapped.store(!taps.is_empty(), Ordering::Release);
        }
    }

    async fn publish(
        &self,
        system: &Arc<System>,
        event: Arc<E>,
        metadata: Option<Arc<Metadata>>,
        except: Option<ActorId>,
    ) {
        self.tap(&event, metadata.as_ref());
        let waiting = self.deliver(system, &event, metadata.as_ref(), except);
        if !waiting.is_empty() {
            Box::pin(self.deliver_waiting(system, waiting, event, metadata)).await;
        }
    }

    /// Waits for room with all of `waiting` at once.
    async fn deliver_waiting(
        &self,
        system: &Arc<System>,
        waiting: Vec<Listener<E>>,
        event: Arc<E>,
        metadata: Option<Arc<Metadata>>,
    ) {
        let mut open: Vec<_> = waiting
            .into_iter()
            .map(|listener| {
                let later = listener.cell.deliver_later(Arc::clone(&event), metadata.clone());
                (listener, later)
            })
            .collect();
        std::future::poll_fn(|cx| {
            open.retain_mut(|(listener, later)| match later.as_mut().poll(cx) {
                Poll::Pending => true,
                Poll::Ready(delivered) => {
                    if !delivered {
                        dead::<E>(system, listener, DeadReason::NoRoom);
                    }
                    false
                }
            });
            if open.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Delivers to all; those whose mailbox had no room.
    fn deliver(
        &self,
        system: &Arc<System>,
        event: &Arc<E>,
        metadata: Option<&Arc<Metadata>>,
        except: Option<ActorId>,
    ) -> Vec<Listener<E>> {
        let mut here = in_place::allowed(system);
        let begun = if here { system.seam().elapsed() } else { std::time::Duration::ZERO };
        let mut unlooked = 0;
        let mut waiting = Vec::new();
        let mut ended = false;
        for listener in &*self.snapshot() {
            if Some(listener.id) == except {
                continue;
            }
            unlooked += 1;
            if here && unlooked == DELIVERIES_PER_LOOK {
                unlooked = 0;
                let spent = system.seam().elapsed().saturating_sub(begun);
                here = spent < limits::PUBLISH_IN_PLACE;
            }
            match listener.cell.deliver(event, metadata, here) {
                Delivered::Done => {}
                Delivered::Wait => waiting.push(listener.clone()),
                Delivered::Full => dead::<E>(system, listener, DeadReason::Overflow),
                Delivered::Ended => ended = true,
            }
        }
        if ended {
            self.refresh();
        }
        waiting
    }
}

fn dead<E: Event>(system: &Arc<System>, listener: &Listener<E>, reason: DeadReason) {
    system.ledger().count(Entry::Sent);
    let actor = Some(listener.cell.identity());
    system.dead_letter(E::name(), Kind::Event, actor, listener.id, reason);
}

impl System {
    /// See [`ActorSystem::publish`](super::ActorSystem::publish).
    pub(crate) async fn publish<E: Event>(self: &Arc<Self>, event: E) -> Result<(), PublishError> {
        let me = turn::current(self.address(), |turn| turn.actor);
        self.publish_except(event, me).await
    }

    pub(crate) async fn publish_except<E: Event>(
        self: &Arc<Self>,
        event: E,
        except: Option<ActorId>,
    ) -> Result<(), PublishError> {
        if self.has_ended() {
            return Err(PublishError::Ended);
        }
        self.ledger().count(Entry::Published);
        let metadata = self.metadata(E::name);
        let event = Arc::new(event);
        let shared = Arc::clone(&event) as Arc<dyn Any + Send + Sync>;
        self.record(E::name(), &shared, metadata.as_ref());
        if let Some(topic) = self.bus().topic::<E>() {
            topic.publish(self, event, metadata, except).await;
        }
        Ok(())
    }

    /// Publishes an event that was decoded.
    pub(crate) async fn publish_decoded(
        self: &Arc<Self>,
        decoded: Decoded,
    ) -> Result<(), PublishDecodedError> {
        if self.has_ended() {
            return Err(PublishDecodedError::Ended);
        }
        let (entry, message) = decoded.into_parts();
        let shared = (entry.share)(message);
        let event = shared.map_err(|_| PublishDecodedError::NotAnEvent { name: (entry.name)() })?;
        self.ledger().count(Entry::Published);
        let metadata = self.metadata(entry.name);
        self.record((entry.name)(), &event, metadata.as_ref());
        if let Some(topic) = self.bus().topic_of((entry.type_id)()) {
            topic.deliver_shared(Arc::clone(self), event, metadata).await;
        }
        Ok(())
    }

    /// Tells whoever listens what has happened. Nobody is waited for: an actor without room misses
    /// it, which is counted.
    pub(crate) fn emit_now(self: &Arc<Self>, event: SystemEvent) {
        let event = Arc::new(event);
        self.record(SystemEvent::name(), &(Arc::clone(&event) as _), None);
        let Some(topic) = self.bus().topic::<SystemEvent>() else { return };
        topic.tap(&event, None);
        let mut ended = false;
        for listener in &*topic.snapshot() {
            match listener.cell.deliver(&event, None, false) {
                Delivered::Done => {}
                Delivered::Wait | Delivered::Full => {
                    self.ledger().count(Entry::MissedSystemEvents);
                }
                Delivered::Ended => ended = true,
            }
        }
        if ended {
            topic.refresh();
        }
    }

    #[inline]
    fn record(
        &self,
        name: &'static str,
        event: &Arc<dyn Any + Send + Sync>,
        metadata: Option<&Arc<Metadata>>,
    ) {
        if self.is_recorded() {
            self.tell_recorders(Recorded {
                name,
                event: Arc::clone(event),
                metadata: metadata.cloned(),
                publisher: turn::current(self.address(), |turn| turn.actor),
                at: self.seam().elapsed(),
            });
        }
    }
}
