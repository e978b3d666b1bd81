//! The derive `Entity`.

use super::entity;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

#[test]
fn equality_is_by_the_id() {
    let expanded = entity(tokens("struct Pair<T>(f64, #[id] T);"));
    assert_mistakes(&expanded, &[]);
    assert_contains(
        &expanded,
        &[
            "PartialEq for Pair<T> where T: ::core::cmp::Eq + ::core::hash::Hash",
            "self.1 == other.1",
            "type Id = T;",
        ],
    );
}

#[test]
fn an_entity_has_one_id() {
    for (item, mistakes) in [
        ("enum A { B }", ["rdddy::E044: an entity is a struct"].as_slice()),
        ("struct A { a: u8 }", &["rdddy::E044: `A` does not say"]),
        ("struct A(#[id] u8, #[id] u8, #[id] u8);", &["rdddy::E044", "rdddy::E044"]),
        ("#[entity(name)] struct A(#[id] u8);", &["rdddy::E002: unknown option"]),
    ] {
        assert_mistakes(&entity(tokens(item)), mistakes);
    }
}
