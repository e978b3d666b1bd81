//! Aggregates under test, without a system or a store: given these events, when this command, then
//! that; and sequences of commands that nobody thought of.

mod given;
mod history;
mod keys;
mod sequence;

pub use given::{Given, Then, given};
pub use history::History;
pub use sequence::{Commands, Draw, commands};

use rdddy_core::domain::{Aggregate, Decide, Decides, Decision, Keyed};
use rdddy_core::message::{ContractBreach, MessageId, Metadata, Request, Timestamp};

use crate::panics::watch;

/// What a command came to.
enum Verdict<A: Aggregate, R, E> {
    Accepted { events: Vec<A::Event>, reply: R },
    Refused(E),
    Breached(ContractBreach),
    Panicked(String),
}

/// An aggregate, and how many events it has seen.
struct Subject<A> {
    state: A,
    version: u64,
}

impl<A: Aggregate> Subject<A> {
    fn new() -> Self {
        Subject { state: A::default(), version: 0 }
    }

    fn apply(&mut self, event: &A::Event) {
        self.state.apply(event);
        self.version += 1;
    }

    /// Has it decide about `command`, and applies what it decides, as a host does.
    fn execute<C: Keyed<Key = A::Id>>(
        &mut self,
        command: C,
        now: Timestamp,
        seed: u128,
    ) -> Verdict<A, <C as Request>::Reply, <C as Request>::Error>
    where
        A: Decides<C>,
    {
        let promised = if A::PROMISES { A::copy(&command) } else { None };
        let metadata = Metadata::first(MessageId(seed), now);
        let cx = Decide::new(command.key().clone(), self.version, now, metadata, seed);
        let mut watched = watch(|| {
            let (events, reply) = match self.state.decide(command, &cx) {
                Decision::Accept { events, reply } => (events, reply),
                Decision::Refuse(error) => return Verdict::Refused(error),
                Decision::Breach(breach) => return Verdict::Breached(breach),
                _ => return Verdict::Panicked("an unknown decision".to_owned()),
            };
            events.iter().for_each(|event| self.apply(event));
            let promises = promised.map_or(Ok(()), |command| self.state.check_promises(&command));
            match promises.and_then(|()| self.state.check_invariants()) {
                Ok(()) => Verdict::Accepted { events, reply },
                Err(breach) => Verdict::Breached(breach),
            }
        });
        watched.out.unwrap_or_else(|| Verdict::Panicked(watched.panics.pop().unwrap_or_default()))
    }
}
