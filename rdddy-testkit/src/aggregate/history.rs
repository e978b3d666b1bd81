//! Events of an aggregate, as a test lists them.

use rdddy_core::domain::{Aggregate, AggregateEvent, Emits};
use rdddy_core::message::Event;

use super::keys::in_the_clear;

/// Events of `A`, in order: an array or a `Vec` of one type, a tuple of several, or `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of events of `{A}`",
    label = "not events of `{A}`",
    note = "help: write `[OrderPlaced {{ .. }}]`, or `(OrderPlaced {{ .. }}, OrderShipped {{ .. }})`, or `()`"
)]
pub trait History<A: Aggregate> {
    /// The events.
    fn into_events(self) -> Vec<A::Event>;
}

impl<A: Aggregate> History<A> for () {
    fn into_events(self) -> Vec<A::Event> {
        Vec::new()
    }
}

impl<A: Emits<E>, E: Event, const N: usize> History<A> for [E; N] {
    fn into_events(self) -> Vec<A::Event> {
        self.into_iter().map(A::emit).collect()
    }
}

impl<A: Emits<E>, E: Event> History<A> for Vec<E> {
    fn into_events(self) -> Vec<A::Event> {
        self.into_iter().map(A::emit).collect()
    }
}

macro_rules! tuples {
    ($($event:ident $value:ident),+) => {
        impl<A: $(Emits<$event> +)+, $($event: Event),+> History<A> for ($($event,)+) {
            fn into_events(self) -> Vec<A::Event> {
                let ($($value,)+) = self;
                vec![$(<A as Emits<$event>>::emit($value)),+]
            }
        }
    };
}

tuples!(E1 e1);
tuples!(E1 e1, E2 e2);
tuples!(E1 e1, E2 e2, E3 e3);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6, E7 e7);
tuples!(E1 e1, E2 e2, E3 e3, E4 e4, E5 e5, E6 e6, E7 e7, E8 e8);

/// An event as it is stored, for people and for comparison.
pub(super) fn written<E: AggregateEvent>(event: &E) -> String {
    let content = in_the_clear(|| event.encode());
    let content = content.map_or_else(
        |error| format!("(cannot be written: {error})"),
        |json| String::from_utf8_lossy(&json).into_owned(),
    );
    format!("{} {content}", event.name())
}
