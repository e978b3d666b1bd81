//! What a decision across streams may know, and what it comes to.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use crate::domain::IdSource;
use crate::message::{Event, Message, Metadata, Timestamp};
use crate::runtime::System;
use crate::seam::mix;
use crate::store::StreamName;

/// What a decision may know beside its state. All of it is given, so that the decision can be
/// repeated exactly.
#[derive(Debug)]
pub struct Consider {
    pub(super) now: Timestamp,
    pub(super) metadata: Metadata,
    pub(super) attempt: u32,
    /// Where its ids begin.
    pub(super) seed: u128,
    /// How many ids there were.
    pub(super) given: Cell<u64>,
}

impl Consider {
    /// When the decision is taken.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is known about the decision: its id, and what it is caused by.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The how many-th time it is taken, counted from 1, because others were first.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

impl IdSource for Consider {
    fn next_id(&self) -> u128 {
        let nth = self.given.get();
        self.given.set(nth + 1);
        let step = (nth + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let (high, low) = ((self.seed >> 64) as u64, self.seed as u64);
        let half = |seed: u64| u128::from(mix(seed.wrapping_add(step)));
        half(high) << 64 | half(low)
    }
}

/// The events that a decision comes to, and its reply.
#[must_use = "what is decided happens only when it is returned"]
pub struct Facts<R = ()> {
    pub(super) events: Vec<Box<dyn AnyFact>>,
    pub(super) stream: Option<StreamName>,
    pub(super) reply: R,
}

impl Facts {
    /// Nothing happens.
    pub fn none() -> Self {
        Facts { events: Vec::new(), stream: None, reply: () }
    }

    /// `event` happens.
    pub fn event<E: Event + Serialize>(event: E) -> Self {
        Facts::none().and(event)
    }
}

impl<R> Facts<R> {
    /// `event` happens, too, after the others.
    pub fn and<E: Event + Serialize>(mut self, event: E) -> Self {
        self.events.push(Box::new(event));
        self
    }

    /// The events belong to `stream`, for example that of an aggregate. Else each decision has a
    /// stream of its own, and its events are found by their tags.
    ///
    /// An aggregate that is loaded notices at its next command, and decides that anew.
    pub fn to(mut self, stream: StreamName) -> Self {
        self.stream = Some(stream);
        self
    }

    /// With this reply.
    pub fn reply<S>(self, reply: S) -> Facts<S> {
        Facts { events: self.events, stream: self.stream, reply }
    }
}

impl<R: fmt::Debug> fmt::Debug for Facts<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.events.iter().map(|event| event.name()).collect();
        f.debug_struct("Facts").field("events", &names).field("reply", &self.reply).finish()
    }
}

/// An event whose type is not known.
pub(super) trait AnyFact: Send + Sync {
    fn name(&self) -> &'static str;
    fn schema(&self) -> u32;
    fn tags(&self) -> Vec<(&'static str, String)>;
    fn encode(&self) -> serde_json::Result<Vec<u8>>;
    fn publish(self: Box<Self>, system: Arc<System>, metadata: Metadata) -> Publishing;
}

/// A publication that was not yet begun.
pub(super) type Publishing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<E: Event + Serialize> AnyFact for E {
    fn name(&self) -> &'static str {
        <E as Message>::name()
    }

    fn schema(&self) -> u32 {
        E::VERSION
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        Event::tags(self)
    }

    fn encode(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }

    fn publish(self: Box<Self>, system: Arc<System>, metadata: Metadata) -> Publishing {
        let (event, metadata) = (Arc::<E>::from(self), Some(Arc::new(metadata)));
        Box::pin(async move { system.publish_shared(event, metadata).await })
    }
}

/// What a decision may return when it accepts: an event, several as a tuple or a `Vec`, an `Option`
/// of one, nothing, or [`Facts`] with a reply.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a decision comes to",
    label = "neither events nor `Facts`",
    note = "help: return events that implement `Serialize`, or `Facts::event(..).reply(..)`"
)]
pub trait IntoFacts {
    /// The reply.
    type Reply: Send;

    /// Converts the returned value.
    fn into_facts(self) -> Facts<Self::Reply>;
}

impl<E: Event + Serialize> IntoFacts for E {
    type Reply = ();

    fn into_facts(self) -> Facts {
        Facts::event(self)
    }
}

impl IntoFacts for () {
    type Reply = ();

    fn into_facts(self) -> Facts {
        Facts::none()
    }
}

impl<E: Event + Serialize> IntoFacts for Vec<E> {
    type Reply = ();

    fn into_facts(self) -> Facts {
        self.into_iter().fold(Facts::none(), Facts::and)
    }
}

impl<E: Event + Serialize> IntoFacts for Option<E> {
    type Reply = ();

    fn into_facts(self) -> Facts {
        self.into_iter().fold(Facts::none(), Facts::and)
    }
}

impl<R: Send> IntoFacts for Facts<R> {
    type Reply = R;

    fn into_facts(self) -> Facts<R> {
        self
    }
}

macro_rules! tuples {
    ($($event:ident $at:tt),+) => {
        impl<$($event: Event + Serialize),+> IntoFacts for ($($event,)+) {
            type Reply = ();

            fn into_facts(self) -> Facts {
                Facts::none()$(.and(self.$at))+
            }
        }
    };
}

tuples!(E0 0, E1 1);
tuples!(E0 0, E1 1, E2 2);
tuples!(E0 0, E1 1, E2 2, E3 3);
