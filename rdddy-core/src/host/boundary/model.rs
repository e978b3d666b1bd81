//! What a decision depends on, and the state that is folded from it.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::message::{Event, Timestamp};
use crate::store::{EventDecodeError, EventDecoder, QueryItem, StoredEvent, Tag, Upcast};

/// What a decision depends on: a [`Fold`], several as a tuple or a `Vec`, or nothing,
/// `()`.
pub trait DecisionModel: Send + Sync {
    /// What is folded from the events.
    type State: Send;

    /// Which events they are. A decision that depends on none is never in conflict.
    fn items(&self) -> Vec<QueryItem>;

    /// The state before the first of them.
    fn begin(&self) -> Self::State;

    /// Changes the state as `stored` says. An event that is of no interest changes nothing.
    ///
    /// # Errors
    ///
    /// [`EventDecodeError`].
    fn apply(&self, state: &mut Self::State, stored: &StoredEvent) -> Result<(), EventDecodeError>;
}

/// State that is folded from events with certain tags, of whatever streams.
///
/// ```
/// # use rdddy_core::host::{DecisionModel, Fold};
/// # use rdddy_core::message::{Event, Message};
/// # use rdddy_core::store::Tag;
/// # use serde::de::DeserializeOwned;
/// # fn example<Joined: Event + DeserializeOwned, Left: Event + DeserializeOwned>(
/// # ) -> Result<(), rdddy_core::store::NameError> {
/// let seats_taken = Fold::new(0)
///     .on(|seats, _: &Joined| *seats += 1)
///     .on(|seats, _: &Left| *seats -= 1)
///     .about(Tag::new("course", "c1")?);
/// assert_eq!(seats_taken.items().len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Fold<S> {
    begin: S,
    names: BTreeSet<Arc<str>>,
    tags: BTreeSet<Tag>,
    decoder: EventDecoder<Box<dyn Any + Send>>,
    steps: BTreeMap<TypeId, Step<S>>,
}

type Step<S> = Box<dyn Fn(&mut S, &dyn Any, Timestamp) + Send + Sync>;

impl<S> Fold<S> {
    /// Begins with `begin`, and folds nothing yet.
    #[must_use]
    pub fn new(begin: S) -> Self {
        Fold {
            begin,
            names: BTreeSet::new(),
            tags: BTreeSet::new(),
            decoder: EventDecoder::new(),
            steps: BTreeMap::new(),
        }
    }

    /// Changes the state by each `E`.
    #[must_use]
    pub fn on<E: Event + DeserializeOwned>(
        self,
        step: impl Fn(&mut S, &E) + Send + Sync + 'static,
    ) -> Self {
        self.on_at(move |state, event, _| step(state, event))
    }

    /// Changes the state by each `E` and when it was recorded.
    #[must_use]
    pub fn on_at<E: Event + DeserializeOwned>(
        mut self,
        step: impl Fn(&mut S, &E, Timestamp) + Send + Sync + 'static,
    ) -> Self {
        self.names.insert(E::name().into());
        self.decoder = self.decoder.event(E::name(), E::VERSION, |json| {
            let event: E = serde_json::from_slice(json)?;
            Ok(Box::new(event))
        });
        let step: Step<S> = Box::new(move |state, event, at| {
            if let Some(event) = event.downcast_ref() {
                step(state, event, at);
            }
        });
        self.steps.insert(TypeId::of::<E>(), step);
        self
    }

    /// Only by events with this tag, and with all others that are given so.
    #[must_use]
    pub fn about(mut self, tag: Tag) -> Self {
        self.tags.insert(tag);
        self
    }

    /// Brings each `E` of version `from` to the version after it, before it is decoded.
    #[must_use]
    pub fn upcast<E: Event>(mut self, from: u32, upcast: Upcast) -> Self {
        self.decoder = self.decoder.upcast(E::name(), from, upcast);
        self
    }

    /// Takes events that were stored as `old` for an `E`.
    #[must_use]
    pub fn formerly<E: Event>(mut self, old: &str) -> Self {
        self.names.insert(old.into());
        self.decoder = self.decoder.renamed(old, E::name());
        self
    }
}

impl<S: Clone + Send + Sync> DecisionModel for Fold<S> {
    type State = S;

    fn items(&self) -> Vec<QueryItem> {
        // An item without names would select events of every name.
        if self.steps.is_empty() {
            return Vec::new();
        }
        let item = QueryItem::named(self.names.iter().cloned());
        vec![self.tags.iter().cloned().fold(item, QueryItem::and_tag)]
    }

    fn begin(&self) -> S {
        self.begin.clone()
    }

    fn apply(&self, state: &mut S, stored: &StoredEvent) -> Result<(), EventDecodeError> {
        let event = &stored.event;
        let wanted = self.names.contains(&event.name)
            && self.tags.iter().all(|tag| event.tags.contains(tag));
        if !wanted {
            return Ok(());
        }
        let event = self.decoder.decode(event)?;
        if let Some(step) = self.steps.get(&(*event).type_id()) {
            step(state, &*event, stored.recorded_at);
        }
        Ok(())
    }
}

impl<S: fmt::Debug> fmt::Debug for Fold<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fold")
            .field("begin", &self.begin)
            .field("names", &self.names)
            .field("tags", &self.tags)
            .finish_non_exhaustive()
    }
}

impl<M: DecisionModel> DecisionModel for Vec<M> {
    type State = Vec<M::State>;

    fn items(&self) -> Vec<QueryItem> {
        self.iter().flat_map(M::items).collect()
    }

    fn begin(&self) -> Self::State {
        self.iter().map(M::begin).collect()
    }

    fn apply(&self, state: &mut Self::State, stored: &StoredEvent) -> Result<(), EventDecodeError> {
        self.iter().zip(state).try_for_each(|(model, state)| model.apply(state, stored))
    }
}

impl DecisionModel for () {
    type State = ();

    fn items(&self) -> Vec<QueryItem> {
        Vec::new()
    }

    fn begin(&self) {}

    fn apply(&self, (): &mut (), _: &StoredEvent) -> Result<(), EventDecodeError> {
        Ok(())
    }
}

macro_rules! tuples {
    ($($model:ident $at:tt),*) => {
        impl<$($model: DecisionModel),*> DecisionModel for ($($model,)*) {
            type State = ($($model::State,)*);

            fn items(&self) -> Vec<QueryItem> {
                [$(self.$at.items()),*].concat()
            }

            fn begin(&self) -> Self::State {
                ($(self.$at.begin(),)*)
            }

            fn apply(
                &self,
                state: &mut Self::State,
                stored: &StoredEvent,
            ) -> Result<(), EventDecodeError> {
                $(self.$at.apply(&mut state.$at, stored)?;)*
                Ok(())
            }
        }
    };
}

tuples!(M0 0);
tuples!(M0 0, M1 1);
tuples!(M0 0, M1 1, M2 2);
tuples!(M0 0, M1 1, M2 2, M3 3);
tuples!(M0 0, M1 1, M2 2, M3 3, M4 4);
tuples!(M0 0, M1 1, M2 2, M3 3, M4 4, M5 5);
