//! What the laws store.
#![expect(clippy::expect_used, reason = "the names of the suite are names")]

use rdddy_core::message::{MessageId, Metadata, Timestamp};
use rdddy_core::store::{Append, Expected, NewEvent, Position, StreamName, Tag};

use super::Store;

pub(super) fn stream(key: &str) -> StreamName {
    StreamName::new("conformance.Thing", key).expect("a key of the suite is a key")
}

pub(super) fn event(id: u128) -> NewEvent {
    NewEvent {
        id: MessageId(id),
        name: "conformance.Happened".into(),
        schema: 1,
        data: format!("{{\"id\":{id}}}").into_bytes(),
        tags: vec![tag(&id.to_string())],
        metadata: Metadata::first(MessageId(id), Timestamp::default()).with_tenant("tenant"),
    }
}

pub(super) fn tag(value: &str) -> Tag {
    Tag::new("thing", value).expect("a tag of the suite is a tag")
}

pub(super) fn one(key: &str, expected: Expected, id: u128) -> Append {
    Append::new(Timestamp::default()).to(stream(key), expected, vec![event(id)])
}

pub(super) async fn head(store: &Store) -> Position {
    store.head().await.expect("the head can be read")
}
