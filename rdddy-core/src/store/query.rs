//! Which events: by name, tag, stream and category.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{NewEvent, StreamName, Tag};

/// Selects events: those that match any of its items, of the streams it is limited to. A query
/// without items matches all of them.
///
/// ```
/// # use rdddy_core::store::{EventQuery, QueryItem, Tag};
/// // Everything that decides whether student s1 may join course c1.
/// let query = EventQuery::all()
///     .or(QueryItem::tagged([Tag::new("course", "c1")?]))
///     .or(QueryItem::named(["StudentJoined"]).and_tag(Tag::new("student", "s1")?));
/// assert_eq!(query.items().len(), 2);
/// # Ok::<(), rdddy_core::store::NameError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    items: Vec<QueryItem>,
    within: Option<Within>,
}

/// One alternative of a query: events of any of these names, with all of these tags. No names mean
/// every name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryItem {
    names: BTreeSet<Arc<str>>,
    tags: BTreeSet<Tag>,
}

/// The streams that a query is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Within {
    /// All streams of one category.
    Category(Arc<str>),
    /// One stream.
    Stream(StreamName),
}

impl EventQuery {
    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        EventQuery::default()
    }

    /// The events of one stream.
    #[must_use]
    pub fn stream(stream: StreamName) -> Self {
        EventQuery { items: Vec::new(), within: Some(Within::Stream(stream)) }
    }

    /// The events of all streams of one category.
    #[must_use]
    pub fn category(category: impl Into<Arc<str>>) -> Self {
        EventQuery { items: Vec::new(), within: Some(Within::Category(category.into())) }
    }

    /// Also events that match `item`; the first item limits what matched without any.
    #[must_use]
    pub fn or(mut self, item: QueryItem) -> Self {
        self.items.push(item);
        self
    }

    /// The alternatives.
    #[must_use]
    pub fn items(&self) -> &[QueryItem] {
        &self.items
    }

    /// The streams that it is limited to; `None` when it is not.
    #[must_use]
    pub fn within(&self) -> Option<&Within> {
        self.within.as_ref()
    }

    /// Whether it selects `event` of `stream`.
    #[must_use]
    pub fn matches(&self, stream: &StreamName, event: &NewEvent) -> bool {
        let inside = match &self.within {
            None => true,
            Some(Within::Category(category)) => stream.category() == &**category,
            Some(Within::Stream(wanted)) => stream == wanted,
        };
        inside && (self.items.is_empty() || self.items.iter().any(|item| item.matches(event)))
    }
}

impl QueryItem {
    /// Events of any of these names.
    #[must_use]
    pub fn named<N: Into<Arc<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        QueryItem { names, tags: BTreeSet::new() }
    }

    /// Events with all of these tags.
    #[must_use]
    pub fn tagged(tags: impl IntoIterator<Item = Tag>) -> Self {
        QueryItem { names: BTreeSet::new(), tags: tags.into_iter().collect() }
    }

    /// Only those with this tag, too.
    #[must_use]
    pub fn and_tag(mut self, tag: Tag) -> Self {
        self.tags.insert(tag);
        self
    }

    /// The names, of which an event must have one; any when there are none.
    #[must_use]
    pub fn names(&self) -> &BTreeSet<Arc<str>> {
        &self.names
    }

    /// The tags, of which an event must have all.
    #[must_use]
    pub fn tags(&self) -> &BTreeSet<Tag> {
        &self.tags
    }

    fn matches(&self, event: &NewEvent) -> bool {
        (self.names.is_empty() || self.names.contains(&event.name))
            && self.tags.iter().all(|tag| event.tags.contains(tag))
    }
}
