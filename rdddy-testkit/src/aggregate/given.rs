//! Given, when, then.

use std::fmt::{self, Debug};
use std::time::Duration;

use rdddy_core::domain::{Aggregate, Decides, Keyed};
use rdddy_core::message::{Request, Timestamp};

use super::history::written;
use super::{History, Subject, Verdict};

/// An aggregate to which these events have happened.
///
/// ```
/// use rdddy::prelude::*;
/// use rdddy_testkit::given;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Command)]
/// #[command(error = OrderError)]
/// struct PlaceOrder {
///     #[key]
///     order: u64,
/// }
/// #[derive(Event, Serialize, Deserialize)]
/// struct OrderPlaced {
///     order: u64,
/// }
/// #[derive(Debug, PartialEq, thiserror::Error)]
/// enum OrderError {
///     #[error("order {0} was already placed")]
///     AlreadyPlaced(u64),
/// }
/// #[derive(Default)]
/// struct Order {
///     placed: bool,
/// }
/// #[aggregate(id = u64)]
/// impl Order {
///     #[handler]
///     #[requires(!self.placed, OrderError::AlreadyPlaced(place.order))]
///     fn place(&self, place: PlaceOrder) -> OrderPlaced {
///         OrderPlaced { order: place.order }
///     }
///     #[apply]
///     fn placed(&mut self, _: &OrderPlaced) {
///         self.placed = true;
///     }
/// }
///
/// given::<Order>(()).when(PlaceOrder { order: 7 }).then([OrderPlaced { order: 7 }]);
/// given::<Order>([OrderPlaced { order: 7 }])
///     .when(PlaceOrder { order: 7 })
///     .then_rejects(OrderError::AlreadyPlaced(7))
///     .then(());
/// ```
#[must_use = "nothing has happened yet: `.when(command)`"]
pub fn given<A: Aggregate>(history: impl History<A>) -> Given<A> {
    let mut subject = Subject::new();
    history.into_events().iter().for_each(|event| subject.apply(event));
    Given { subject, now: Timestamp(Duration::ZERO), seed: 0 }
}

/// An aggregate before a command.
#[must_use = "nothing has happened yet: `.when(command)`"]
pub struct Given<A> {
    subject: Subject<A>,
    now: Timestamp,
    seed: u128,
}

impl<A: Aggregate> Given<A> {
    /// The decision is taken at this time. Without it, at the beginning of 1970.
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The ids that the decision makes follow from `seed`. Without it, from 0.
    pub fn with_ids_from(mut self, seed: u128) -> Self {
        self.seed = seed;
        self
    }

    /// Gives the command.
    #[must_use = "say what should have happened: `.then(events)` or `.then_rejects(error)`"]
    pub fn when<C: Keyed<Key = A::Id>>(self, command: C) -> Then<A, C>
    where
        A: Decides<C>,
    {
        let Given { mut subject, now, seed } = self;
        let verdict = subject.execute(command, now, seed);
        Then { subject, verdict }
    }
}

impl<A: Aggregate> Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given<{}>({} events)", A::NAME, self.subject.version)
    }
}

/// An aggregate after a command: say what should have come of it.
pub struct Then<A: Aggregate, C: Request> {
    subject: Subject<A>,
    verdict: Verdict<A, C::Reply, C::Error>,
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
impl<A: Aggregate, C: Request> Then<A, C> {
    /// These events happened, and no others; `()` for none.
    ///
    /// # Panics
    ///
    /// When others did; with both lists.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the last of several assertions")]
    pub fn then(self, events: impl History<A>) -> Self {
        let expected: Vec<_> = events.into_events().iter().map(written).collect();
        let found = match &self.verdict {
            Verdict::Accepted { events, .. } => events.iter().map(written).collect(),
            Verdict::Refused(_) if expected.is_empty() => Vec::new(),
            _ => {
                panic!("{} should have {}\nbut {}", C::name(), happened(&expected), self.outcome())
            }
        };
        if expected != found {
            panic!(
                "{} should have {}\nbut it has {}",
                C::name(),
                happened(&expected),
                happened(&found)
            );
        }
        self
    }

    /// The command was rejected with this error.
    ///
    /// # Panics
    ///
    /// When it was not, or with another error.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the last of several assertions")]
    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    pub fn then_rejects(self, error: C::Error) -> Self
    where
        C::Error: PartialEq,
    {
        match &self.verdict {
            Verdict::Refused(found) if *found == error => self,
            _ => panic!(
                "{} should have been rejected with {error:?}\nbut {}",
                C::name(),
                self.outcome()
            ),
        }
    }

    /// The command was answered with this reply.
    ///
    /// # Panics
    ///
    /// When it was not, or with another reply.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the last of several assertions")]
    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    pub fn then_replies(self, reply: C::Reply) -> Self
    where
        C::Reply: PartialEq + Debug,
    {
        match &self.verdict {
            Verdict::Accepted { reply: found, .. } if *found == reply => self,
            Verdict::Accepted { reply: found, .. } => {
                panic!("{} should have replied {reply:?}\nbut it replied {found:?}", C::name())
            }
            _ => panic!("{} should have replied {reply:?}\nbut {}", C::name(), self.outcome()),
        }
    }

    /// The contract with this condition, or this sentence, did not hold.
    ///
    /// # Panics
    ///
    /// When it did.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the last of several assertions")]
    pub fn then_breaches(self, condition: &str) -> Self {
        match &self.verdict {
            Verdict::Breached(breach) if breach.condition == condition => self,
            _ => panic!(
                "{} should have broken the contract `{condition}`\nbut {}",
                C::name(),
                self.outcome()
            ),
        }
    }

    /// Looks at the state after the events.
    #[expect(clippy::return_self_not_must_use, reason = "the last of several assertions")]
    pub fn then_state(self, look: impl FnOnce(&A)) -> Self {
        look(&self.subject.state);
        self
    }

    fn outcome(&self) -> String {
        match &self.verdict {
            Verdict::Accepted { events, .. } => {
                format!("it was accepted, and has {}", happened_all::<A>(events))
            }
            Verdict::Refused(error) => format!("it was rejected: {error:?}"),
            Verdict::Breached(breach) => format!("it broke a contract: {breach}"),
            Verdict::Panicked(said) => format!("it panicked: {said}"),
        }
    }
}

fn happened_all<A: Aggregate>(events: &[A::Event]) -> String {
    happened(&events.iter().map(written).collect::<Vec<_>>())
}

fn happened(events: &[String]) -> String {
    if events.is_empty() {
        return "led to nothing".to_owned();
    }
    let list: Vec<_> = events.iter().map(|event| format!("\n    {event}")).collect();
    format!("led to{}", list.concat())
}

impl<A: Aggregate, C: Request> Debug for Then<A, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Then<{}>({})", A::NAME, self.outcome())
    }
}
