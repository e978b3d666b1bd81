//! Publishing: each event to every actor with a handler for its type, and to subscribers outside.
#![expect(unsafe_code, reason = "runs the handlers of idle subscribers on the publisher")]

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::Poll;
use std::time::Duration;

use super::any_cell::AnyCell;
use super::cell::CellRef;
use super::deliver;
use super::envelope::{Parcel, Shared, Terms};
use super::error::{PublishDecodedError, PublishError};
use super::event::{DeadReason, SystemEvent};
use super::handling::Handling;
use super::id::ActorId;
use super::in_place;
use super::ledger::Entry;
use super::offer::{Offering, Refusal, Refused};
use super::recorder::Recorded;
use super::reply::Reply;
use super::subject::Subject;
use super::subscription::{Subscription, Tap};
use super::system::System;
use super::turn;
use crate::limits;
use crate::message::{Event, Message, Metadata};
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
    actors: Mutex<Listeners>,
    taps: Mutex<Vec<Arc<Tap<E>>>>,
    tapped: AtomicBool,
}

#[derive(Default)]
struct Listeners {
    /// In the order of their start; some may have ended.
    all: Vec<Listener>,
    /// `all` as publishers see it; made anew when needed.
    snapshot: Option<Arc<[Listener]>>,
}

/// An actor, and how it handles the event.
#[derive(Clone)]
struct Listener {
    id: ActorId,
    cell: Arc<dyn AnyCell>,
    handling: &'static Handling,
}

/// How one delivery went.
enum Delivered {
    Done,
    /// The mailbox is full, and its policy is that the publisher waits.
    Wait(Parcel),
    /// The mailbox is full, and its policy is to say so.
    Full,
    Ended,
}

/// An event while it is published: what its publisher holds.
#[derive(Clone, Copy)]
struct Publishing<'a> {
    /// The pointer of a share that is alive for `'a`.
    event: *mut (),
    metadata: Option<&'a Arc<Metadata>>,
    borrowed: PhantomData<&'a ()>,
}

// SAFETY: events are `Send` and `Sync`, and this one is borrowed.
unsafe impl Send for Publishing<'_> {}
// SAFETY: as above.
unsafe impl Sync for Publishing<'_> {}

impl<'a> Publishing<'a> {
    fn new<E: Event>(event: &'a Arc<E>, metadata: Option<&'a Arc<Metadata>>) -> Self {
        let event = Arc::as_ptr(event).cast_mut().cast();
        Publishing { event, metadata, borrowed: PhantomData }
    }
}

impl Listener {
    /// Delivers an event of the type that this listens for.
    #[inline]
    fn deliver(&self, publishing: Publishing<'_>, here: bool) -> Delivered {
        let (cell, handling) = (CellRef::from(&self.cell), self.handling);
        let mine = here && !handling.blocking && cell.claim_quietly();
        if mine && deliver_here(cell, handling, publishing) {
            return Delivered::Done;
        }
        self.queue(publishing)
    }

    fn queue(&self, Publishing { event, metadata, .. }: Publishing<'_>) -> Delivered {
        let Some(share) = self.handling.share else { return Delivered::Done };
        // SAFETY: the publisher holds the event, which is what the handling is for.
        let mut parcel = unsafe {
            share(event);
            Parcel::pack(self.handling, Shared(event))
        };
        parcel.attach(metadata.cloned());
        match CellRef::from(&self.cell).offer_as_is(parcel) {
            Ok(()) => Delivered::Done,
            Err(Refused { parcel, why: Refusal::Wait }) => Delivered::Wait(parcel),
            Err(Refused { why: Refusal::Full, .. }) => Delivered::Full,
            Err(Refused { why: Refusal::Closed, .. }) => Delivered::Ended,
        }
    }

    /// Enters an event that this actor will not handle into the books.
    fn miss(&self, reason: DeadReason) {
        self.cell.system().ledger().count(Entry::Sent);
        CellRef::from(&self.cell).dead_letter(self.handling, reason);
    }
}

/// Handles the event on this thread, in a cell that the caller owns; false when the present state
/// does not accept it, and the cell has been given up.
#[inline]
fn deliver_here(
    cell: CellRef<'_>,
    handling: &'static Handling,
    Publishing { event, metadata, .. }: Publishing<'_>,
) -> bool {
    // SAFETY: the caller owns the cell, and an idle cell was occupied; the publisher holds the event
    // until this call returns.
    let step = unsafe {
        if !deliver::accepts(cell, handling, event) {
            cell.give_up();
            return false;
        }
        cell.system().ledger().count(Entry::Sent);
        let terms = Terms { metadata: metadata.cloned(), ..Terms::PLAIN };
        deliver::handle(cell, handling, Subject::borrowed(event), terms, Reply::Nobody)
    };
    cell.after_in_place(step);
    true
}

impl Listeners {
    fn add(&mut self, listener: Listener) {
        self.all.push(listener);
        self.snapshot = None;
    }

    fn snapshot(&mut self) -> Arc<[Listener]> {
        if let Some(snapshot) = &self.snapshot {
            return Arc::clone(snapshot);
        }
        self.all.retain(|listener| !listener.cell.is_closed());
        let snapshot: Arc<[_]> = self.all.as_slice().into();
        self.snapshot = Some(Arc::clone(&snapshot));
        snapshot
    }

    /// Lets the next publisher drop those that have ended.
    fn refresh(&mut self) -> Option<Arc<[Listener]>> {
        self.snapshot.take()
    }
}

/// Delivers to all; those whose mailbox had no room, and whether some have ended.
fn deliver_to_all(
    system: &System,
    listeners: &[Listener],
    publishing: Publishing<'_>,
    except: Option<ActorId>,
) -> (Vec<(Listener, Parcel)>, bool) {
    let mut here = in_place::allowed(system);
    let begun = if here { system.seam().elapsed() } else { Duration::ZERO };
    let mut unlooked = 0;
    let mut waiting = Vec::new();
    let mut ended = false;
    for listener in listeners {
        if Some(listener.id) == except {
            continue;
        }
        unlooked += 1;
        if here && unlooked == DELIVERIES_PER_LOOK {
            unlooked = 0;
            let spent = system.seam().elapsed().saturating_sub(begun);
            here = spent < limits::PUBLISH_IN_PLACE;
        }
        match listener.deliver(publishing, here) {
            Delivered::Done => {}
            Delivered::Wait(parcel) => waiting.push((listener.clone(), parcel)),
            Delivered::Full => listener.miss(DeadReason::Overflow),
            Delivered::Ended => ended = true,
        }
    }
    (waiting, ended)
}

/// Waits for room with all of `waiting` at once.
async fn deliver_waiting(waiting: Vec<(Listener, Parcel)>) {
    let mut open: Vec<_> = waiting
        .into_iter()
        .map(|(listener, parcel)| {
            let cell = Arc::clone(&listener.cell);
            (listener, Offering::new(cell, parcel, limits::SEND_TIMEOUT))
        })
        .collect();
    std::future::poll_fn(|cx| {
        open.retain_mut(|(listener, offering)| match Pin::new(offering).poll(cx) {
            Poll::Pending => true,
            Poll::Ready(offered) => {
                if let Err(Refused { why: why @ (Refusal::Wait | Refusal::Full), .. }) = offered {
                    listener.miss(why.dead_reason());
                }
                false
            }
        });
        if open.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
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

    /// Has the actor in `cell`, which handles `E` like this, hear it.
    pub(crate) fn subscribe_actor<E: Event>(
        &self,
        cell: &Arc<dyn AnyCell>,
        handling: &'static Handling,
    ) {
        // Sent to its watchers only.
        if TypeId::of::<E>() == TypeId::of::<super::event::Terminated>() {
            return;
        }
        self.note::<E>();
        let listener = Listener { id: cell.id(), cell: Arc::clone(cell), handling };
        lock(&self.topic_or_new::<E>().actors).add(listener);
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
            actors: Mutex::default(),
            taps: Mutex::new(Vec::new()),
            tapped: AtomicBool::new(false),
        }
    }

    fn listeners(&self) -> Arc<[Listener]> {
        lock(&self.actors).snapshot()
    }

    fn refresh(&self) {
        let stale = lock(&self.actors).refresh();
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
        let publishing = Publishing::new(&event, metadata.as_ref());
        let (waiting, ended) = deliver_to_all(system, &self.listeners(), publishing, except);
        if ended {
            self.refresh();
        }
        if !waiting.is_empty() {
            Box::pin(deliver_waiting(waiting)).await;
        }
    }
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

    /// Publishes an event that is shared already, with metadata of its own.
    pub(crate) async fn publish_shared<E: Event>(
        self: &Arc<Self>,
        event: Arc<E>,
        metadata: Option<Arc<Metadata>>,
    ) {
        if self.has_ended() {
            return;
        }
        self.ledger().count(Entry::Published);
        let shared = Arc::clone(&event) as Arc<dyn Any + Send + Sync>;
        self.record(E::name(), &shared, metadata.as_ref());
        if let Some(topic) = self.bus().topic::<E>() {
            topic.publish(self, event, metadata, None).await;
        }
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
        for listener in &*topic.listeners() {
            match listener.deliver(Publishing::new(&event, None), false) {
                Delivered::Done => {}
                Delivered::Wait(_) | Delivered::Full => {
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
