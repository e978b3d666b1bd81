//! Sequences of commands that nobody thought of.

use std::fmt;
use std::time::Duration;

use rdddy_core::domain::{Aggregate, AggregateEvent, Decides, Keyed, Sample, ValueObject};
use rdddy_core::message::Timestamp;

use super::history::written;
use super::keys::in_the_clear;
use super::{Subject, Verdict};
use crate::limits::{COMMANDS_PER_SEQUENCE, VALUES_SEED};
use crate::values::{below, values_from};

/// Commands to try on an `A`, in any order: add each kind by [`Commands::with`].
///
/// ```
/// # use rdddy::prelude::*;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Command)] struct Deposit { #[key] account: u64, amount: u64 }
/// # #[derive(Event, Serialize, Deserialize)] struct Deposited { amount: u64 }
/// # #[derive(Default, Debug, PartialEq)] struct Account { balance: u64 }
/// # #[aggregate(id = u64)]
/// # impl Account {
/// #     #[handler] fn deposit(&self, deposit: Deposit) -> Deposited { Deposited { amount: deposit.amount } }
/// #     #[apply] fn deposited(&mut self, event: &Deposited) { self.balance += event.amount; }
/// # }
/// rdddy_testkit::commands::<Account>()
///     .with(|draw| Deposit { account: 1, amount: draw.below(100) })
///     .check(200);
/// ```
#[must_use = "nothing is tried yet: `.with(..).check(seeds)`"]
pub fn commands<A: Aggregate>() -> Commands<A> {
    Commands { kinds: Vec::new() }
}

/// See [`commands`].
#[must_use = "nothing is tried yet: `.with(..).check(seeds)`"]
pub struct Commands<A> {
    kinds: Vec<Kind<A>>,
}

type Kind<A> = Box<dyn Fn(&mut Draw, &mut Subject<A>, &mut Vec<String>) -> Result<(), String>>;

impl<A: Aggregate> Commands<A> {
    /// Also the command that `draw` makes.
    pub fn with<C: Keyed<Key = A::Id>>(mut self, draw: impl Fn(&mut Draw) -> C + 'static) -> Self
    where
        A: Decides<C>,
    {
        self.kinds.push(Box::new(move |dice, subject, history| {
            let command = draw(dice);
            let now = Timestamp(Duration::from_secs(history.len() as u64));
            match subject.execute(command, now, dice.next_id()) {
                Verdict::Accepted { events, .. } => {
                    let first = history.len();
                    history.extend(events.iter().map(written));
                    events
                        .iter()
                        .enumerate()
                        .try_for_each(|(at, event)| read_again::<A>(event, history.get(first + at)))
                }
                Verdict::Refused(_) => Ok(()),
                Verdict::Breached(breach) => {
                    Err(format!("{} broke a contract: {breach}", C::name()))
                }
                Verdict::Panicked(said) => Err(format!("{} panicked: {said}", C::name())),
            }
        }));
        self
    }

    /// Tries one sequence for each of so many seeds: no contract may be broken, nothing may panic,
    /// every event must be readable as it was written, and folding the events that were read must
    /// lead to the same state.
    ///
    /// # Panics
    ///
    /// When something of this fails, with the seed and the events that led there.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn check(&self, seeds: u64)
    where
        A: PartialEq,
    {
        for seed in 0..seeds {
            let mut history = Vec::new();
            if let Err(failure) = self.run(seed, &mut history) {
                let events: Vec<_> = history.iter().map(|event| format!("\n    {event}")).collect();
                panic!("{failure}\nwith seed {seed}, after{}", events.concat());
            }
        }
    }

    fn run(&self, seed: u64, history: &mut Vec<String>) -> Result<(), String>
    where
        A: PartialEq,
    {
        let mut draw = Draw { state: seed.wrapping_add(VALUES_SEED), ids: 0 };
        let mut subject = Subject::<A>::new();
        let kinds = self.kinds.len() as u64;
        for _ in 0..if kinds == 0 { 0 } else { COMMANDS_PER_SEQUENCE } {
            let chosen = usize::try_from(draw.below(kinds)).unwrap_or(0);
            if let Some(kind) = self.kinds.get(chosen) {
                kind(&mut draw, &mut subject, history)?;
            }
        }
        let mut again = Subject::<A>::new();
        for event in history.iter() {
            again.apply(&read::<A>(event)?);
        }
        if again.state == subject.state {
            Ok(())
        } else {
            Err(format!("folding the stored events of {} leads to another state", A::NAME))
        }
    }
}

impl<A: Aggregate> fmt::Debug for Commands<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commands<{}>({} kinds)", A::NAME, self.kinds.len())
    }
}

/// The event that was written like this.
fn read<A: Aggregate>(text: &str) -> Result<A::Event, String> {
    let (name, content) = text.split_once(' ').unwrap_or((text, ""));
    let formats = A::Event::formats();
    let format = formats.iter().find(|format| format.name == name);
    let format = format.ok_or_else(|| format!("nothing reads the event {name}"))?;
    in_the_clear(|| (format.decode)(content.as_bytes()))
        .map_err(|error| format!("the event {text} cannot be read: {error}"))
}

fn read_again<A: Aggregate>(event: &A::Event, text: Option<&String>) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    let again = written(&read::<A>(text)?);
    if again == *text {
        Ok(())
    } else {
        Err(format!("{} is not read as it was written: {text}\nbecame {again}", event.name()))
    }
}

/// Draws what commands are made of. The same for each seed.
#[derive(Debug)]
pub struct Draw {
    state: u64,
    ids: u128,
}

impl Draw {
    /// A number below `bound`; 0 when there is none.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { below(&mut self.state, bound) }
    }

    /// One of `choices`.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(at)
    }

    /// A valid value: often one at the edges of its rules.
    ///
    /// # Panics
    ///
    /// As [`values`](crate::values) does.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn value<V: ValueObject<Inner: Sample>>(&mut self) -> V {
        let nth = usize::try_from(self.below(8)).unwrap_or(0);
        let seed = self.below(u64::MAX);
        let drawn = values_from::<V>(seed).nth(nth);
        drawn.unwrap_or_else(|| panic!("no valid `{}` was found", V::NAME))
    }

    /// An id that was not drawn before.
    fn next_id(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }
}
