//! The events that a process listens to, as one type.

use std::sync::Arc;

use crate::host::Upcasters;
use crate::store::{EventDecoder, EventQuery, QueryItem};

/// The events that a process listens to: an enum that its macro generates, with an `Arc` of each.
pub trait EventSet: Clone + Send + Sync + Sized + 'static {
    /// How each of them is read.
    fn formats() -> Vec<ReadFormat<Self>>;
}

/// How stored events of one type are read.
#[derive(Clone, Debug)]
pub struct ReadFormat<T> {
    /// The stable name.
    pub name: &'static str,
    /// The present version of the shape.
    pub schema: u32,
    /// Reads the present shape.
    pub decode: fn(&[u8]) -> serde_json::Result<T>,
    /// Names that it was stored by formerly.
    pub formerly: &'static [&'static str],
}

/// The decoder of the set, with what brings old events up to date.
pub(super) fn decoder<T: EventSet>(upcasters: &Upcasters) -> EventDecoder<T> {
    T::formats().into_iter().fold(EventDecoder::new(), |decoder, format| {
        let name = format.name;
        let decoder = decoder.event(name, format.schema, format.decode);
        let decoder =
            format.formerly.iter().fold(decoder, |decoder, old| decoder.renamed(*old, name));
        upcasters.of(name).fold(decoder, |decoder, (from, up)| decoder.upcast(name, from, up))
    })
}

/// What selects the events of the set, also by their former names.
pub(super) fn item<T: EventSet>() -> QueryItem {
    QueryItem::named(T::formats().into_iter().flat_map(|format| {
        std::iter::once(format.name).chain(format.formerly.iter().copied()).map(Arc::<str>::from)
    }))
}

/// The same, as a query.
pub(super) fn query<T: EventSet>() -> EventQuery {
    EventQuery::all().or(item::<T>())
}
