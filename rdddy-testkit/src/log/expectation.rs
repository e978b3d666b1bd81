//! How many events there must be.

use std::time::Duration;

use rdddy_core::message::{Event, Message, MessageId};
use rdddy_core::runtime::ActorId;

use super::entry::{Entry, Logged};
use super::{EventLog, Render};

type Condition<'a, E> = Box<dyn FnMut(&Logged<E>) -> bool + 'a>;

/// What is expected of the events of one type: narrowed down step by step, then counted. Made by
/// [`EventLog::expect`].
///
/// A failed expectation fails the test, and says what was expected and what there was.
#[must_use = "nothing is expected until it says how often"]
pub struct Expectation<'a, E> {
    log: &'a EventLog,
    conditions: Vec<Condition<'a, E>>,
    /// The conditions in words, each after a space.
    words: String,
}

impl<'a, E: Event> Expectation<'a, E> {
    pub(super) fn new(log: &'a EventLog) -> Self {
        Expectation { log, conditions: Vec::new(), words: String::new() }
    }

    fn narrow(mut self, words: &str, condition: impl FnMut(&Logged<E>) -> bool + 'a) -> Self {
        self.words.push(' ');
        self.words.push_str(words);
        self.conditions.push(Box::new(condition));
        self
    }

    /// Only those whose content is as `matches` says.
    pub fn matching(self, mut matches: impl FnMut(&E) -> bool + 'a) -> Self {
        self.narrow("that match", move |event| matches(event))
    }

    /// Only those that go back to the message with this id: that were published while it was
    /// handled, or while something was handled that goes back to it.
    pub fn caused_by(self, message: MessageId) -> Self {
        let causes = self.log.written().causes.clone();
        self.narrow(&format!("caused by {message}"), move |event| {
            event.entry().id().is_some_and(|id| causes.of(id).any(|cause| cause.id == message))
        })
    }

    /// Only those that go back to a message of type `M`: a command, a query or an event.
    ///
    /// ```
    /// # use rdddy::prelude::*;
    /// # #[derive(Event, Debug)]
    /// # struct OrderPlaced;
    /// # #[derive(Event, Debug)]
    /// # struct StockReserved;
    /// # struct Stock;
    /// # #[actor]
    /// # impl Stock {
    /// #     #[handler]
    /// #     async fn placed(&mut self, _: &OrderPlaced, cx: &mut Context<Self>) {
    /// #         cx.publish(StockReserved).await.unwrap();
    /// #     }
    /// # }
    /// # rdddy_testkit::simulate(async |world| {
    /// # world.spawn(Stock).await;
    /// world.publish(OrderPlaced).await;
    /// world.settle().await;
    /// world.events().expect::<StockReserved>().caused_by_a::<OrderPlaced>().once();
    /// # });
    /// ```
    pub fn caused_by_a<M: Message>(self) -> Self {
        let causes = self.log.written().causes.clone();
        self.narrow(&format!("caused by a `{}`", M::name()), move |event| {
            event.entry().id().is_some_and(|id| causes.of(id).any(|cause| cause.name == M::name()))
        })
    }

    /// Only those that this actor published.
    pub fn published_by(self, actor: ActorId) -> Self {
        self.narrow(&format!("published by {actor}"), move |event| {
            event.entry().publisher() == Some(actor)
        })
    }

    /// Only those published at this time since the system's start, or later.
    pub fn since(self, at: Duration) -> Self {
        self.narrow(&format!("from {at:?} on"), move |event| event.entry().at() >= at)
    }

    /// There is exactly one: this.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one: the test fails.
    #[track_caller]
    pub fn once(self) -> Logged<E> {
        self.count(|n| n == 1, "exactly one").swap_remove(0)
    }

    /// There are exactly `n`: these.
    ///
    /// # Panics
    ///
    /// When there are more or fewer: the test fails.
    #[track_caller]
    pub fn times(self, n: usize) -> Vec<Logged<E>> {
        self.count(|found| found == n, &format!("exactly {n}"))
    }

    /// There are `n` or more: these.
    ///
    /// # Panics
    ///
    /// When there are fewer: the test fails.
    #[track_caller]
    pub fn at_least(self, n: usize) -> Vec<Logged<E>> {
        self.count(|found| found >= n, &format!("at least {n}"))
    }

    /// There are `n` or fewer: these.
    ///
    /// # Panics
    ///
    /// When there are more: the test fails.
    #[track_caller]
    pub fn at_most(self, n: usize) -> Vec<Logged<E>> {
        self.count(|found| found <= n, &format!("at most {n}"))
    }

    /// There is none.
    ///
    /// # Panics
    ///
    /// When there is one: the test fails.
    #[track_caller]
    pub fn never(self) {
        self.count(|found| found == 0, "no");
    }

    /// There is at least one: the first.
    #[track_caller]
    pub(super) fn first(self) -> Logged<E> {
        self.at_least(1).swap_remove(0)
    }

    /// There is at least one: the last.
    #[track_caller]
    pub(super) fn last(self) -> Logged<E> {
        let mut found = self.at_least(1);
        found.swap_remove(found.len() - 1)
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "a failed expectation fails the test")]
    fn count(mut self, right: impl FnOnce(usize) -> bool, expected: &str) -> Vec<Logged<E>> {
        let all = self.log.of::<E>();
        let mut found = all.clone();
        found.retain(|event| self.conditions.iter_mut().all(|holds| holds(event)));
        let missed = self.log.written().missed;
        if missed > 0 {
            panic!("the log is full: {missed} events are not in it");
        }
        if !right(found.len()) {
            let seen: Vec<Entry> = all.iter().map(|event| event.entry().clone()).collect();
            panic!(
                "expected {expected} `{}`{}, found {}\n{}",
                E::name(),
                self.words,
                found.len(),
                Render::of(self.log).some(&seen, E::name()),
            );
        }
        found
    }
}

impl<E> std::fmt::Debug for Expectation<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expectation").field("words", &self.words).finish_non_exhaustive()
    }
}
