//! `#[test]` and `#[explore]`.

use super::{explore, test};
use crate::support::testing::{assert_mistakes, assert_same, tokens};

#[test]
fn a_test_hands_its_body_to_the_simulation() {
    let expanded = explore(
        tokens("seeds = 10, crashes"),
        tokens("#[ignore] pub async fn it_works(world: &mut World) -> Result<(), E> { Ok(()) }"),
    );
    assert_same(
        &expanded,
        r#"#[::core::prelude::v1::test]
        #[ignore]
        pub fn it_works() -> Result<(), E> {
            ::rdddy_testkit::__private::run(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::concat!(::core::module_path!(), "::it_works"),
                ::rdddy_testkit::__private::Options::explore().seeds(10).crashes(),
                async |world: &mut World| -> Result<(), E> { Ok(()) },
            )
        }"#,
    );
}

#[test]
fn a_function_that_cannot_be_a_test_is_kept_as_it_is() {
    for (args, item, expected) in [
        ("", "fn a() {}", "rdddy::E020: the test `a` is not async"),
        ("", "async fn a<T>() {}", "rdddy::E020: the test `a` has type parameters"),
        ("", "async fn a(n: u32) {}", "rdddy::E020: a test is given its world"),
        ("", "async fn a(w: &World) {}", "rdddy::E020: a test is given its world"),
        ("", "async fn a(w: &mut World, n: u32) {}", "rdddy::E020: a test is given its world"),
        ("", "struct A;", "rdddy::E020: a test is a function"),
        ("seed = \"7\"", "async fn a() {}", "rdddy::E002: `seed` is not written like this"),
        ("seed = 99999999999999999999", "async fn a() {}", "rdddy::E002: this number is too large"),
        ("sed = 7", "async fn a() {}", "rdddy::E002: unknown option `sed`; did you mean `seed`?"),
    ] {
        let expanded = test(tokens(args), tokens(item));
        assert_mistakes(&expanded, &[expected]);
        assert!(expanded.to_string().contains(" a ") || item.contains('A'), "{expanded}");
    }
    let expanded = explore(tokens("seeds = 0"), tokens("async fn a() {}"));
    assert_mistakes(&expanded, &["rdddy::E002: no seeds explore nothing"]);
}
