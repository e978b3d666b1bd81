//! In which order events must come.

use rdddy_core::message::Event;

use super::entry::Entry;
use super::{EventLog, Render};

/// An order in which events must have come, others between them or not. Made by
/// [`EventLog::sequence`].
#[must_use = "nothing is expected until it is checked"]
pub struct Sequence<'a> {
    log: &'a EventLog,
    steps: Vec<Step<'a>>,
}

struct Step<'a> {
    words: String,
    matches: Box<dyn FnMut(&Entry) -> bool + 'a>,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(log: &'a EventLog) -> Self {
        Sequence { log, steps: Vec::new() }
    }

    /// After those so far, an event of type `E`.
    pub fn then<E: Event>(mut self) -> Self {
        let words = format!("`{}`", E::name());
        let matches = Box::new(|entry: &Entry| entry.downcast::<E>().is_some());
        self.steps.push(Step { words, matches });
        self
    }

    /// After those so far, an event of type `E` whose content is as `matches` says.
    pub fn then_matching<E: Event>(mut self, mut matches: impl FnMut(&E) -> bool + 'a) -> Self {
        let words = format!("`{}` that matches", E::name());
        let matches = Box::new(move |entry: &Entry| {
            entry.downcast::<E>().is_some_and(|event| matches(&event))
        });
        self.steps.push(Step { words, matches });
        self
    }

    /// They have come, in this order: these.
    ///
    /// # Panics
    ///
    /// When one did not come after the one before it: the test fails.
    #[track_caller]
    #[expect(clippy::panic, reason = "a failed expectation fails the test")]
    pub fn check(self) -> Vec<Entry> {
        let entries = self.log.entries();
        let order: Vec<_> = self.steps.iter().map(|step| step.words.clone()).collect();
        let mut rest = entries.iter();
        let mut found: Vec<Entry> = Vec::new();
        for mut step in self.steps {
            match rest.find(|entry| (step.matches)(entry)) {
                Some(entry) => found.push(entry.clone()),
                None => {
                    let after = found.last().map_or_else(
                        || "at all".to_owned(),
                        |last| format!("after #{} `{}`", last.number(), last.name()),
                    );
                    panic!(
                        "expected {}: there is no {} {after}\n{}",
                        order.join(", then "),
                        step.words,
                        Render::of(self.log).all_here(),
                    );
                }
            }
        }
        found
    }
}

impl std::fmt::Debug for Sequence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps: Vec<_> = self.steps.iter().map(|step| &step.words).collect();
        f.debug_struct("Sequence").field("steps", &steps).finish_non_exhaustive()
    }
}

/// A tuple of event types, for [`EventLog::in_order`].
pub trait EventTypes {
    /// The sequence, followed by one event of each type.
    fn follow(sequence: Sequence<'_>) -> Sequence<'_>;
}

macro_rules! event_types {
    ($($event:ident)+) => {
        impl<$($event: Event),+> EventTypes for ($($event,)+) {
            fn follow(sequence: Sequence<'_>) -> Sequence<'_> {
                sequence$(.then::<$event>())+
            }
        }
    };
}

event_types!(A);
event_types!(A B);
event_types!(A B C);
event_types!(A B C D);
event_types!(A B C D E);
event_types!(A B C D E F);
event_types!(A B C D E F G);
event_types!(A B C D E F G H);
