//! What a handler may return, by its shape alone.
//!
//! Whether the events in it are the aggregate's, and reply and error those of the command, is asked
//! afterwards, about [`Returned::Value`], which does not exist unless the shape is right. So each
//! mistake has one message.

use super::{Aggregate, Decided, Decision};
use crate::message::Event;

/// Something that has the shape of a decision: see [`IntoDecision`](super::IntoDecision).
#[diagnostic::on_unimplemented(
    message = "rdddy::E064: a handler of `{A}` returning `{Self}` does not decide what its command declares: reply `{R}`, error `{E}`",
    label = "not events of `{A}`",
    note = "help: return the events that happen, `Result<.., {E}>`, or `Decided::event(..).reply(..)`"
)]
pub trait Returned<A: Aggregate, R, E, Shape> {
    /// The same type.
    type Value;

    /// The same value.
    fn value(self) -> Self::Value;
}

/// The shape of everything that may be returned.
#[derive(Debug)]
pub enum Right {}

/// The shape of nothing. With it, no type has only one way to be right: the compiler would take that
/// way without asking whether it can be gone, and complain about what lies beyond it.
#[derive(Debug)]
pub enum Wrong {}

/// Implemented by nothing.
pub trait Impossible {}

#[diagnostic::do_not_recommend]
impl<A: Aggregate, R, E, T: Impossible> Returned<A, R, E, Wrong> for T {
    type Value = T;

    fn value(self) -> T {
        self
    }
}

impl<A: Aggregate, R, E, Shape, T, X> Returned<A, R, E, Shape> for Result<T, X>
where
    T: Returned<A, R, E, Shape>,
{
    type Value = Result<T::Value, X>;

    fn value(self) -> Self::Value {
        self.map(T::value)
    }
}

macro_rules! right {
    ($([$($param:ident $(: $bound:ident)?),*] $ty:ty;)+) => {
        $(#[diagnostic::do_not_recommend]
        impl<A: Aggregate, R, E $(, $param $(: $bound)?)*> Returned<A, R, E, Right> for $ty {
            type Value = Self;

            fn value(self) -> Self {
                self
            }
        })+
    };
}

right! {
    [V: Event] V;
    [] ();
    [V: Event] Vec<V>;
    [V: Event] Option<V>;
    [S] Decided<A, S>;
    [S, X] Decision<A, S, X>;
    [V1: Event, V2: Event] (V1, V2);
    [V1: Event, V2: Event, V3: Event] (V1, V2, V3);
    [V1: Event, V2: Event, V3: Event, V4: Event] (V1, V2, V3, V4);
    [V1: Event, V2: Event, V3: Event, V4: Event, V5: Event] (V1, V2, V3, V4, V5);
    [V1: Event, V2: Event, V3: Event, V4: Event, V5: Event, V6: Event] (V1, V2, V3, V4, V5, V6);
    [V1: Event, V2: Event, V3: Event, V4: Event, V5: Event, V6: Event, V7: Event]
        (V1, V2, V3, V4, V5, V6, V7);
    [V1: Event, V2: Event, V3: Event, V4: Event, V5: Event, V6: Event, V7: Event, V8: Event]
        (V1, V2, V3, V4, V5, V6, V7, V8);
}
