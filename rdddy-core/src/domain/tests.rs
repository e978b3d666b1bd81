//! Ids, samples and fields, where derives are not needed.

use proptest::prelude::*;
use serde::Deserialize;

use super::{Bound, Constraint, ErrorData, IdError, Rule, Sample, Severity};
use super::{checked_id_text, deserialize_fields, parse_id, parse_id_number};
use crate::limits::ID_BYTES_MAX;

struct Shown(u128);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::format_id(self.0, f)
    }
}

fn between(least: i128, greatest: i128) -> [Rule; 1] {
    [Rule::new(Constraint::Range(Bound::Whole(least), Bound::Whole(greatest)), "in between")]
}

#[test]
fn what_is_no_id_is_refused_with_its_reason() {
    assert_eq!(checked_id_text(String::new()), Err(IdError::Empty));
    let long = "é".repeat(ID_BYTES_MAX);
    assert_eq!(checked_id_text(long), Err(IdError::TooLong { bytes: 2 * ID_BYTES_MAX }));
    assert_eq!(checked_id_text("é\0".to_owned()), Err(IdError::Control { at: 2 }));
    assert_eq!(checked_id_text("'; drop table".to_owned()), Ok("'; drop table".to_owned()));
    for text in ["", "-1", "+1", "01", "1 ", "18446744073709551616", "é"] {
        assert_eq!(parse_id_number(text), Err(IdError::NotANumber), "{text:?}");
    }
    for text in [
        "",
        "0",
        "0000000000000000000000000000000g",
        "+0000000000000000000000000000001",
        "00000000-0000-0000-0000-00000000000é",
        "0000000000-00-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}",
    ] {
        assert_eq!(parse_id(text), Err(IdError::NotHexadecimal), "{text:?}");
    }
}

#[test]
fn samples_begin_at_the_edges_and_end_outside() {
    let rules = between(1, 999);
    assert_eq!(u32::edges(&rules), [1, 999, 2, 998, 500]);
    assert_eq!(u32::outside(&rules), [0, 1000, u32::MAX]);
    assert_eq!(u8::outside(&[]), [0_u8; 0]);
    assert_eq!(i8::edges(&[]), [-128, 127, -127, 126, 0, 1]);
    let rules =
        [Rule::new(Constraint::NotEmpty, "not empty"), Rule::new(Constraint::MaxChars(3), "short")];
    assert!(String::edges(&rules).iter().all(|text| (1..=3).contains(&text.chars().count())));
    assert_eq!(String::outside(&rules), ["", "aaaa"]);
    let rules = between(1, 2).map(|rule| rule.on(1, "second"));
    assert_eq!(<(bool, u8)>::outside(&rules), [(false, 0), (false, 3), (false, 255)]);
}

#[test]
fn fields_are_read_by_name_and_in_order() {
    fn read(text: &str) -> Result<(u8, Option<u8>), String> {
        let mut json = serde_json::Deserializer::from_str(text);
        deserialize_fields(&mut json, "Pair", &["a", "b"]).map_err(|error| error.to_string())
    }
    assert_eq!(read(r#"{"b":2,"c":[{}],"a":1}"#), Ok((1, Some(2))));
    assert_eq!(read(r#"{"a":1}"#), Ok((1, None)));
    assert_eq!(read("[1,null]"), Ok((1, None)));
    for (text, reason) in [
        ("{}", "missing field `a`"),
        (r#"{"a":1,"a":1}"#, "duplicate field `a`"),
        (r#"{"a":300}"#, "invalid value: integer `300`, expected u8"),
        ("[1]", "invalid length 1, expected 2 fields"),
        ("7", "invalid type: integer `7`, expected struct Pair"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.starts_with(reason), "{text}: {error}");
    }
}

#[test]
fn an_error_travels_as_data() {
    let text = r#"{"code":"a.b","message":"no","transient":true,"severity":"critical"}"#;
    let data: ErrorData = serde_json::from_str(text).expect("it is well written");
    assert_eq!(data.severity, Severity::Critical);
    assert_eq!(serde_json::to_string(&data).expect("it can be written"), text);
    assert_eq!(data.to_string(), "no (a.b)");
    let unknown = Severity::deserialize(serde_json::json!("fatal")).expect_err("there is none");
    assert!(unknown.to_string().starts_with("unknown variant `fatal`"), "{unknown}");
}

proptest! {
    #[test]
    fn an_id_reads_as_it_is_written(id: u128) {
        let text = Shown(id).to_string();
        prop_assert_eq!(parse_id(&text), Ok(id));
        prop_assert_eq!(parse_id(&text.replace('-', "").to_uppercase()), Ok(id));
    }

    #[test]
    fn no_text_makes_reading_an_id_panic(text in ".{0,40}") {
        if let Ok(id) = parse_id(&text) {
            prop_assert_eq!(parse_id(&Shown(id).to_string()), Ok(id));
        }
    }

    #[test]
    fn a_drawn_number_is_within_its_rules(a: i64, b: i64, throws: Vec<u64>) {
        let (least, greatest) = (a.min(b), a.max(b));
        let rules = between(least.into(), greatest.into());
        let mut throws = throws.into_iter().chain(std::iter::repeat(u64::MAX));
        let mut dice = |bound: u64| throws.next().unwrap_or(0) % bound;
        let drawn = i64::draw(&rules, &mut dice).expect("there is one");
        prop_assert!((least..=greatest).contains(&drawn));
    }
}
