//! Work beside an actor's handlers: timers, piped futures, attached streams. It ends with the life
//! of the actor that began it.
#![expect(unsafe_code, reason = "packs messages for their own handling")]

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::oneshot;

use super::actor::Actor;
use super::any_cell::AnyCell;
use super::cell::CellRef;
use super::context::Context;
use super::envelope::Parcel;
use super::event::Failure;
use super::frame::panic_message;
use super::handler::Handler;
use super::handling::Handling;
use super::ledger::Entry;
use super::lifecycle::{self, Failed};
use super::offer::{Offering, Refusal, Refused};
use crate::limits;
use crate::message::{Metadata, Request};
use crate::seam::sync::lock;

/// The work under way beside one actor.
#[derive(Default)]
pub(crate) struct Tasks(Mutex<Live>);

#[derive(Default)]
struct Live {
    next: u64,
    /// Dropping the sender cancels the work.
    cancels: BTreeMap<u64, oneshot::Sender<()>>,
    closed: bool,
}

/// Why work was not begun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The actor has as much under way as it may: [`limits::TASKS_PER_ACTOR`].
    #[error("the actor has too many timers, piped futures and streams under way")]
    TooMany,
    /// An interval of nothing would never end.
    #[error("an interval must be longer than nothing")]
    ZeroInterval,
    /// The duration is longer than [`limits::DURATION_MAX`].
    #[error("a timer cannot wait longer than a hundred years")]
    TooLong,
    /// The actor has ended.
    #[error("the actor has ended")]
    Stopped,
}

impl Tasks {
    fn begin(&self) -> Result<(u64, oneshot::Receiver<()>), TaskError> {
        let mut live = lock(&self.0);
        if live.closed {
            return Err(TaskError::Stopped);
        }
        if live.cancels.len() >= limits::TASKS_PER_ACTOR {
            return Err(TaskError::TooMany);
        }
        live.next += 1;
        let (cancel, cancelled) = oneshot::channel();
        let key = live.next;
        live.cancels.insert(key, cancel);
        Ok((key, cancelled))
    }

    fn end(&self, key: u64) -> bool {
        let cancel = lock(&self.0).cancels.remove(&key);
        cancel.is_some()
    }

    /// Ends all of it, with the present life of the actor.
    pub(crate) fn abort_all(&self) {
        let cancels = std::mem::take(&mut lock(&self.0).cancels);
        drop(cancels);
    }

    /// Ends all of it, and begins nothing any more.
    pub(crate) fn close(&self) {
        lock(&self.0).closed = true;
        self.abort_all();
    }
}

/// A timer, a piped future or an attached stream. Dropping it changes nothing.
#[derive(Clone)]
pub struct TaskHandle {
    cancel: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl TaskHandle {
    /// Ends the work, unless it has ended; whether it had not. A message that it has sent already is
    /// not called back.
    pub fn cancel(&self) -> bool {
        (self.cancel)()
    }
}

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle").finish_non_exhaustive()
    }
}

/// Runs `work` beside the actor of `cell`, for as long as the actor lives. A panic fails the actor,
/// after the message that it is handling.
fn begin(
    cell: &Arc<dyn AnyCell>,
    work: impl Future<Output = ()> + Send + 'static,
) -> Result<TaskHandle, TaskError> {
    let (key, mut cancelled) = cell.extra_or_init().tasks.begin()?;
    let weak = Arc::downgrade(cell);
    let end = move || weak.upgrade().is_some_and(|cell| cell.extra_or_init().tasks.end(key));
    let cancel: Arc<dyn Fn() -> bool + Send + Sync> = Arc::new(end);
    let handle = TaskHandle { cancel: Arc::clone(&cancel) };
    let actor = Arc::downgrade(cell);
    cell.system().seam().spawn(async move {
        let mut work = pin!(work);
        let ended = poll_fn(|cx| match Pin::new(&mut cancelled).poll(cx) {
            Poll::Ready(_) => Poll::Ready(Ok(())),
            Poll::Pending => match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
                Ok(polled) => polled.map(Ok),
                Err(panic) => Poll::Ready(Err(Failure::Panic(panic_message(&*panic)))),
            },
        })
        .await;
        cancel();
        if let (Err(failure), Some(cell)) = (ended, actor.upgrade())
            && lifecycle::acquire(&cell, false).await
        {
            lifecycle::fail(CellRef::from(&cell), Failed::outside(failure));
        }
    });
    Ok(handle)
}

/// Sends to an actor from beside its handlers.
struct Post<M> {
    to: Weak<dyn AnyCell>,
    handling: &'static Handling,
    /// The metadata of the message that the work was begun for.
    cause: Option<Arc<Metadata>>,
    message: PhantomData<fn(M)>,
}

impl<M: Request> Post<M> {
    fn of<A: Handler<M>>(cx: &Context<A>) -> Self {
        let to = Arc::downgrade(cx.cell()) as Weak<dyn AnyCell>;
        let (handling, cause) = (Handling::of_request::<A, M>(), cx.turn().metadata.clone());
        Post { to, handling, cause, message: PhantomData }
    }

    /// Sends a message that nobody is there to take back: one that is not taken becomes a dead
    /// letter. False when the actor has ended.
    fn send(&self, message: M) -> impl Future<Output = bool> + Send + use<M> {
        // SAFETY: the handling of an `M`.
        let mut parcel = unsafe { Parcel::pack(self.handling, message) };
        let cell = self.to.upgrade();
        if let Some(cell) = &cell {
            let system = cell.system();
            parcel.attach(system.metadata_after(self.cause.as_deref(), self.handling.name));
        }
        post(cell, parcel)
    }
}

async fn post(cell: Option<Arc<dyn AnyCell>>, parcel: Parcel) -> bool {
    let Some(cell) = cell else { return false };
    let offering = Offering::new(Arc::clone(&cell), parcel, limits::SEND_TIMEOUT);
    let Err(Refused { parcel, why }) = offering.await else { return true };
    cell.system().ledger().count(Entry::Sent);
    CellRef::from(&cell).bury(parcel, why.dead_reason());
    why != Refusal::Closed
}

impl<A: Actor> Context<A> {
    fn erased(&self) -> Arc<dyn AnyCell> {
        Arc::clone(self.cell()) as _
    }

    /// Sends `message` to this actor after `delay`.
    ///
    /// # Errors
    ///
    /// [`TaskError`] when the delay is absurd, or too much is under way.
    pub fn after<M: Request>(
        &mut self,
        delay: Duration,
        message: M,
    ) -> Result<TaskHandle, TaskError>
    where
        A: Handler<M>,
    {
        if delay > limits::DURATION_MAX {
            return Err(TaskError::TooLong);
        }
        let me = Post::of(self);
        let sleep = self.cell().system().seam().sleep(delay);
        begin(&self.erased(), async move {
            sleep.await;
            me.send(message).await;
        })
    }

    /// Sends what `message` makes to this actor, again and again, `period` apart. A message that has
    /// to wait for room delays the next one; none are made up for.
    ///
    /// # Errors
    ///
    /// [`TaskError`] when the period is absurd, or too much is under way.
    pub fn every<M: Request>(
        &mut self,
        period: Duration,
        mut message: impl FnMut() -> M + Send + 'static,
    ) -> Result<TaskHandle, TaskError>
    where
        A: Handler<M>,
    {
        if period.is_zero() {
            return Err(TaskError::ZeroInterval);
        }
        if period > limits::DURATION_MAX {
            return Err(TaskError::TooLong);
        }
        let me = Post::of(self);
        let system = Arc::downgrade(self.cell().system());
        begin(&self.erased(), async move {
            while let Some(system) = system.upgrade() {
                let sleep = system.seam().sleep(period);
                drop(system);
                sleep.await;
                if !me.send(message()).await {
                    return;
                }
            }
        })
    }

    /// Runs `work` beside the handlers, and sends what `message` makes of its result to this actor.
    /// If it panics, the actor fails.
    ///
    /// # Errors
    ///
    /// [`TaskError`] when too much is under way.
    pub fn pipe<T, M: Request>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
        message: impl FnOnce(T) -> M + Send + 'static,
    ) -> Result<TaskHandle, TaskError>
    where
        A: Handler<M>,
    {
        let me = Post::of(self);
        begin(&self.erased(), async move {
            me.send(message(work.await)).await;
        })
    }

    /// Sends what `message` makes of each item of `stream` to this actor, as fast as it has room.
    ///
    /// # Errors
    ///
    /// [`TaskError`] when too much is under way.
    pub fn attach<S, M: Request>(
        &mut self,
        stream: S,
        mut message: impl FnMut(S::Item) -> M + Send + 'static,
    ) -> Result<TaskHandle, TaskError>
    where
        S: Stream<Item: Send> + Send + 'static,
        A: Handler<M>,
    {
        let me = Post::of(self);
        begin(&self.erased(), async move {
            let mut stream = Box::pin(stream);
            while let Some(item) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                if !me.send(message(item)).await {
                    return;
                }
            }
        })
    }
}
