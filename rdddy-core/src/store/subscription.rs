//! Catch-up, then live: every event that matches, from a position on, over any store.
//!
//! A subscription only ever reads pages after the position it has reached, and waits when there is
//! nothing there. Catching up and being live are therefore the same loop, and there is no switch at
//! which an event could be lost or repeated. It works when it is polled, and owns no task.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{EventQuery, EventStore, Page, Position, ReadError, StoreFuture, StoredEvent};
use crate::limits;

/// Subscribing to a store.
pub trait Subscribe {
    /// The store.
    type Store: EventStore + ?Sized;

    /// All events that match `query` after the position `after`: first those that are there, then
    /// those that come.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use rdddy_core::store::{EventQuery, EventStore, MemoryStore, Position, Subscribe};
    /// let store: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
    /// let orders = store.subscribe(EventQuery::category("sales.Order"), Position::START);
    /// assert_eq!(orders.position(), &Position::START);
    /// ```
    fn subscribe(&self, query: EventQuery, after: Position) -> Subscription<Self::Store>;
}

impl<S: EventStore + ?Sized> Subscribe for Arc<S> {
    type Store = S;

    fn subscribe(&self, query: EventQuery, after: Position) -> Subscription<S> {
        Subscription {
            store: Arc::clone(self),
            query: Arc::new(query),
            buffer: VecDeque::new(),
            reached: after.clone(),
            position: after,
            fetching: None,
        }
    }
}

/// The events of a store that match a query, in commit order. It is a [`Stream`] without an end.
///
/// # Delivery
///
/// Each event once, without a gap. After an error the next poll tries again at the same place.
/// At most [`STORE_SUBSCRIPTION_BUFFER`](limits::STORE_SUBSCRIPTION_BUFFER) events are read ahead.
pub struct Subscription<S: ?Sized = dyn EventStore> {
    store: Arc<S>,
    query: Arc<EventQuery>,
    buffer: VecDeque<StoredEvent>,
    /// Where the next page begins.
    reached: Position,
    /// What the subscriber has been given.
    position: Position,
    /// The page after `reached`.
    fetching: Option<Fetching>,
}

enum Fetching {
    Begun(StoreFuture<'static, Page, ReadError>),
    Done(Result<Page, ReadError>),
}

impl<S: ?Sized> fmt::Debug for Subscription<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("query", &self.query)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl<S: EventStore + ?Sized> Subscription<S> {
    /// The next event; waits when there is none yet.
    ///
    /// # Errors
    ///
    /// [`ReadError`] of the store. Nothing is skipped: the next call tries again.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Result<StoredEvent, ReadError> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Where to subscribe again to go on after the last event that was given out.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Result<StoredEvent, ReadError>> {
        loop {
            if let Some(event) = self.buffer.pop_front() {
                self.position = event.position.clone();
                return Poll::Ready(Ok(event));
            }
            // Nothing up to here was of interest, and need not be read again.
            self.position = self.reached.clone();
            let fetched = match self.fetching.take() {
                Some(Fetching::Done(fetched)) => fetched,
                begun => {
                    let mut fetching = match begun {
                        Some(Fetching::Begun(fetching)) => fetching,
                        _ => self.fetch(),
                    };
                    match fetching.as_mut().poll(cx) {
                        Poll::Ready(fetched) => fetched,
                        Poll::Pending => {
                            self.fetching = Some(Fetching::Begun(fetching));
                            return Poll::Pending;
                        }
                    }
                }
            };
            let page = fetched?;
            self.reached = page.reached;
            self.buffer.extend(page.events);
            // There is more: the store reads it while the subscriber works on this.
            if !page.at_head && !self.buffer.is_empty() {
                let mut next = self.fetch();
                self.fetching = Some(match next.as_mut().poll(cx) {
                    Poll::Ready(fetched) => Fetching::Done(fetched),
                    Poll::Pending => Fetching::Begun(next),
                });
            }
        }
    }

    fn fetch(&self) -> StoreFuture<'static, Page, ReadError> {
        let (store, query) = (Arc::clone(&self.store), Arc::clone(&self.query));
        Box::pin(fetch(store, query, self.reached.clone()))
    }
}

impl<S: EventStore + ?Sized> Stream for Subscription<S> {
    type Item = Result<StoredEvent, ReadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(cx).map(Some)
    }
}

/// One page is given out while another is read.
const PAGE: usize = limits::STORE_SUBSCRIPTION_BUFFER / 2;

/// The next page that was worth reading: waits at the head.
async fn fetch<S: EventStore + ?Sized>(
    store: Arc<S>,
    query: Arc<EventQuery>,
    after: Position,
) -> Result<Page, ReadError> {
    let page = store.read(&query, &after, PAGE).await?;
    if page.events.is_empty() && page.at_head {
        store.watch(&page.reached).await?;
    }
    Ok(page)
}
