//! What a decision comes to, and what a handler may return to say so.

use super::{Aggregate, Emits};
use crate::message::{ContractBreach, Event, Request};

/// What a decision comes to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Decision<A: Aggregate, R, E> {
    /// These events happen, and this is the reply.
    Accept {
        /// The events, in order; none when nothing changes.
        events: Vec<A::Event>,
        /// The reply.
        reply: R,
    },
    /// The command is refused.
    Refuse(E),
    /// A contract did not hold.
    Breach(ContractBreach),
}

/// What a decision about `C` comes to.
pub type DecisionOf<A, C> = Decision<A, <C as Request>::Reply, <C as Request>::Error>;

/// Events together with a reply, for commands that declare one.
///
/// ```
/// # use rdddy_core::domain::{Aggregate, Decided};
/// # fn example<A: Aggregate>(events: Vec<A::Event>) -> Decided<A, u32> {
/// Decided::new(events).reply(7)
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a decision is returned from its handler"]
pub struct Decided<A: Aggregate, R> {
    events: Vec<A::Event>,
    reply: R,
}

impl<A: Aggregate> Decided<A, ()> {
    /// These events of the aggregate happen.
    pub fn new(events: Vec<A::Event>) -> Self {
        Decided { events, reply: () }
    }

    /// Nothing happens.
    pub fn nothing() -> Self {
        Decided::new(Vec::new())
    }

    /// `event` happens.
    pub fn event<E: Event>(event: E) -> Self
    where
        A: Emits<E>,
    {
        Decided::new(vec![A::emit(event)])
    }
}

impl<A: Aggregate, R> Decided<A, R> {
    /// `event` happens, too, after the others.
    pub fn and<E: Event>(mut self, event: E) -> Self
    where
        A: Emits<E>,
    {
        self.events.push(A::emit(event));
        self
    }

    /// With this reply.
    pub fn reply<S>(self, reply: S) -> Decided<A, S> {
        Decided { events: self.events, reply }
    }
}

/// What a deciding handler may return: an event, several as a tuple or a `Vec`, an `Option` of one,
/// nothing, a [`Decided`] with a reply, or a `Result` of any of these.
#[diagnostic::on_unimplemented(
    message = "rdddy::E064: a handler of `{A}` returning `{Self}` does not decide what its command declares: reply `{R}`, error `{E}`",
    label = "not events of `{A}`",
    note = "help: return the events that happen, `Result<.., {E}>`, or `Decided::event(..).reply(..)`"
)]
pub trait IntoDecision<A: Aggregate, R, E> {
    /// Converts the returned value.
    fn into_decision(self) -> Decision<A, R, E>;
}

fn accept<A: Aggregate, E>(events: Vec<A::Event>) -> Decision<A, (), E> {
    Decision::Accept { events, reply: () }
}

impl<A: Emits<V>, V: Event, E> IntoDecision<A, (), E> for V {
    fn into_decision(self) -> Decision<A, (), E> {
        accept(vec![A::emit(self)])
    }
}

impl<A: Aggregate, E> IntoDecision<A, (), E> for () {
    fn into_decision(self) -> Decision<A, (), E> {
        accept(Vec::new())
    }
}

impl<A: Emits<V>, V: Event, E> IntoDecision<A, (), E> for Vec<V> {
    fn into_decision(self) -> Decision<A, (), E> {
        accept(self.into_iter().map(A::emit).collect())
    }
}

impl<A: Emits<V>, V: Event, E> IntoDecision<A, (), E> for Option<V> {
    fn into_decision(self) -> Decision<A, (), E> {
        accept(self.into_iter().map(A::emit).collect())
    }
}

impl<A: Aggregate, R, E> IntoDecision<A, R, E> for Decided<A, R> {
    fn into_decision(self) -> Decision<A, R, E> {
        Decision::Accept { events: self.events, reply: self.reply }
    }
}

impl<A: Aggregate, R, E> IntoDecision<A, R, E> for Decision<A, R, E> {
    fn into_decision(self) -> Decision<A, R, E> {
        self
    }
}

impl<A: Aggregate, R, E, T: IntoDecision<A, R, E>> IntoDecision<A, R, E> for Result<T, E> {
    fn into_decision(self) -> Decision<A, R, E> {
        match self {
            Ok(decided) => decided.into_decision(),
            Err(error) => Decision::Refuse(error),
        }
    }
}

macro_rules! tuples {
    ($($event:ident $value:ident),+) => {
        impl<A: $(Emits<$event> +)+, $($event: Event,)+ Error> IntoDecision<A, (), Error>
            for ($($event,)+)
        {
            fn into_decision(self) -> Decision<A, (), Error> {
                let ($($value,)+) = self;
                accept(vec![$(<A as Emits<$event>>::emit($value)),+])
            }
        }
    };
}

tuples!(E1 e1, E2 e2);
tuples!(E1 e1, E2 e2, E3 e3);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6, E7 e7);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6, E7 e7, E8 e8);
