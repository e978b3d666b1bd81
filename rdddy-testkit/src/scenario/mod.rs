//! Scenarios: given, when, then, across everything that a system is made of.

mod diagram;
mod document;
mod happened;
mod lines;
mod moment;
mod outcome;
mod story;
mod then;
mod written;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use rdddy_core::domain::Keyed;
use rdddy_core::host::CommandOutcome;
use rdddy_core::message::MessageId;
use rdddy_core::view::{InputOf, View};

use crate::durable::Durable;
use happened::Happened;
use moment::{Mark, Request};
use outcome::{of_command, of_input};
use story::Part;
pub(crate) use story::{Stories, Story};
use written::{message, span};

/// One story of a system: what was given, what is done, and what then has happened, in its
/// aggregates, policies, sagas, projections and views. Time is virtual: an hour costs nothing.
///
/// A scenario plays in a [`Durable`] system, so that it can be played with crashes, too: made
/// [by chance](Durable::crashes) in an exploration, or [at every step](crate::crash_at_every_step).
///
/// ```
/// use rdddy::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Command, Clone, Debug)]
/// # struct PlaceOrder { #[key] order: u64 }
/// # #[derive(Command, Clone, Debug)]
/// # struct SendReceipt { #[key] order: u64 }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct OrderPlaced { order: u64 }
/// # #[derive(Event, Serialize, Deserialize)]
/// # struct ReceiptSent { order: u64 }
/// # #[derive(Default)]
/// # struct Order { receipts: u32 }
/// # #[aggregate(id = u64)]
/// # impl Order {
/// #     #[handler]
/// #     fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced { order: cmd.order } }
/// #     #[handler]
/// #     fn receipt(&self, cmd: SendReceipt) -> ReceiptSent { ReceiptSent { order: cmd.order } }
/// #     #[apply]
/// #     fn placed(&mut self, _: &OrderPlaced) {}
/// #     #[apply]
/// #     fn sent(&mut self, _: &ReceiptSent) { self.receipts += 1; }
/// # }
/// # struct Receipts;
/// # #[policy]
/// # impl Receipts {
/// #     #[handler]
/// #     fn placed(&self, event: &OrderPlaced) -> SendReceipt { SendReceipt { order: event.order } }
/// # }
///
/// #[rdddy_testkit::test]
/// async fn who_orders_gets_a_receipt(world: &mut rdddy_testkit::World) {
///     let mut shop = world.durable(|system| system.policy(Receipts));
///     let mut scenario = shop.scenario();
///     scenario.when(PlaceOrder { order: 7 }).await;
///     scenario.then::<OrderPlaced>();
///     let receipt = scenario.then::<ReceiptSent>();
///     assert_eq!(receipt.order, 7);
///     scenario.then_nothing_else();
///     scenario.then_state::<Order>(&7, "has one receipt", |order| order.receipts == 1);
/// }
/// ```
///
/// What is expected and is not so fails the test, and says what has happened instead, and because of
/// what. A command that is rejected has to be expected to be, by
/// [`then_rejects`](Scenario::then_rejects).
///
/// With [`documented_in`](Scenario::documented_in), it is also written down for people.
pub struct Scenario<'d> {
    durable: &'d mut Durable,
    story: Rc<RefCell<Story>>,
    /// After what the next `then` looks.
    mark: Mark,
    /// The events that a `then` has asked for.
    claimed: BTreeSet<usize>,
}

impl Durable {
    /// Begins a scenario in this system.
    #[must_use]
    pub fn scenario(&mut self) -> Scenario<'_> {
        let story = self.begin_story();
        Scenario { durable: self, story, mark: Mark::default(), claimed: BTreeSet::new() }
    }
}

impl Scenario<'_> {
    /// What it is called, where the name of the test does not say it.
    #[must_use]
    pub fn titled(self, title: &str) -> Self {
        self.story.borrow_mut().title = Some(title.to_owned());
        self
    }

    /// Has the scenario written down in a file of this folder, as Markdown with a Mermaid sequence
    /// diagram, and has the test fail when it is not what the file says. With `RDDDY_BLESS=1` in the
    /// environment the file is written, and the `README.md` of the folder, which lists them all.
    ///
    /// That is done when the test is over, where nothing is left to chance: in a
    /// [`test`](macro@crate::test) without crashes. In an exploration, it does nothing.
    #[must_use]
    pub fn documented_in(self, folder: impl AsRef<Path>) -> Self {
        self.story.borrow_mut().folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Has `command` carried out, and what follows from it without time moving on. It sets the scene:
    /// no `then` asks about it.
    ///
    /// # Panics
    ///
    /// When it is not carried out.
    #[expect(clippy::panic, reason = "a scene that cannot be set fails the test")]
    pub async fn given<C: Keyed + Clone + Debug>(&mut self, command: C) {
        let text = self.give(Part::Given, command).await;
        if let Some(rejection) = self.story.borrow_mut().rejection.take() {
            panic!("given `{text}`: it was rejected: {}", rejection.text);
        }
        self.mark = self.now();
    }

    /// Has `command` carried out, and what follows from it without time moving on.
    ///
    /// # Panics
    ///
    /// When it can be neither carried out nor rejected: a defect, or an aggregate that nobody knows.
    pub async fn when<C: Keyed + Clone + Debug>(&mut self, command: C) {
        self.give(Part::When, command).await;
    }

    /// Has somebody who looks at `view` do `input`, and what follows from it without time moving on.
    ///
    /// # Panics
    ///
    /// When the view cannot say what is to be done, or that can be neither carried out nor rejected.
    #[expect(clippy::panic, reason = "a defect fails the test")]
    pub async fn when_input<V, E>(&mut self, view: &V, input: E)
    where
        V: View + Clone,
        E: InputOf<V> + Clone + Debug,
    {
        let text = message(self.durable.system(), &input);
        self.enter(Part::When, format!("{} at {}", span(&text), written::short(V::name())));
        let id = self.ask(Some(E::name()));
        let done = self.durable.ask(async |system| {
            let page = system.mount(view.clone());
            let done = page.input_as(id, input.clone()).await;
            // What was not carried out now is done by the next life.
            let passing = |done: &rdddy_core::view::InputOutcome| {
                matches!(done.outcome, CommandOutcome::Unavailable(_))
            };
            done.map(|done| (!done.iter().any(passing)).then_some(done))
        });
        let rejected = match done.await {
            Ok(Some(done)) => done.into_iter().find_map(of_input),
            Ok(None) => Some(Err("the store does not answer".to_owned())),
            Err(error) => Some(Err(error.to_string())),
        };
        match rejected.transpose() {
            Ok(rejection) => self.story.borrow_mut().rejection = rejection,
            Err(why) => panic!("{text}: {why}"),
        }
        self.durable.settle().await;
    }

    /// Lets `duration` of virtual time pass, and everything happen that is due in it.
    pub async fn after(&mut self, duration: Duration) {
        self.enter(Part::When, format!("after {}", written::duration(duration)));
        self.durable.advance(duration).await;
    }

    /// The system that it plays in.
    pub fn durable(&mut self) -> &mut Durable {
        self.durable
    }

    /// Gives `command`, and returns it as text.
    #[expect(clippy::panic, reason = "a defect fails the test")]
    async fn give<C: Keyed + Clone + Debug>(&mut self, part: Part, command: C) -> String {
        let text = message(self.durable.system(), &command);
        self.enter(part, span(&text));
        let id = self.ask(None);
        let executed = self.durable.execute_with(id, command).await;
        match of_command(executed) {
            Ok(rejection) => self.story.borrow_mut().rejection = rejection,
            Err(why) => panic!("{text}: {why}"),
        }
        self.durable.settle().await;
        text
    }

    /// Notes that something is asked for, and returns what that is known by.
    fn ask(&mut self, input: Option<&'static str>) -> MessageId {
        let (id, events) = (self.durable.next_id(), self.now().events);
        self.story.borrow_mut().asked.insert(id, Request { events, input });
        id
    }

    /// Notes what is done. What happens from now on is asked about by the next `then`.
    #[track_caller]
    fn enter(&mut self, part: Part, line: String) {
        let mut story = self.story.borrow_mut();
        story.demand_no_rejection();
        let goes_on = story.part() == Some(part);
        story.tell(part, line);
        drop(story);
        if !goes_on {
            self.mark = self.now();
            self.claimed.clear();
        }
        let mut story = self.story.borrow_mut();
        if part == Part::When && story.begins.is_none() {
            story.begins = Some(self.mark);
        }
    }

    /// Everything so far lies before this.
    fn now(&self) -> Mark {
        let happened = self.happened();
        Mark { events: happened.events.len(), commands: happened.commands.len() }
    }

    fn happened(&self) -> Happened {
        self.story.borrow().happened()
    }
}

impl Debug for Scenario<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("durable", &self.durable).finish_non_exhaustive()
    }
}
