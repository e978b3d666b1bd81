//! What brings old events up to date, wherever they are read: by aggregates, policies, projections.

use std::collections::BTreeMap;

use crate::domain::{Aggregate, AggregateEvent, Upcast};

/// The upcasters of all hosted aggregates, by the name of the event and the version they begin with.
#[derive(Debug, Default)]
pub(crate) struct Upcasters(BTreeMap<&'static str, BTreeMap<u32, Upcast>>);

impl Upcasters {
    /// Also those of `A`.
    pub(crate) fn add<A: Aggregate>(&mut self) {
        for format in A::Event::formats() {
            self.0.entry(format.name).or_default().extend(format.upcasts);
        }
    }

    /// Those of the event with this name.
    pub(crate) fn of(&self, event: &str) -> impl Iterator<Item = (u32, Upcast)> {
        self.0.get(event).into_iter().flatten().map(|(from, upcast)| (*from, *upcast))
    }
}
