//! Waiting for events, in virtual time.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rdddy_core::message::Event;
use rdddy_core::runtime::Subscription;

use crate::log::EventLog;
use crate::world::Clock;

/// Hears the events of one type, from when it was made, and waits for them in virtual time. Made by
/// [`World::probe`](crate::World::probe).
///
/// ```
/// use std::time::Duration;
/// # use rdddy::prelude::*;
/// # #[derive(Command, Debug)]
/// # struct Remind;
/// # #[derive(Event, Debug)]
/// # struct Reminded;
/// # struct Reminder;
/// # #[actor]
/// # impl Reminder {
/// #     #[handler]
/// #     async fn remind(&mut self, _: Remind, cx: &mut Context<Self>) {
/// #         cx.sleep(Duration::from_secs(3600)).await;
/// #         cx.publish(Reminded).await.unwrap();
/// #     }
/// # }
/// # rdddy_testkit::simulate(async |world| {
/// # let reminder = world.spawn(Reminder).await;
/// let mut reminded = world.probe::<Reminded>();
/// reminder.tell(Remind).await.unwrap();
/// reminded.expect_none_within(Duration::from_secs(3599)).await;
/// reminded.expect_within(Duration::from_secs(1)).await;
/// # });
/// ```
pub struct Probe<E> {
    subscription: Subscription<E>,
    clock: Clock,
    log: EventLog,
}

impl<E: Event> Probe<E> {
    pub(crate) fn new(subscription: Subscription<E>, clock: Clock, log: EventLog) -> Self {
        Probe { subscription, clock, log }
    }

    /// The next event, however long it takes; `None` when the system ended before there was one.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Arc<E>> {
        self.subscription.next().await
    }

    /// The next event that has been published already.
    pub fn try_next(&mut self) -> Option<Arc<E>> {
        self.subscription.try_next()
    }

    /// The next event, which comes within `limit` of virtual time.
    ///
    /// # Panics
    ///
    /// When none comes: the test fails.
    #[track_caller]
    pub fn expect_within(&mut self, limit: Duration) -> impl Future<Output = Arc<E>> {
        self.expect(limit, Location::caller(), "", |_| true)
    }

    /// The next event whose content is as `matches` says, which comes within `limit` of virtual
    /// time. Others before it are passed over.
    ///
    /// # Panics
    ///
    /// When none comes: the test fails.
    #[track_caller]
    pub fn expect_matching_within(
        &mut self,
        limit: Duration,
        matches: impl FnMut(&E) -> bool,
    ) -> impl Future<Output = Arc<E>> {
        self.expect(limit, Location::caller(), " that matches", matches)
    }

    /// No event comes within `limit` of virtual time, which passes.
    ///
    /// # Panics
    ///
    /// When one comes: the test fails.
    #[track_caller]
    #[expect(clippy::panic, reason = "a failed expectation fails the test")]
    pub fn expect_none_within(&mut self, limit: Duration) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            if self.within(limit, |_| true).await.is_some() {
                let name = E::name();
                panic!("expected no `{name}` within {limit:?} (at {caller})\n{}", self.log());
            }
        }
    }

    #[expect(clippy::panic, reason = "a failed expectation fails the test")]
    async fn expect(
        &mut self,
        limit: Duration,
        caller: &'static Location<'static>,
        which: &str,
        matches: impl FnMut(&E) -> bool,
    ) -> Arc<E> {
        match self.within(limit, matches).await {
            Some(event) => event,
            None => panic!(
                "expected a `{}`{which} within {limit:?} (at {caller})\n{}",
                E::name(),
                self.log(),
            ),
        }
    }

    fn log(&self) -> String {
        crate::log::Render::of(&self.log).all_here()
    }

    async fn within(
        &mut self,
        limit: Duration,
        mut matches: impl FnMut(&E) -> bool,
    ) -> Option<Arc<E>> {
        let clock = self.clock.clone();
        let mut over = pin!(clock.advance(limit));
        let mut found = pin!(async {
            loop {
                match self.subscription.next().await {
                    Some(event) if !matches(&event) => {}
                    other => return other,
                }
            }
        });
        poll_fn(|cx| match found.as_mut().poll(cx) {
            Poll::Ready(found) => Poll::Ready(found),
            // What comes in the very last moment is in time.
            Poll::Pending => over.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
}

impl<E: Event> fmt::Debug for Probe<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("event", &E::name()).finish_non_exhaustive()
    }
}
