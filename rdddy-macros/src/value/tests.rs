//! The derive `ValueObject`.

use super::value_object;
use crate::support::testing::{assert_contains, assert_mistakes, expansion, implemented, tokens};

#[test]
fn a_newtype_is_checked_on_every_way_in() {
    let expanded = value_object(tokens(
        "#[value(check = (1..=9).contains(value), message = \"small\")] pub struct Size(u32);",
    ));
    assert_mistakes(&expanded, &[]);
    assert_contains(
        &expanded,
        &[
            "pub type SizeError = ::rdddy::__private::Invalid<Size>;",
            "const BOUND: u32 = 1;",
            "let __holds: bool = (1..=9).contains(value);",
            "pub fn new(value: u32)",
        ],
    );
    let traits = implemented(&expansion(&expanded).0);
    for name in ["ValueObject", "FromStr", "Display", "Serialize", "Deserialize < 'de >"] {
        let found = traits.iter().any(|t| t.replace(' ', "") == name.replace(' ', ""));
        assert!(found, "{name}: {traits:?}");
    }
}

#[test]
fn a_personal_value_has_a_debug_and_no_display() {
    let expanded = value_object(tokens("#[value(personal, serde = false)] struct Email(String);"));
    assert_mistakes(&expanded, &[]);
    let traits = implemented(&expansion(&expanded).0);
    assert!(traits.contains(&"Debug".to_owned()), "{traits:?}");
    assert!(!traits.iter().any(|t| t == "Display" || t == "Serialize"), "{traits:?}");
}

#[test]
fn mistakes_are_reported_all_at_once() {
    for (item, mistakes) in [
        ("enum A { B }", ["rdddy::E040: a value object is a struct"].as_slice()),
        ("struct A<T>(T);", &["rdddy::E040: a value object has no parameters"]),
        ("struct A<'a>(&'a str);", &["rdddy::E040: a value object has no parameters"]),
        ("struct A;", &["rdddy::E040: a value object holds"]),
        ("struct A {}", &["rdddy::E040: a value object holds"]),
        ("struct A(u8, u8);", &["rdddy::E040: several fields"]),
        ("struct A { pub a: u8, pub b: u8 }", &["rdddy::E041", "rdddy::E041"]),
        (
            "#[value(not_empty, min_chars = 1, min = 1)] struct A(pub u8);",
            &["rdddy::E041", "rdddy::E042: `not_empty`", "rdddy::E042: `min_chars`"],
        ),
        ("#[value(min = 1, normalize = trim)] struct A(bool);", &["rdddy::E042", "rdddy::E042"]),
        ("#[value(range = 1)] struct A(u8);", &["rdddy::E042: a range"]),
        ("#[value(range = ..)] struct A(u8);", &["rdddy::E042: a range"]),
        (
            "#[value(max_chars = 99999999999999999999)] struct A(String);",
            &["rdddy::E042: `99999999999999999999` is not a number of characters"],
        ),
        ("#[value(message = \"\")] struct A(u8);", &["rdddy::E042: a message without"]),
        ("#[value(min = 1, message = \" \")] struct A(u8);", &["rdddy::E042: a message that"]),
        (
            "#[value(normalize = trim, min = 1)] struct A { a: u8 }",
            &["rdddy::E042: `normalize` is about one", "rdddy::E042: `min` is about one"],
        ),
        (
            "#[value(personal)] #[value(personal)] struct A(u8);",
            &["rdddy::E002: `personal` is given twice"],
        ),
        (
            "#[value(examples = 1, error = a::B)] struct A(u8);",
            &["rdddy::E002: examples are", "rdddy::E002: the error gets a name"],
        ),
        ("struct A { #[value(personal)] a: u8 }", &["rdddy::E002: unknown option `personal`"]),
    ] {
        assert_mistakes(&value_object(tokens(item)), mistakes);
    }
}
